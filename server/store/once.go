package store

import (
	"context"
	"errors"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	etcderrors "go.etcd.io/etcd/server/v3/etcdserver/errors"
	"go.etcd.io/etcd/server/v3/lease"
)

// once makes a write, or refuses it, and tells which. It is tried again when
// its outcome is not known, and made once nevertheless: see slot.
func (s *Store) once(ctx context.Context, w write) (outcome, error) {
	if size := putSize(w.change); size > 0 && !s.hasRoom(size) {
		return outcome{}, full()
	}
	for {
		if err := s.lend(ctx, w); err != nil {
			return outcome{}, s.failure(err)
		}
		result, err := s.submit(ctx, w)
		if !errors.Is(err, lease.ErrLeaseNotFound) {
			return result, err
		}
		// Refused, and for good: the lease that was named does not come back.
		if w.marker != nil {
			s.leases.forget(w.marker.Lease)
		}
	}
}

// lend gives the marker of a write, if it has one, a lease.
func (s *Store) lend(ctx context.Context, w write) (err error) {
	if w.marker != nil {
		w.marker.Lease, err = s.leases.current(ctx, s)
	}
	return err
}

// makeTogether makes a group in one transaction. The error is that of all its
// writes: etcderrors.ErrNoSpace or lease.ErrLeaseNotFound if nothing was made,
// and nothing will be, for want of space or of a lease.
func (s *Store) makeTogether(ctx context.Context, group []*pending, stuck func()) error {
	if s.alone() {
		return s.withoutSlot(ctx, group, stuck)
	}
	l, err := s.slots.take(ctx, s)
	if err == nil {
		err = s.withSlot(ctx, &l, group, stuck)
	}
	switch {
	case err == nil:
		s.slots.give(l)
		return nil
	case errors.Is(err, lease.ErrLeaseNotFound):
		s.slots.leases.forget(l.lease)
		return err
	case errors.Is(err, etcderrors.ErrNoSpace):
		return err
	default:
		return s.failure(err)
	}
}

// alone reports whether writes can do without a slot: this is the only member.
// What it hands to its log is made and answered, unless the process ends, for
// there is no leader to lose it. Members that join meanwhile make it possible
// that an answer is lost; then the outcome is not known, as it was not before.
// Close to etcd's own limit it answers a write that it made with having no
// space, and only a slot tells.
func (s *Store) alone() bool {
	return !s.wrapped && len(s.server.Cluster().Members()) == 1 && s.server.Backend().Size()+hardQuotaMargin < hardQuota(s.quota)
}

// hardQuotaMargin is more than groups that are under way can add.
const hardQuotaMargin = 16 << 20

// withSlot makes a group with a slot. Errors are as of makeTogether, or of
// etcd if nothing was made.
func (s *Store) withSlot(ctx context.Context, l *slot, group []*pending, stuck func()) error {
	var response *pb.TxnResponse
	again := false
	err := s.retry(ctx, func(ctx context.Context) (err error) {
		response, err = s.kv.Txn(ctx, l.guard(group))
		again = again || isTransient(err) && !isRefused(err)
		if err != nil {
			stuck()
		}
		return err
	})
	switch {
	case err == nil && response.Succeeded:
		l.revision = response.Header.Revision
		learn(group, response)
		return nil
	case err == nil:
		err = s.recall(ctx, l, group, first(response.Responses[0].GetResponseRange()))
	case errors.Is(err, etcderrors.ErrNoSpace):
		return s.settle(ctx, l, group)
	}
	if err != nil && again {
		return outcomeUnknown()
	}
	return err
}

// withoutSlot makes a group in one attempt. Another follows only when it is
// certain that nothing was made, and never will be, of the one before.
func (s *Store) withoutSlot(ctx context.Context, group []*pending, stuck func()) error {
	for {
		if err := s.awaitLeader(ctx); err != nil {
			return s.failure(err)
		}
		response, err := s.kv.Txn(ctx, transaction(group))
		switch {
		case err == nil:
			learn(group, response)
			return nil
		case isRefused(err):
			stuck()
			if s.pause(ctx) != nil {
				return unavailable()
			}
		case isTransient(err):
			return outcomeUnknown()
		case errors.Is(err, lease.ErrLeaseNotFound):
			return err
		default:
			return s.failure(err)
		}
	}
}

func putSize(operations []*pb.RequestOp) (size int) {
	for _, operation := range operations {
		if put := operation.GetRequestPut(); put != nil {
			size += len(put.Key) + len(put.Value)
		}
	}
	return size
}
