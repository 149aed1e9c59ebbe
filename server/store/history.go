package store

import (
	"context"
	"errors"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/server/v3/storage/mvcc"
)

// Old states are kept for ten minutes, so that lists can be read page by page.
// A member reads every one of them when it starts, at three to four
// microseconds of a processor each: after heavy writing that was more than a
// second in each roll, in which its node had less for everybody. So what is
// kept of them has a limit, beyond which it is for a shorter time.

// Tests have less of all.
var (
	// mostHistory is how many changes are kept for the whole ten minutes. Half
	// as many are forgotten together at the least: to forget any takes a look at
	// every item.
	mostHistory int64 = 100_000
	// shortestHistory is how long changes are kept, however many they are:
	// longer than a page is read, and than a write is tried and asked for.
	shortestHistory = time.Minute
	// historyEvery is how often the length of the history is looked at.
	historyEvery = 10 * time.Second
)

// past is which revision there was when, the oldest first: one of at least
// shortestHistory ago, if that is known, and those since.
type past []moment

type moment struct {
	at       time.Time
	revision int64
}

// forget adds the present moment, and tells up to which revision history can
// be forgotten. 0 is none. first is up to which it was forgotten already.
func (p *past) forget(now moment, first int64) int64 {
	*p = append(*p, now)
	for len(*p) > 1 && now.at.Sub((*p)[1].at) >= shortestHistory {
		*p = (*p)[1:]
	}
	oldest := (*p)[0]
	if now.at.Sub(oldest.at) < shortestHistory {
		return 0
	}
	until := min(oldest.revision, now.revision-mostHistory)
	if until-max(first, 0) < mostHistory/2 {
		return 0
	}
	return until
}

// watchHistory has the leader forget what is beyond the limit, for all.
func (s *Store) watchHistory(ctx context.Context) {
	ticker := time.NewTicker(historyEvery)
	defer ticker.Stop()
	var p past
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		until := p.forget(moment{time.Now(), s.server.KV().Rev()}, s.server.KV().FirstRev())
		if until == 0 || s.server.Leader() != s.server.MemberID() {
			continue
		}
		// What fails is done the next time.
		_, err := s.server.Compact(ctx, &pb.CompactionRequest{Revision: until})
		if err != nil && !errors.Is(err, mvcc.ErrCompacted) && ctx.Err() == nil {
			s.log.Debug("could not forget old states", "until", until, "error", err)
		}
	}
}
