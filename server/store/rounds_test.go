package store

import (
	"strconv"
	"testing"
	"time"

	"example.com/berth/membership"
)

// connected waits until a member has asked the others for their standing once.
func connected(t *testing.T, all map[int]*attempt) {
	t.Helper()
	for _, a := range all {
		rounds := &a.store.rounds
		for deadline := time.Now().Add(30 * time.Second); rounds.known.Load() == 0; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s has had no round that told it anything, and %d others", a.name, rounds.unknown.Load())
			}
			if _, err := a.store.Get(t.Context(), "a"); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// startConnected starts members of which each has asked the others once.
func startConnected(t *testing.T, members int) map[int]*attempt {
	t.Helper()
	c := newTrial(t)
	all := c.startAll(members, []int{0, 1, 2, 3, 4}[:members]...)
	put(t, all[0].store, "a", "a")
	connected(t, all)
	return all
}

func TestAStandingHasRoomForAllVotersThereCanBe(t *testing.T) {
	if mostMembers > membership.MostVoters {
		t.Errorf("a standing has room for %d voters, and there can be %d", membership.MostVoters, mostMembers)
	}
}

func TestEveryMemberFindsOutForItsReadsWhatIsCommitted(t *testing.T) {
	for _, members := range []int{3, 5} {
		t.Run(strconv.Itoa(members)+" members", func(t *testing.T) {
			startConnected(t, members)
		})
	}
}

func TestReadsGoOnWhereOthersAreNotAskedForTheirStanding(t *testing.T) {
	all := startConnected(t, 3)
	for _, a := range all {
		rounds := &a.store.rounds
		rounds.others.close() // as all are of an older version, say
		known := rounds.known.Load()
		put(t, a.store, "a", a.name)
		for _, reader := range all {
			if got, err := reader.store.Get(t.Context(), "a"); err != nil || string(got.Document) != a.name {
				t.Errorf("Get = %+v, %v, want %s", got, err, a.name)
			}
		}
		if now := rounds.known.Load(); now != known {
			t.Errorf("%s had %d rounds more", a.name, now-known)
		}
	}
}

func TestAfterAMemberIsGoneTheOthersAskEachOther(t *testing.T) {
	all := startConnected(t, 3)
	for ordinal, a := range all {
		if _, _, leads := a.store.membershipStats(); leads {
			a.stop()
			delete(all, ordinal)
			break
		}
	}
	for _, a := range all {
		a.store.rounds.known.Store(0)
	}
	connected(t, all)
}
