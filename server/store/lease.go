package store

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
)

const (
	// keepMarkers is how long the marker of an Idempotency-Key lasts at the
	// least.
	keepMarkers = 24 * time.Hour
	// shareLease is how long one lease is given to new markers. A lease for
	// each would cost a write and a timer each.
	shareLease = time.Hour
)

// leases hands out the lease that new markers expire with.
type leases struct {
	// keep is how long a lease that is handed out lasts at the least, and
	// share how long the same one is.
	keep, share time.Duration
	// turn is held by who looks or grants; unlike a mutex, it need not be
	// waited for longer than a request lasts.
	turn    chan struct{}
	id      int64
	granted time.Time
}

func newLeases(keep, share time.Duration) leases {
	return leases{keep: keep, share: share, turn: make(chan struct{}, 1)}
}

// current is a lease that lasts at least as long as keep.
func (l *leases) current(ctx context.Context, s *Store) (int64, error) {
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	defer func() { <-l.turn }()
	if l.id != 0 && time.Since(l.granted) < l.share {
		return l.id, nil
	}
	granted := time.Now()
	var response *pb.LeaseGrantResponse
	err := s.retry(ctx, func(ctx context.Context) (err error) {
		// Each attempt is for another lease. Those that nobody heard of
		// expire without ever having had a key. What is random is never
		// granted again, whatever clocks say.
		response, err = s.server.LeaseGrant(ctx, &pb.LeaseGrantRequest{
			ID: 1 + rand.Int64N(math.MaxInt64), TTL: int64((l.keep + l.share).Seconds()),
		})
		return err
	})
	if err != nil {
		return 0, err
	}
	l.id, l.granted = response.ID, granted
	return l.id, nil
}

// forget makes current grant another lease than id.
func (l *leases) forget(id int64) {
	l.turn <- struct{}{}
	defer func() { <-l.turn }()
	if l.id == id {
		l.id = 0
	}
}
