package store

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/berth/etag"
)

// service is the members that clients may use now.
type service struct {
	mutex sync.RWMutex
	now   []*Store
}

// is changes them, once requests to those before are answered.
func (s *service) is(now ...*Store) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.now = now
}

// use makes a request to the nth of them.
func (s *service) use(n int, request func(*Store)) {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	request(s.now[n%len(s.now)])
}

// Of one member reads take another way than of several, so what counts is the
// change from one to the other.
func TestReadsAreNeverStaleWhileMembersComeAndGo(t *testing.T) {
	c := newTrial(t)
	first := c.start(0, 1).ready()
	administrator, err := NewAdministrator(c.options(0, 3))
	if err != nil {
		t.Fatal(err)
	}
	var clients service
	clients.is(first)

	var last, reads atomic.Int64
	var ended atomic.Bool
	var under sync.WaitGroup
	defer under.Wait()
	defer ended.Store(true)
	again := func(n int, request func(*Store)) {
		under.Go(func() {
			for ; !ended.Load() && !t.Failed(); n++ {
				clients.use(n, request)
			}
		})
	}
	again(0, func(s *Store) {
		revision, _, err := s.Put(t.Context(), "a", []byte("1"), etag.Conditions{})
		if err != nil {
			t.Error(err)
		}
		last.Store(revision)
	})
	for n := range 4 {
		again(n, func(s *Store) {
			want := last.Load()
			if want == 0 {
				return
			}
			if got, err := s.Get(t.Context(), "a"); err != nil || got.Revision < want {
				t.Errorf("Get = %+v, %v, want revision %d or later", got, err, want)
			}
			reads.Add(1)
		})
	}
	// some lets clients read for a while as things are. Reads of several
	// members are slow where other tests run beside this one.
	some := func() {
		for before, until := reads.Load(), time.Now().Add(2*time.Minute); reads.Load() < before+1000; time.Sleep(time.Millisecond) {
			if t.Failed() || time.Now().After(until) {
				t.Fatalf("there were %d reads, want 1000", reads.Load()-before)
			}
		}
	}

	some()
	others := c.startAll(3, 1, 2)
	clients.is(first, others[1].store, others[2].store)
	some()
	if stats, err := others[1].store.Stats(t.Context()); err != nil || stats.KnownRounds == 0 {
		t.Errorf("Stats = %+v, %v; want rounds", stats, err)
	}
	clients.is(first, others[1].store)
	dismiss(t, administrator, others[2])
	some()
	clients.is(first)
	dismiss(t, administrator, others[1])
	some()
	wantVoters(t, first, 1)
}

func dismiss(t *testing.T, administrator *Administrator, leaves *attempt) {
	t.Helper()
	if err := administrator.Retire(t.Context(), leaves.name); err != nil {
		t.Fatal(err)
	}
	if err := administrator.Dismiss(t.Context(), leaves.name); err != nil {
		t.Fatal(err)
	}
}

func TestAMemberThatIsAloneAgainMakesAnEntryBeforeItReadsByItself(t *testing.T) {
	c := newTrial(t)
	first := c.start(0, 1).ready()
	put(t, first, "a", "a")
	wantItems(t, first, "a")
	before := first.barrier.reign.Load()
	if before == nil || !before.alone {
		t.Fatalf("the only member relies on %+v", before)
	}
	second := c.start(1, 3)
	second.ready()
	administrator, err := NewAdministrator(c.options(0, 3))
	if err != nil {
		t.Fatal(err)
	}
	dismiss(t, administrator, second)
	wantVoters(t, first, 1)
	wantItems(t, first, "a")
	if after := first.barrier.reign.Load(); after == before || !after.alone || after.additions == before.additions {
		t.Errorf("it relies on %+v, as before the other joined", after)
	}
}
