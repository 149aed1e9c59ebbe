package store

import (
	"context"
	"errors"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	etcderrors "go.etcd.io/etcd/server/v3/etcdserver/errors"
)

// Writes that wait for each other are made together, in one transaction, which
// is one entry of the log with one slot.
//
// A group has each item and each marker at most once, since all comparisons of
// a transaction are with the state before it. It has either puts or deletes,
// for etcd goes on taking deletes when it takes no more puts.

// largestGroup is how many bytes a group has at most, unless it is one write
// alone: others must not wait long for its end.
const largestGroup = 256 << 10

// split takes the group that goes next from all that wait and may go.
func split(waiting []*pending, may func(*pending) bool) (group, left []*pending) {
	has, bytes := make(map[string]bool, len(waiting)), 0
	left = waiting[:0]
	for _, p := range waiting {
		size := putSize(p.change)
		fits := may(p) && (len(group) == 0 || len(group) < mostAtOnce && bytes+size <= largestGroup && p.deletes() == group[0].deletes())
		for _, key := range p.keys() {
			fits = fits && !has[string(key)]
		}
		if !fits {
			left = append(left, p)
			continue
		}
		group, bytes = append(group, p), bytes+size
		for _, key := range p.keys() {
			has[string(key)] = true
		}
	}
	clear(waiting[len(left):])
	return group, left
}

// makeGroup makes all writes of a group whose time is not over, and tells those
// who wait for them what became of each. It calls stuck when it was not
// answered and tries again.
func (s *Store) makeGroup(group []*pending, stuck func()) {
	due := make([]*pending, 0, len(group))
	// One that came long before the others must not end them too.
	var latest time.Time
	for _, p := range group {
		if s.isTooLate(p) {
			continue
		}
		due = append(due, p)
		if deadline, _ := p.ctx.Deadline(); deadline.After(latest) {
			latest = deadline
		}
	}
	if len(due) == 0 {
		return
	}
	ctx, cancel := context.WithDeadline(s.life, latest)
	defer cancel()
	err := s.makeTogether(ctx, due, stuck)
	if errors.Is(err, etcderrors.ErrNoSpace) {
		s.makeWithoutSpace(ctx, due, stuck)
		return
	}
	for _, p := range due {
		p.err = err
	}
	s.queue.answer(due...)
}

// makeWithoutSpace makes one write of a group after the other, of which none
// was made. Each is answered at once, as all of them may take seconds.
func (s *Store) makeWithoutSpace(ctx context.Context, group []*pending, stuck func()) {
	for _, p := range group {
		if s.isTooLate(p) {
			continue
		}
		p.err = s.withoutSpace(ctx, p, stuck)
		s.queue.answer(p)
	}
}

// isTooLate reports whether the time of a write was over before its turn came,
// and then tells who waits for it that nothing was changed.
func (s *Store) isTooLate(p *pending) bool {
	if p.ctx.Err() == nil {
		return false
	}
	p.err = unavailable()
	s.queue.answer(p)
	return true
}

// transaction makes the writes of a group. After done, the changes that come
// first in it, there is an answer for each write.
func transaction(group []*pending, done ...*pb.RequestOp) *pb.TxnRequest {
	operations := make([]*pb.RequestOp, 0, len(done)+len(group))
	operations = append(operations, done...)
	for _, p := range group {
		operations = append(operations, txnOp(&pb.TxnRequest{
			Compare: p.compare,
			Success: append([]*pb.RequestOp{readOp(&pb.RangeRequest{Key: p.item, CountOnly: true})}, p.change...),
			Failure: []*pb.RequestOp{readOp(p.look)},
		}))
	}
	return &pb.TxnRequest{Success: operations}
}

// learn reads what became of a group from the answers to its transaction.
func learn(group []*pending, response *pb.TxnResponse) {
	answers := response.Responses[len(response.Responses)-len(group):]
	for i, p := range group {
		inner := answers[i].GetResponseTxn()
		found := inner.Responses[0].GetResponseRange()
		if inner.Succeeded {
			p.outcome = outcome{made: true, revision: response.Header.Revision, created: found.Count == 0}
		} else {
			p.outcome = outcome{found: first(found)}
		}
	}
}
