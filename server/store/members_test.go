package store

import (
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"example.com/berth/membership"
	"example.com/berth/peertls"
)

func TestMembersThatStartAtOnceFormOneCluster(t *testing.T) {
	for _, ordinals := range [][]int{{2, 1, 0}, {4, 2, 3, 1, 0}} {
		t.Run(strconv.Itoa(len(ordinals))+" members", func(t *testing.T) {
			c, members := newTrial(t), len(ordinals)
			all := c.startAll(members, ordinals...)
			put(t, all[2].store, "a", "a")
			for _, a := range all {
				wantItems(t, a.store, "a")
				wantVoters(t, a.store, members)
				if a.store.server.Cluster().ID() != all[0].store.server.Cluster().ID() {
					t.Errorf("%s is in another cluster", a.name)
				}
			}
			stats, err := all[0].store.Stats(t.Context())
			if err != nil || stats.Members != members || stats.Learners != 0 {
				t.Errorf("Stats = %+v, %v, want %d members", stats, err, members)
			}

			stopAll(all)
			for _, a := range c.startAll(members, ordinals...) {
				wantItems(t, a.store, "a")
			}
		})
	}
}

func TestAClusterGrowsFrom1To3To5AndKeepsItsItems(t *testing.T) {
	c := newTrial(t)
	first := c.start(0, 1).ready()
	put(t, first, "a", "a")
	all := c.startAll(3, 1, 2)
	put(t, all[1].store, "b", "b")
	wantVoters(t, all[2].store, 3)
	more := c.startAll(5, 3, 4)
	wantItems(t, more[3].store, "a", "b")
	put(t, more[4].store, "c", "c")
	wantItems(t, first, "a", "b", "c")
	wantVoters(t, first, 5)
}

func TestAMemberThatLostItsVolumeComesBack(t *testing.T) {
	c := newTrial(t)
	all := c.startAll(3, 0, 1, 2)
	for _, lost := range []int{2, 0} {
		id := "before-" + strconv.Itoa(lost)
		put(t, all[lost].store, id, id)
		all[lost].stop()
		c.empty(lost)
		all[lost] = c.start(lost, 3)
		wantItems(t, all[lost].ready(), id)
		wantVoters(t, all[lost].store, 3)
	}
}

func TestOrdinal0WithAnEmptyVolumeWaitsForTheOthersThatHaveTheData(t *testing.T) {
	c := newTrial(t)
	all := c.startAll(3, 0, 1, 2)
	put(t, all[0].store, "a", "a")
	stopAll(all)
	c.empty(0)
	zero := c.start(0, 3)
	zero.waits(300 * time.Millisecond)
	one := c.start(1, 3)
	zero.waits(300 * time.Millisecond)
	zero.stop()
	// Being told that there is only one member is no reason either.
	zero = c.start(0, 1)
	zero.waits(300 * time.Millisecond)
	two := c.start(2, 3)
	for _, a := range []*attempt{zero, one, two} {
		wantItems(t, a.ready(), "a")
	}
	wantVoters(t, zero.store, 3)
}

func TestAMemberThatWasToldToLeaveStaysAwayAndThenBeginsAfresh(t *testing.T) {
	c := newTrial(t)
	all := c.startAll(3, 0, 1, 2)
	put(t, all[0].store, "a", "a")
	client := all[0].store.local.client
	if err := client.Leave(t.Context(), c.addresses["berth-2"][1], "berth-2"); err == nil {
		t.Error("a member takes itself off the list")
	}
	if err := client.Leave(t.Context(), c.addresses["berth-0"][1], "other"); err == nil {
		t.Error("a member that there cannot be is taken off the list")
	}
	at := c.addresses["berth-0"][1]
	all[1].stop()
	if err := client.Leave(t.Context(), at, "berth-2"); err == nil {
		t.Fatal("a member is taken off the list that a majority needs")
	}
	all[1] = c.start(1, 3)
	all[1].ready()
	administrator, err := NewAdministrator(c.options(0, 3))
	if err != nil {
		t.Fatal(err)
	}
	if err := administrator.Dismiss(t.Context(), "berth-2"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-all[2].store.Stopped():
	case <-time.After(10 * time.Second):
		t.Fatal("a member that is not on the list any more goes on")
	}
	all[2].stop()
	wantVoters(t, all[1].store, 2)

	again := c.start(2, 3)
	again.waits(time.Second)
	if _, err := os.Stat(dataDirectory(Options{DataDirectory: c.directories[2]}) + "/member"); !os.IsNotExist(err) {
		t.Errorf("what the member had is still there, %v", err)
	}
	put(t, all[0].store, "b", "b")
	if err := administrator.Readmit(t.Context(), "berth-2"); err != nil {
		t.Error(err)
	}
	wantItems(t, again.ready(), "a", "b")
	wantVoters(t, all[0].store, 3)
}

func TestARetiredMemberServesOnUnreadyAndDoesNotLead(t *testing.T) {
	c := newTrial(t)
	all := c.startAll(3, 0, 1, 2)
	leader := leaderOf(all)
	administrator, err := NewAdministrator(c.options((leader+1)%3, 3))
	if err != nil {
		t.Fatal(err)
	}
	s, name := all[leader].store, all[leader].name
	ready := func() (names []string) {
		members, err := administrator.Members(t.Context())
		if err != nil || len(members) != 3 {
			t.Fatalf("Members = %+v, %v, want 3", members, err)
		}
		for _, member := range members {
			if member.Ready && member.Voter {
				names = append(names, member.Name)
			}
		}
		return names
	}
	if got := ready(); len(got) != 3 {
		t.Errorf("ready are %v, want all", got)
	}
	if err := administrator.Retire(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if s.Ready() || slices.Contains(ready(), name) {
		t.Error("it is still ready")
	}
	if s.server.Lead() == uint64(s.server.MemberID()) {
		t.Error("it still leads")
	}
	put(t, s, "a", "a")
	// It was told for some time, in case that nobody tells it anything more.
	s.retired.Store(time.Now().UnixNano())
	if !s.Ready() {
		t.Error("it is unready for longer than it was told to")
	}
	if err := administrator.Retire(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if err := administrator.Readmit(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if got := ready(); len(got) != 3 {
		t.Errorf("ready are %v, want all again", got)
	}
	if err := administrator.Retire(t.Context(), "other-0"); err == nil {
		t.Error("a member that there cannot be is told to retire")
	}
}

func TestAVolumeOfAnotherClusterIsLeftAsItIs(t *testing.T) {
	c := newTrial(t)
	all := c.startAll(3, 0, 1, 2)
	put(t, all[0].store, "a", "a")
	stopAll(all)
	c.empty(0)
	// Nobody answers, and it was told that it is alone: it cannot know.
	zero := c.start(0, 1).ready()
	put(t, zero, "other", "other")
	one, two := c.start(1, 3), c.start(2, 3)
	one.waits(300 * time.Millisecond)
	two.waits(time.Millisecond)
	if _, err := os.Stat(dataDirectory(Options{DataDirectory: c.directories[1]}) + "/member/wal"); err != nil {
		t.Error(err)
	}
}

func TestLeadershipIsHandedOverBeforeTheLeaderStops(t *testing.T) {
	c := newTrial(t)
	all := c.startAll(3, 0, 1, 2)
	leader := leaderOf(all)
	next := 0
	if leader == 0 {
		next = 1
	}
	all[leader].store.HandOver(t.Context())
	if got, want := all[leader].store.server.Lead(), uint64(all[next].store.server.MemberID()); got != want {
		t.Errorf("the leader is %x, want the lowest other ordinal, %x", got, want)
	}
	if all[leader].store.local.Status(t.Context()).Ready {
		t.Error("a member that leaves offers itself as leader")
	}
	put(t, all[leader].store, "still", "still")
	go all[leader].stop()
	for i := range 20 {
		put(t, all[3-leader-next].store, "after", strconv.Itoa(i))
	}
}

func TestAMemberIsLetInUnderItsOwnNameOnly(t *testing.T) {
	c := newTrial(t)
	s := c.start(0, 1).ready()
	at := c.addresses["berth-0"][1]
	if _, err := s.local.client.Join(t.Context(), at, "berth-1"); err == nil {
		t.Error("berth-0 is let in as berth-1")
	}
	for name, files := range map[string]peertls.Files{
		"another installation": prepare(t, t.TempDir(), secret, "berth-1.other.svc", "other.svc", "127.0.0.1"),
		"another secret":       prepare(t, t.TempDir(), secret+"x", "berth-1."+testDomain, testDomain, "127.0.0.1"),
	} {
		config, err := files.Connect(testDomain)
		if err != nil {
			t.Fatal(err)
		}
		// Such a client trusts whom it calls: it is the member that must not.
		config.InsecureSkipVerify = true
		config.VerifyConnection = nil
		client := membership.NewClient(config, nil)
		if answers := client.Ask(t.Context(), map[int]string{0: at}); len(answers) > 0 {
			t.Errorf("a member of %s is told %+v", name, answers)
		}
		if _, err := client.Join(t.Context(), at, "berth-1"); err == nil {
			t.Errorf("a member of %s is let in", name)
		}
	}
	wantVoters(t, s, 1)
}
