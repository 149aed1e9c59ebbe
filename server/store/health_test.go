package store

import (
	"testing"
	"time"
)

func TestReadinessIsLostOnlyAfter15SecondsWithoutARead(t *testing.T) {
	s := openPeers(t)
	s.stop()
	s.done.Wait()
	last := time.Duration(s.health.lastRead.Load())
	for since, want := range map[time.Duration]bool{14 * time.Second: true, 16 * time.Second: false} {
		s.health.opened = time.Now().Add(-last - since)
		if s.Ready() != want {
			t.Errorf("%s after the last read, Ready is %v, want %v", since, !want, want)
		}
	}
	s.health.lastRead.Store(0)
	s.health.opened = time.Now()
	if s.Ready() {
		t.Error("the store is ready before its first read")
	}
}
