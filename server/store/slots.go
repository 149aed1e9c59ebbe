package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/server/v3/lease"
)

// A slot is a key that is written together with an item, so that a write can
// be tried again and is still made only once.
//
// An attempt of which nothing was heard may be made at any later time, even
// after another attempt was answered and somebody else wrote. So each attempt
// of a write compares that its slot was last changed at the revision that it
// had when the write began, and changes it. This holds for one attempt only:
//
//   - Only this write changes the slot from the revision it began at: a slot
//     belongs to one process, which gives it to one write at a time, and to
//     the next only when it knows what became of this one.
//   - Revisions only grow, so the slot is never again at one it had before,
//     unless that is 0, of a slot that does not exist. It does not exist
//     before its first use, and after its lease expired. But all attempts put
//     the slot with that same lease, which is part of its key and has no
//     successor of the same number; and etcd refuses a transaction that puts
//     a key with a lease that is no more. The order of these is that of the
//     log: no clock is involved, and it does not matter how long an attempt
//     lingers.
//
// An attempt that finds its slot changed was preceded by another one of the
// same write. What that one did is in the slot, and its revision is the
// slot's. If it finds the slot as it was but the item not as it must be, the
// write is refused; an earlier attempt could still be made when the item
// changes again, so if there was one, the slot is changed then too.
//
// Slots are used again, which costs less than a key for each write: no more
// of them exist than writes were made at once, and history is all they leave.
// Those of a process that ended expire.
type slot struct {
	key   []byte
	lease int64
	// revision is that of its last change, 0 before the first.
	revision int64
}

// What the last write did that was made with a slot.
const (
	// markCreated is for an item that was not there before.
	markCreated = "created"
	// markChanged is for one that was, whether replaced or deleted.
	markChanged = "changed"
	// markRefused is for a write that will never be made.
	markRefused = "refused"
)

// write is a change of items. It is made if all comparisons hold.
type write struct {
	// item is the key of the item that may be created.
	item    []byte
	compare []*pb.Compare
	change  []*pb.RequestOp
	// marker is that of the change which needs a lease; nil for none.
	marker *pb.PutRequest
	// look is read if comparisons do not hold.
	look *pb.RangeRequest
}

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

// guard is the transaction of one attempt at w. again says that an earlier
// one may still be made.
func (l *slot) guard(w write, again bool) *pb.TxnRequest {
	unused := unchangedSince(l.key, l.revision)
	mark := func(text string) []*pb.RequestOp {
		return []*pb.RequestOp{putOp(&pb.PutRequest{Key: l.key, Value: []byte(text), Lease: l.lease})}
	}
	refuse := []*pb.RequestOp{readOp(w.look)}
	if again {
		refuse = append(refuse, mark(markRefused)...)
	}
	return &pb.TxnRequest{
		Compare: append([]*pb.Compare{unused}, w.compare...),
		// All comparisons, of inner transactions too, are with the state
		// before the whole.
		Success: append([]*pb.RequestOp{txnOp(&pb.TxnRequest{
			Compare: []*pb.Compare{absent(w.item)}, Success: mark(markCreated), Failure: mark(markChanged),
		})}, w.change...),
		Failure: []*pb.RequestOp{txnOp(&pb.TxnRequest{
			Compare: []*pb.Compare{unused}, Success: refuse, Failure: []*pb.RequestOp{readOp(&pb.RangeRequest{Key: l.key})},
		})},
	}
}

// errSlotBurnt says that an attempt that was not heard of refused the write,
// and all attempts before it.
var errSlotBurnt = errors.New("the write was refused")

// learn reads what became of a write from the answer to a guarded attempt.
// Without error, the slot can be used for another write.
func (l *slot) learn(response *pb.TxnResponse) (outcome, error) {
	inner := response.Responses[0].GetResponseTxn()
	switch {
	case response.Succeeded:
		l.revision = response.Header.Revision
		return outcome{made: true, revision: l.revision, created: inner.Succeeded}, nil
	case inner.Succeeded:
		if len(inner.Responses) > 1 {
			l.revision = response.Header.Revision
		}
		return outcome{found: first(inner.Responses[0].GetResponseRange())}, nil
	default:
		return l.recall(first(inner.Responses[0].GetResponseRange()))
	}
}

// recall reads what became of a write from its slot.
func (l *slot) recall(found *mvccpb.KeyValue) (outcome, error) {
	if found == nil {
		// It went with its lease.
		return outcome{}, lease.ErrLeaseNotFound
	}
	l.revision = found.ModRevision
	switch mark := string(found.Value); mark {
	case markCreated, markChanged:
		return outcome{made: true, revision: found.ModRevision, created: mark == markCreated}, nil
	case markRefused:
		return outcome{}, errSlotBurnt
	default:
		return outcome{}, fmt.Errorf("the slot %s has the mark %q, which is not known", l.key, mark)
	}
}

func first(response *pb.RangeResponse) *mvccpb.KeyValue {
	if len(response.Kvs) == 0 {
		return nil
	}
	return response.Kvs[0]
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

// take is a slot that no other write has.
func (p *slots) take(ctx context.Context, s *Store) (slot, error) {
	current, err := p.leases.current(ctx, s)
	if err != nil {
		return slot{}, err
	}
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
		return l, nil
	}
	p.made++
	return slot{key: slotKey(current, p.made), lease: current}, nil
}

// give takes a slot back from a write whose outcome is known.
func (p *slots) give(l slot) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if l.lease == p.lease {
		p.free = append(p.free, l)
	}
}
