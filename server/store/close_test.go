package store

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"example.com/berth/etag"
	"example.com/berth/item"
)

func TestAClosedStoreLeavesNoGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("open", func(t *testing.T) {
		s := openFaulty(t, func(kv KeyValues) KeyValues { return kv })
		for range 10 {
			if _, _, err := s.Create(t.Context(), []byte("1"), "key"); err != nil {
				t.Error(err)
			}
		}
	})
	var after int
	for range 100 {
		if after = runtime.NumGoroutine(); after <= before {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	stacks := make([]byte, 1<<20)
	t.Errorf("%d goroutines before, %d after:\n%s", before, after, stacks[:runtime.Stack(stacks, true)])
}

func TestAClosedStoreRefusesInsteadOfHanging(t *testing.T) {
	s := openPeers(t)
	s.etcd.Server.HardStop()
	began := time.Now()
	_, _, err := s.Put(t.Context(), "a", []byte("1"), etag.Conditions{})
	var told *item.Error
	if !errors.As(err, &told) || (told.Code != item.Unavailable && told.Code != item.OutcomeUnknown) {
		t.Errorf("error %v, want code %s or %s", err, item.Unavailable, item.OutcomeUnknown)
	}
	if took := time.Since(began); took > 2*patience {
		t.Errorf("it took %s", took)
	}
	select {
	case <-s.Stopped():
	default:
		t.Error("Stopped is not closed")
	}
}
