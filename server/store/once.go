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
		result, err := s.tryOnce(ctx, w)
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

// tryOnce is once with the error lease.ErrLeaseNotFound if nothing was made,
// and nothing will be, for want of a lease.
func (s *Store) tryOnce(ctx context.Context, w write) (outcome, error) {
	if s.alone() {
		return s.withoutSlot(ctx, w)
	}
	l, err := s.slots.take(ctx, s)
	if errors.Is(err, etcderrors.ErrNoSpace) {
		return s.withoutMark(ctx, w)
	}
	if err != nil {
		return outcome{}, s.failure(err)
	}
	result, err := s.withSlot(ctx, &l, w)
	if errors.Is(err, lease.ErrLeaseNotFound) {
		s.slots.leases.forget(l.lease)
	}
	if err == nil {
		s.slots.give(l)
	}
	return result, err
}

// alone reports whether this is the only member. What it hands to its log is
// made and answered, unless the process ends: there is no leader to lose it,
// and so no need for a slot. Members that join meanwhile make it possible that
// an answer is lost; then the outcome is not known, as it was not before.
func (s *Store) alone() bool { return !s.wrapped && len(s.server.Cluster().Members()) == 1 }

// withSlot makes a write with a slot. Errors are as of tryOnce.
func (s *Store) withSlot(ctx context.Context, l *slot, w write) (outcome, error) {
	var response *pb.TxnResponse
	again := false
	for {
		err := s.retry(ctx, func(ctx context.Context) (err error) {
			response, err = s.kv.Txn(ctx, l.guard(w, again))
			again = again || isTransient(err) && !isRefused(err)
			return err
		})
		var result outcome
		switch {
		case err == nil:
			result, err = l.learn(response)
		case errors.Is(err, etcderrors.ErrNoSpace):
			return s.withoutSpace(ctx, l, w, again)
		}
		switch {
		case err == nil:
			return result, nil
		case errors.Is(err, errSlotBurnt):
			// As if no attempt had been made: of those before, none will be.
			again = false
		case again:
			return outcome{}, outcomeUnknown()
		default:
			return outcome{}, s.failure(err)
		}
	}
}

// withoutSpace is for a write that etcd answered with having no space. It
// says so of one that it refused, and of the one that it made with the last.
func (s *Store) withoutSpace(ctx context.Context, l *slot, w write, again bool) (outcome, error) {
	response, err := s.read(ctx, &pb.RangeRequest{Key: l.key})
	if err != nil {
		return outcome{}, outcomeUnknown()
	}
	if found := first(response); found != nil && found.ModRevision != l.revision {
		if result, err := l.recall(found); err == nil {
			return result, nil
		}
	}
	if again {
		return outcome{}, outcomeUnknown()
	}
	return s.withoutMark(ctx, w)
}

// withoutMark makes a write without a slot, if it puts nothing. Deletes must
// go on in a store in which etcd refuses even a mark.
func (s *Store) withoutMark(ctx context.Context, w write) (outcome, error) {
	if putSize(w.change) > 0 {
		return outcome{}, full()
	}
	return s.withoutSlot(ctx, w)
}

// withoutSlot makes a write in one attempt. Another follows only when it is
// certain that nothing was made, and never will be, of the one before.
func (s *Store) withoutSlot(ctx context.Context, w write) (outcome, error) {
	for {
		if err := s.awaitLeader(ctx); err != nil {
			return outcome{}, s.failure(err)
		}
		response, err := s.kv.Txn(ctx, &pb.TxnRequest{
			Compare: w.compare,
			Success: append([]*pb.RequestOp{readOp(&pb.RangeRequest{Key: w.item, CountOnly: true})}, w.change...),
			Failure: []*pb.RequestOp{readOp(w.look)},
		})
		switch {
		case err == nil && response.Succeeded:
			existed := response.Responses[0].GetResponseRange().Count > 0
			return outcome{made: true, revision: response.Header.Revision, created: !existed}, nil
		case err == nil:
			return outcome{found: first(response.Responses[0].GetResponseRange())}, nil
		case isRefused(err):
			if s.pause(ctx) != nil {
				return outcome{}, unavailable()
			}
		case isTransient(err):
			return outcome{}, outcomeUnknown()
		default:
			return outcome{}, s.failure(err)
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
