package store

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/berth/etag"
)

// members are those that clients may use now.
type members struct{ now atomic.Pointer[[]*Store] }

func (m *members) are(all ...*Store) { m.now.Store(&all) }

// Of one member reads take another way than of several, so what counts is the
// change from one to the other.
func TestReadsAreNeverStaleWhileMembersComeAndGo(t *testing.T) {
	c := newTrial(t)
	first := c.start(0, 1).ready()
	var m members
	m.are(first)
	administrator, err := NewAdministrator(c.options(0, 3))
	if err != nil {
		t.Fatal(err)
	}

	var last, reads atomic.Int64
	var ended atomic.Bool
	var clients sync.WaitGroup
	defer clients.Wait()
	defer ended.Store(true)
	clients.Go(func() {
		for n := 0; !ended.Load(); n++ {
			all := *m.now.Load()
			revision, _, err := all[n%len(all)].Put(t.Context(), "a", []byte("1"), etag.Conditions{})
			if err != nil {
				t.Error(err)
				return
			}
			last.Store(revision)
		}
	})
	for n := range 4 {
		clients.Go(func() {
			for ; !ended.Load(); n++ {
				all, want := *m.now.Load(), last.Load()
				if want == 0 {
					continue
				}
				got, err := all[n%len(all)].Get(t.Context(), "a")
				if err != nil || got.Revision < want {
					t.Errorf("Get = %+v, %v, want revision %d or later", got, err, want)
					return
				}
				reads.Add(1)
			}
		})
	}
	// some lets clients read for a while as things are.
	some := func() {
		for before, until := reads.Load(), time.Now().Add(20*time.Second); reads.Load() < before+2000 && time.Now().Before(until) && !t.Failed(); {
			time.Sleep(time.Millisecond)
		}
	}

	some()
	others := c.startAll(3, 1, 2)
	m.are(first, others[1].store, others[2].store)
	some()
	for _, leaves := range []*attempt{others[2], others[1]} {
		if leaves == others[1] {
			m.are(first)
		} else {
			m.are(first, others[1].store)
		}
		if err := administrator.Retire(t.Context(), leaves.name); err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond) // what it was asked before is answered
		if err := administrator.Dismiss(t.Context(), leaves.name); err != nil {
			t.Fatal(err)
		}
		some()
	}
	wantVoters(t, first, 1)
}
