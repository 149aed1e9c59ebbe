package store

import (
	"context"
	"sync/atomic"
	"time"

	etcderrors "go.etcd.io/etcd/server/v3/etcdserver/errors"
)

const (
	// patience is how long a request is tried, in all.
	patience = 10 * time.Second
	// firstAttempt is how long etcd is waited for at first. What was handed
	// to a leader that is no more is never heard of again, so waiting longer
	// only delays the next attempt.
	firstAttempt = 250 * time.Millisecond
	// longestAttempt is how long it is waited for at most. With the same
	// leader as before it is more likely that the disk is slow: then each
	// attempt adds to what it has to write, and a large read would never end.
	longestAttempt = 2 * time.Second
	// retryEvery is the pause between attempts.
	retryEvery = 10 * time.Millisecond
)

// retry tries until there is success or an error that stays, or until ctx
// ends. What is tried may have been done although it failed.
func (s *Store) retry(ctx context.Context, try func(context.Context) error) error {
	length := firstAttempt
	for {
		if err := s.awaitLeader(ctx); err != nil {
			return err
		}
		err, sameLeader := s.attempt(ctx, length, try)
		if err == nil || !isTransient(err) || s.pause(ctx) != nil {
			return err
		}
		length = min(2*length, longestAttempt)
		if !sameLeader {
			length = firstAttempt
		}
	}
}

// attempt tries once: for some time, and not longer than the leader leads.
func (s *Store) attempt(ctx context.Context, length time.Duration, try func(context.Context) error) (err error, sameLeader bool) {
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	term := s.leader.now.Load()
	stop := context.AfterFunc(term.ctx, cancel)
	defer stop()
	return try(ctx), term.ctx.Err() == nil
}

// leader is the time in which one member leads.
type leader struct{ now atomic.Pointer[term] }

type term struct {
	ctx context.Context
	end context.CancelFunc
}

func (l *leader) change() {
	ctx, cancel := context.WithCancel(context.Background())
	if before := l.now.Swap(&term{ctx, cancel}); before != nil {
		before.end()
	}
}

func (s *Store) watchLeader(ctx context.Context) {
	for {
		changed := s.server.LeaderChangedNotify()
		select {
		case <-ctx.Done():
			return
		case <-changed:
			s.leader.change()
		}
	}
}

// awaitLeader returns once this member knows a leader, which costs nothing
// when it does already.
func (s *Store) awaitLeader(ctx context.Context) error {
	for s.server.Leader() == 0 {
		if err := s.pause(ctx); err != nil {
			return err
		}
	}
	return nil
}

// pause is the time between attempts. The error says that there must be none.
func (s *Store) pause(ctx context.Context) error {
	timer := time.NewTimer(retryEvery)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-s.Stopped():
		return etcderrors.ErrStopped
	case <-timer.C:
		return nil
	}
}
