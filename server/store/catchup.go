package store

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.etcd.io/etcd/server/v3/storage/wal"
)

// A member that was away, as in each roll, is told what it missed from the log
// that the leader has in memory. What is not there any more takes a snapshot:
// the whole store, over the network and written anew, however little was
// missed. etcd can be told how many entries to keep, not how much memory they
// may take; and an entry may be a hundred bytes or a whole document. So the
// number follows from how large entries are lately.
const (
	// fewestEntries are kept whatever their size.
	fewestEntries = 50
	// mostEntries are several seconds of as many writes as a member makes.
	mostEntries = 10_000
	// mostReplayed are on disk beyond the last snapshot of Raft's, which is the
	// list of members and costs two turns at the disk. All of them are in memory
	// after a start.
	mostReplayed = 1_000
	// logBytes is about how much those beyond the fewest take up at most. While a
	// snapshot is sent, and half a minute longer, etcd forgets nothing.
	logBytes = 64 << 20
	// segmentBytes is how large a file of the log becomes: an eighth of what
	// etcd has it be. A start reads the file that the last snapshot is in from
	// its beginning, twice, however little is to be replayed: 0.4 s of a
	// processor were seen for a full one of etcd's.
	segmentBytes = 8 << 20
	// measureLogEvery bounds how much more it is when entries become larger.
	measureLogEvery = time.Second
)

// etcd has no setting for it but this variable, which is of the whole process.
func init() { wal.SegmentSizeBytes = segmentBytes }

// logSizes are moments in the life of the log, the oldest first: those since
// which not more than logBytes were written.
type logSizes struct {
	moments []logSize
	// forgot is true once there was a moment since which more was written.
	forgot bool
}

type logSize struct {
	index uint64
	bytes float64
}

// keep adds the present moment, and tells how many entries to keep from now on.
func (l *logSizes) keep(now logSize) uint64 {
	if n := len(l.moments); n == 0 || l.moments[n-1].index != now.index {
		l.moments = append(l.moments, now)
	}
	for now.bytes-l.moments[0].bytes > logBytes {
		l.forgot = true
		if len(l.moments) == 1 {
			break // what was written is not applied yet
		}
		l.moments = l.moments[1:]
	}
	for len(l.moments) > 1 && l.moments[1].index+mostEntries <= now.index {
		l.moments = l.moments[1:]
	}
	if !l.forgot {
		return mostEntries
	}
	return min(max(now.index-l.moments[0].index, fewestEntries), mostEntries)
}

// watchLog has etcd keep as many entries as there is memory for.
func (s *Store) watchLog(ctx context.Context) {
	ticker := time.NewTicker(measureLogEvery)
	defer ticker.Stop()
	var sizes logSizes
	for {
		s.keepEntries(sizes.keep(logSize{s.server.AppliedIndex(), writtenToLog()}))
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// keepEntries changes settings that etcd has no way to change but looks at each
// time it forgets entries. Each is one word, of which Go promises that either
// the former or the new value is read, and either will do: so the race detector
// need not look at this.
//
//go:norace
func (s *Store) keepEntries(n uint64) {
	s.server.Cfg.SnapshotCatchUpEntries = n
	s.server.Cfg.SnapshotCount = min(n, mostReplayed)
}

// written is etcd's own count, registered by it already.
var written = func() prometheus.Metric {
	count := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: "etcd", Subsystem: "disk", Name: "wal_write_bytes_total", Help: "Total number of bytes written in WAL.",
	})
	var already prometheus.AlreadyRegisteredError
	if errors.As(prometheus.Register(count), &already) {
		return already.ExistingCollector.(prometheus.Metric)
	}
	panic("etcd does not count what it writes to its log")
}()

// writtenToLog is how many bytes this process has written to logs.
func writtenToLog() float64 {
	var m dto.Metric
	if err := written.Write(&m); err != nil {
		return 0
	}
	return m.GetGauge().GetValue()
}
