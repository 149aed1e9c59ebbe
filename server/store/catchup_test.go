package store

import (
	"fmt"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// keptAfter is how many entries are kept after some seconds of writing as many
// of this size in each.
func keptAfter(l *logSizes, from logSize, seconds int, entries uint64, bytes float64) (logSize, uint64) {
	var kept uint64
	for range seconds {
		from.index += entries
		from.bytes += float64(entries) * bytes
		kept = l.keep(from)
	}
	return from, kept
}

func TestAsManyEntriesStayInMemoryAsThereIsRoomFor(t *testing.T) {
	const small, large = 1 << 10, 1 << 20
	for _, c := range []struct {
		what        string
		bytes       float64
		entries     uint64
		least, most uint64
	}{
		{"small ones", small, 1000, mostEntries, mostEntries},
		{"those of 20 KiB", 20 * small, 200, 1300, logBytes / (20 * small)},
		{"whole documents, of which a second writes more than there is room for", large, 100, fewestEntries, fewestEntries},
	} {
		t.Run(c.what, func(t *testing.T) {
			var l logSizes
			now, kept := keptAfter(&l, logSize{index: 7}, 60, c.entries, c.bytes)
			if kept < c.least || kept > c.most {
				t.Errorf("%d are kept, want %d to %d", kept, c.least, c.most)
			}
			if now, kept = keptAfter(&l, now, 60, 0, 0); kept < min(c.least, now.index) {
				t.Errorf("%d are kept once nothing is written, want as many as before", kept)
			}
			if _, kept = keptAfter(&l, now, 60, 1000, small); kept != mostEntries {
				t.Errorf("%d are kept of the small ones that follow, want %d", kept, mostEntries)
			}
			if len(l.moments) > mostEntries {
				t.Errorf("%d moments are remembered", len(l.moments))
			}
		})
	}
}

func TestFewEntriesStayInMemoryWhileMuchIsWrittenThatIsNotYetApplied(t *testing.T) {
	var l logSizes
	l.keep(logSize{index: 7})
	if kept := l.keep(logSize{index: 7, bytes: 2 * logBytes}); kept != fewestEntries {
		t.Errorf("%d are kept, want %d", kept, fewestEntries)
	}
}

func TestWhatIsWrittenToTheLogIsCounted(t *testing.T) {
	s := openPeers(t)
	before := writtenToLog()
	put(t, s, "a", strings.Repeat("1", 100_000))
	if grown := writtenToLog() - before; grown < 100_000 {
		t.Errorf("%g bytes are counted for a document of 100,000", grown)
	}
}

func TestFewerEntriesStayInMemoryOnceLargeOnesWereWritten(t *testing.T) {
	s := openPeers(t)
	large := `"` + strings.Repeat("1", 1<<20-2) + `"`
	for range logBytes>>20 + 1 {
		put(t, s, "a", large)
	}
	eventually(t, "that fewer entries are kept", func() error {
		if kept := s.server.Cfg.SnapshotCatchUpEntries; kept > 2*logBytes>>20 {
			return fmt.Errorf("%d are", kept)
		}
		return nil
	})
	if replayed := s.server.Cfg.SnapshotCount; replayed > 2*logBytes>>20 {
		t.Errorf("a start goes through %d", replayed)
	}
}

func TestAMemberThatWasAwayForALotOfWritesIsToldThemFromTheLog(t *testing.T) {
	// Alone, as others have snapshots sent, which are counted for the process.
	c := newTrialAlone(t)
	all := c.startAll(3, 0, 1, 2)
	defer stopAll(all)
	first := all[0].ready()
	all[2].stop()
	for range 1000 {
		put(t, first, "a", "a")
	}
	put(t, first, "b", "b")
	sent := snapshotsSent(t)
	all[2] = c.start(2, 3)
	wantItems(t, all[2].ready(), "a", "b")
	if more := snapshotsSent(t) - sent; more > 0 {
		t.Errorf("%g snapshots were sent, want none", more)
	}
}

// snapshotsSent counts those that this process sent or tried to.
func snapshotsSent(t *testing.T) (sent float64) {
	t.Helper()
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		switch family.GetName() {
		case "etcd_network_snapshot_send_success", "etcd_network_snapshot_send_failures":
			for _, metric := range family.GetMetric() {
				sent += metric.GetCounter().GetValue()
			}
		}
	}
	return sent
}
