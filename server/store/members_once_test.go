package store

import (
	"strconv"
	"sync"
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
		leader := 0
		for ordinal, a := range all {
			if a.store.server.Lead() == uint64(a.store.server.MemberID()) {
				leader = ordinal
			}
		}
		var mutex sync.Mutex
		made, slowest := 0, time.Duration(0)
		stop := make(chan struct{})
		var wait sync.WaitGroup
		for ordinal, a := range all {
			if ordinal == leader {
				continue
			}
			for range 4 {
				wait.Go(func() {
					for {
						select {
						case <-stop:
							return
						default:
						}
						began := time.Now()
						if _, err := a.store.Update(t.Context(), "counter", etag.Conditions{}, increment); err != nil {
							t.Error(err)
							continue
						}
						mutex.Lock()
						made++
						slowest = max(slowest, time.Since(began))
						mutex.Unlock()
					}
				})
			}
		}
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
