package store

import (
	"strings"
	"testing"

	"example.com/berth/membership"
)

func TestThereIsNeverASecondCluster(t *testing.T) {
	empty := membership.Status{State: membership.Empty}
	starting := membership.Status{State: membership.Starting}
	remains := membership.Status{State: membership.Running, Cluster: 7}
	cluster := func(id uint64, members ...uint64) membership.Status {
		s := membership.Status{State: membership.Running, Cluster: id, Current: true}
		for _, member := range members {
			s.Members = append(s.Members, membership.Member{ID: member})
		}
		return s
	}
	type answers = map[int]membership.Status
	mine := &identity{cluster: 7, member: 1}
	for _, test := range []struct {
		name              string
		log               *identity
		ordinal, replicas int
		answers           answers
		want              start
		why               string
	}{
		{"alone and empty", nil, 0, 1, nil, startAlone, ""},
		{"alone and empty, but another has data", nil, 0, 1, answers{1: starting}, startWaiting, "berth-1 has data"},
		{"alone and empty, but others are a cluster", nil, 0, 1, answers{1: cluster(7, 2, 3)}, startJoining, ""},
		{"all are empty", nil, 0, 3, answers{1: empty, 2: empty}, startAlone, ""},
		{"one is silent", nil, 0, 3, answers{1: empty}, startWaiting, "no answer from berth-2"},
		{"one beyond the number has data", nil, 0, 3, answers{1: empty, 2: empty, 4: remains}, startWaiting, "berth-4 has data"},
		{"one has data", nil, 0, 3, answers{1: empty, 2: starting}, startWaiting, "berth-2 has data"},
		{"the others have no majority", nil, 0, 3, answers{1: remains, 2: empty}, startWaiting, "berth-1 has data"},
		{"another ordinal never begins one", nil, 1, 3, answers{0: empty, 2: empty}, startWaiting, "only berth-0"},
		{"another ordinal, alone", nil, 1, 1, nil, startWaiting, "only berth-0"},
		{"another ordinal joins", nil, 1, 3, answers{0: cluster(7, 9)}, startJoining, ""},
		{"a log, and nobody there", mine, 0, 3, nil, startExisting, ""},
		{"a log, and others that are empty", mine, 2, 3, answers{0: empty, 1: empty}, startExisting, ""},
		{"a log, and others without a majority", mine, 2, 3, answers{0: remains, 1: starting}, startExisting, ""},
		{"a log of a member", mine, 2, 3, answers{0: cluster(7, 1, 9)}, startExisting, ""},
		{"a log of a former member", mine, 2, 3, answers{0: cluster(7, 9)}, startAfresh, ""},
		{"a log of another cluster", mine, 2, 3, answers{0: cluster(8, 9)}, startWaiting, "another cluster than the one that berth-0 is in"},
		{"a log, and two clusters", mine, 2, 3, answers{0: cluster(8, 9), 1: cluster(7, 1)}, startWaiting, "two clusters"},
		{"empty, and two clusters", nil, 2, 3, answers{0: cluster(8, 9), 1: cluster(7, 1)}, startWaiting, "two clusters"},
	} {
		got := decide(situation{
			log: test.log, peers: peers{base: "berth-", ordinal: test.ordinal}, replicas: test.replicas, answers: test.answers,
		})
		if got.start != test.want || !strings.Contains(got.why, test.why) {
			t.Errorf("%s: %+v, want %v because of %q", test.name, got, test.want, test.why)
		}
	}
}

func TestAMembersNameEndsInItsOrdinal(t *testing.T) {
	for name, want := range map[string]int{"berth-0": 0, "a-b-4": 4, "berth-5": -1, "berth": -1, "berth-": -1, "berth-01": -1, "0": -1, "berth-x": -1} {
		p, err := newPeers(Options{Name: name})
		if (err != nil) != (want < 0) || err == nil && (p.ordinal != want || p.name(want) != name) {
			t.Errorf("%s: %+v, %v, want ordinal %d", name, p, err, want)
		}
	}
}
