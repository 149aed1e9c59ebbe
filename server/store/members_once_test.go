package store

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/berth/etag"
)

func TestWritesAreMadeOnceThoughLeadersStop(t *testing.T) {
	c := newTrial(t)
	all := c.startAll(3, 0, 1, 2)
	put(t, all[0].store, "counter", "0")
	increment := func(document []byte) ([]byte, error) {
		n, err := strconv.Atoi(string(document))
		return strconv.AppendInt(nil, int64(n+1), 10), err
	}
	for range 3 {
		before, err := all[0].store.Get(t.Context(), "counter")
		if err != nil {
			t.Fatal(err)
		}
		was, _ := strconv.Atoi(string(before.Document))
		leader := leaderOf(all)
		var mutex sync.Mutex
		made, slowest := 0, time.Duration(0)
		stop := make(chan struct{})
		var wait sync.WaitGroup
		fourAtEachOther(&wait, all, leader, func(s *Store) {
			for {
				select {
				case <-stop:
					return
				default:
				}
				began := time.Now()
				if _, err := s.Update(t.Context(), "counter", etag.Conditions{}, increment); err != nil {
					t.Error(err)
					continue
				}
				mutex.Lock()
				made++
				slowest = max(slowest, time.Since(began))
				mutex.Unlock()
			}
		})
		time.Sleep(300 * time.Millisecond)
		all[leader].store.server.HardStop()
		time.Sleep(2 * time.Second)
		close(stop)
		wait.Wait()
		all[leader].stop()
		all[leader] = c.start(leader, 3)
		all[leader].ready()
		after, err := all[leader].store.Get(t.Context(), "counter")
		if err != nil || string(after.Document) != strconv.Itoa(was+made) {
			t.Errorf("the counter is %s, %v, want %d", after.Document, err, was+made)
		}
		t.Logf("%d updates, the slowest took %s", made, slowest)
	}
}

func TestWithoutSpaceDeletesAreToldThoughTheLeaderStops(t *testing.T) {
	c := newTrial(t)
	all := c.startAll(3, 0, 1, 2)
	const items = 900
	for i := range items {
		put(t, all[0].store, strconv.Itoa(i), "1")
	}
	leader := leaderOf(all)
	raiseAlarm(t, all[leader].store)
	var next, done atomic.Int32
	var wait sync.WaitGroup
	fourAtEachOther(&wait, all, leader, func(s *Store) {
		for i := next.Add(1) - 1; i < items; i = next.Add(1) - 1 {
			if err := s.Delete(t.Context(), strconv.Itoa(int(i)), etag.Conditions{}); err != nil {
				t.Errorf("item %d: %v", i, err)
			}
			done.Add(1)
		}
	})
	for done.Load() < items/4 {
		time.Sleep(time.Millisecond)
	}
	all[leader].store.server.HardStop()
	if n := done.Load(); n > items/4*3 {
		t.Errorf("the leader stopped late, after %d of %d", n, items)
	}
	wait.Wait()
	all[leader].stop()
}

// fourAtEachOther has four clients at each member but the leader.
func fourAtEachOther(wait *sync.WaitGroup, all map[int]*attempt, leader int, client func(*Store)) {
	for ordinal, a := range all {
		if ordinal == leader {
			continue
		}
		for range 4 {
			wait.Go(func() { client(a.store) })
		}
	}
}

// leaderOf is the ordinal of the member that leads, or -1.
func leaderOf(all map[int]*attempt) int {
	for ordinal, a := range all {
		if a.store.server.Lead() == uint64(a.store.server.MemberID()) {
			return ordinal
		}
	}
	return -1
}
