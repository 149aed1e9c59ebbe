package store

import (
	"context"
	"sync/atomic"
	"time"
)

const (
	// probeEvery is how often the store reads from itself.
	probeEvery = time.Second
	// probeFirst is how often it does until the first success, so that a
	// start is noticed at once.
	probeFirst = 5 * time.Millisecond
	// staleAfter is the default of Options.UnreadyAfter.
	staleAfter = 15 * time.Second
	// promoteEvery is how often a learner that has caught up asks for a vote.
	promoteEvery = 200 * time.Millisecond
)

// health is when a linearizable read last succeeded.
type health struct {
	// lastRead is in nanoseconds since the store opened; 0 is never.
	lastRead atomic.Int64
	opened   time.Time
}

// Ready reports whether the store can serve: it has a vote, has read from a
// majority since it opened, has not failed to for unreadyAfter, and was not
// told to retire.
func (s *Store) Ready() bool {
	last := s.health.lastRead.Load()
	return last != 0 && s.hasVote() && !s.isRetired() && time.Since(s.health.opened)-time.Duration(last) < s.unreadyAfter
}

func (s *Store) isRetired() bool { return time.Now().UnixNano() < s.retired.Load() }

func (s *Store) watchHealth(ctx context.Context) {
	for ctx.Err() == nil {
		wait := probeEvery
		switch err := s.probe(ctx); {
		case err != nil && s.health.lastRead.Load() == 0:
			wait = probeFirst
		case err == nil && !s.hasVote():
			s.promote(ctx)
			wait = promoteEvery
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

func (s *Store) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probeEvery)
	defer cancel()
	if err := s.awaitLeader(ctx); err != nil {
		return err
	}
	// Through Raft, also where reads need no turn of it: while its log hangs, a
	// member is not well.
	if err := s.server.LinearizableReadNotify(ctx); err != nil {
		return err
	}
	s.health.lastRead.Store(int64(time.Since(s.health.opened)))
	return nil
}
