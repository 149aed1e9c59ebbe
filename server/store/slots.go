package store

import (
	"context"
	"sync"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/server/v3/lease"
)

// A slot is a key that is written together with a group of writes, so that
// they can be tried again and are still made only once.
//
// An attempt of which nothing was heard may be made at any later time, even
// after another attempt was answered and somebody else wrote. So each attempt
// at a group compares that its slot was last changed at the revision that it
// had when the group began, and changes it, whether its writes are then made
// or refused. This holds for one attempt only:
//
//   - Only this group changes the slot from the revision it began at: a slot
//     belongs to one process, which gives it to one group at a time, and to
//     the next only when it knows what became of this one.
//   - Revisions only grow, so the slot is never again at one it had before.
//     It exists before its first group begins, whose attempts would otherwise
//     find it as it was once it is gone; and it goes when its lease expires.
//
// An attempt that finds its slot changed was preceded by another one of the
// same group. What that one did is in the history: the slot tells at which
// revision.
//
// Slots are used again, which costs less than a key for each group: no more
// of them exist than groups were made at once, and history is all they leave.
// Those of a process that ended expire.
type slot struct {
	key   []byte
	lease int64
	// revision is that of its last change.
	revision int64
}

// write is a change of an item. It is made if all comparisons hold.
type write struct {
	// item is the key of the item that is put or deleted.
	item    []byte
	compare []*pb.Compare
	change  []*pb.RequestOp
	// marker is that of the change which needs a lease; nil for none.
	marker *pb.PutRequest
	// look is read if comparisons do not hold.
	look *pb.RangeRequest
}

// keys are those it changes.
func (w write) keys() [][]byte {
	if w.marker == nil {
		return [][]byte{w.item}
	}
	return [][]byte{w.item, w.marker.Key}
}

// deletes reports whether it deletes the item, rather than putting it.
func (w write) deletes() bool { return w.change[0].GetRequestDeleteRange() != nil }

// outcome is what became of a write.
type outcome struct {
	// made is false if comparisons did not hold.
	made bool
	// revision is that of the write, and created whether its item was not
	// there before.
	revision int64
	created  bool
	// found is what look found, if the write was not made; nil for nothing.
	found *mvccpb.KeyValue
}

// guard is the transaction of one attempt at a group.
func (l *slot) guard(group []*pending) *pb.TxnRequest {
	request := transaction(group, putOp(&pb.PutRequest{Key: l.key, Lease: l.lease}))
	request.Compare = []*pb.Compare{unchangedSince(l.key, l.revision)}
	request.Failure = []*pb.RequestOp{readOp(&pb.RangeRequest{Key: l.key})}
	return request
}

// recall reads what became of a group from the history, at the revision of its
// slot as it was found. The error is lease.ErrLeaseNotFound if the slot went
// with its lease, and that of a read if the history did.
func (s *Store) recall(ctx context.Context, l *slot, group []*pending, found *mvccpb.KeyValue) error {
	if found == nil {
		return lease.ErrLeaseNotFound
	}
	at := func(revision int64, request *pb.RangeRequest) (*mvccpb.KeyValue, error) {
		// This member has that revision, having seen the slot at it.
		response, err := s.read(ctx, &pb.RangeRequest{Key: request.Key, KeysOnly: request.KeysOnly, Revision: revision, Serializable: true})
		if err != nil {
			return nil, err
		}
		return first(response), nil
	}
	revision := found.ModRevision
	for _, p := range group {
		now, err := at(revision, &pb.RangeRequest{Key: p.item, KeysOnly: true})
		if err != nil {
			// History is given up early in a store that is nearly full. What
			// nobody changed since tells as well.
			latest, failed := at(0, &pb.RangeRequest{Key: p.item, KeysOnly: true})
			if failed != nil || latest.GetModRevision() != revision {
				return err
			}
			now = latest
		}
		made := now.GetModRevision() == revision
		if p.deletes() && now == nil {
			// Not 0, which would be now: the first write of all has 2.
			before, err := at(revision-1, &pb.RangeRequest{Key: p.item, KeysOnly: true})
			if err != nil {
				return err
			}
			made = before != nil
		}
		if made {
			p.outcome = outcome{made: true, revision: revision, created: now.GetCreateRevision() == revision}
			continue
		}
		look, err := at(revision, p.look)
		if err != nil {
			return err
		}
		p.outcome = outcome{found: look}
	}
	l.revision = revision
	return nil
}

const (
	// keepSlots is how long a slot lasts after its last use at the least. If
	// it lasted less than a write is tried, the outcome might be forgotten
	// before it is asked for.
	keepSlots = 4 * time.Minute
	// shareSlots is how long new writes use slots of the same lease.
	shareSlots = time.Minute
)

// slots are those of this process.
type slots struct {
	leases leases

	mutex sync.Mutex
	// lease is that of all the rest here.
	lease int64
	made  int
	free  []slot
}

func newSlots() slots { return slots{leases: newLeases(keepSlots, shareSlots)} }

// take is a slot that no other group has. The error is that of etcd, and
// lease.ErrLeaseNotFound if the lease of the slot is no more.
func (p *slots) take(ctx context.Context, s *Store) (slot, error) {
	current, err := p.leases.current(ctx, s)
	if err != nil {
		return slot{}, err
	}
	l := p.next(current)
	if l.revision == 0 {
		err = s.establish(ctx, &l)
	}
	return l, err
}

// next is a free slot or, with revision 0, a new one.
func (p *slots) next(current int64) slot {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if current != p.lease {
		// Numbers go on: were a lease forgotten and handed out late by
		// another write, it would not meet slots that it had before.
		p.lease, p.free = current, nil
	}
	if last := len(p.free) - 1; last >= 0 {
		l := p.free[last]
		p.free = p.free[:last]
		return l
	}
	p.made++
	return slot{key: slotKey(current, p.made), lease: current}
}

// establish makes a slot that is new. An attempt that lingers does nothing to
// one that is in use; it can only bring back one that is not used any more.
func (s *Store) establish(ctx context.Context, l *slot) error {
	revision, found, err := s.changeSlot(ctx, l, putOp(&pb.PutRequest{Key: l.key, Lease: l.lease}))
	if found != nil {
		revision = found.ModRevision
	}
	l.revision = revision
	return err
}

// changeSlot changes a slot if nobody has since its revision, and tells the
// revision of that. Else, or if an attempt whose answer was lost has done it
// already, it finds the slot as it is; nil for none.
func (s *Store) changeSlot(ctx context.Context, l *slot, change *pb.RequestOp) (revision int64, found *mvccpb.KeyValue, err error) {
	request := &pb.TxnRequest{
		Compare: []*pb.Compare{unchangedSince(l.key, l.revision)},
		Success: []*pb.RequestOp{change},
		Failure: []*pb.RequestOp{readOp(&pb.RangeRequest{Key: l.key})},
	}
	var response *pb.TxnResponse
	err = s.retry(ctx, func(ctx context.Context) (err error) {
		response, err = s.kv.Txn(ctx, request)
		return err
	})
	switch {
	case err != nil:
		return 0, nil, err
	case response.Succeeded:
		return response.Header.Revision, nil, nil
	default:
		return 0, first(response.Responses[0].GetResponseRange()), nil
	}
}

// give takes a slot back from a write whose outcome is known.
func (p *slots) give(l slot) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if l.lease == p.lease {
		p.free = append(p.free, l)
	}
}
