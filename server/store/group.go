package store

import (
	"context"
	"errors"
	"sync"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
)

// Writes that come while others are on their way are made together, in one
// transaction: what costs most is not a write but an entry of the log, with
// its slot, its way through Raft and its turn at being applied. Nothing waits
// for others to come; a write that finds nobody under way goes at once.
//
// A group has each item and each marker at most once, since all comparisons of
// a transaction are with the state before it. It has either puts or deletes,
// for etcd goes on taking deletes when it takes no more puts.

const (
	// mostUnderWay is how many groups are on their way at once: one to be
	// written while the one before is applied.
	mostUnderWay = 2
	// largestGroup is how many writes a group has at most, and how many bytes
	// unless it is one write alone: others must not wait long for its end.
	largestGroup, largestGroupBytes = 128, 256 << 10
)

// pending is a write that is to be made, and then what became of it.
type pending struct {
	write
	ctx context.Context
	// done is closed when there is an outcome or an error.
	done    chan struct{}
	outcome outcome
	err     error
}

// queue has the writes that wait for their group.
type queue struct {
	mutex    sync.Mutex
	waiting  []*pending
	underWay int
}

// submit makes a write, or refuses it, and tells which.
func (s *Store) submit(ctx context.Context, w write) (outcome, error) {
	p := &pending{write: w, ctx: ctx, done: make(chan struct{})}
	q := &s.queue
	q.mutex.Lock()
	q.waiting = append(q.waiting, p)
	start := q.underWay < mostUnderWay
	if start {
		q.underWay++
	}
	q.mutex.Unlock()
	if start {
		s.done.Go(s.makeGroups)
	}
	select {
	case <-p.done:
	case <-ctx.Done():
		// Its group ends with the first of its writes: when time is over
		// there is an answer at once, and it knows more than this does.
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return outcome{}, outcomeUnknown() // nobody is left to hear it
		}
		<-p.done
	}
	return p.outcome, p.err
}

// makeGroups makes groups until no write waits.
func (s *Store) makeGroups() {
	for {
		group := s.queue.take()
		if group == nil {
			return
		}
		s.makeGroup(group)
		for _, p := range group {
			close(p.done)
		}
	}
}

// take is the next group; nil if no write waits, and then this caller is not
// under way any more.
func (q *queue) take() []*pending {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	if len(q.waiting) == 0 {
		q.underWay--
		return nil
	}
	group, left := []*pending(nil), q.waiting[:0]
	has, bytes := make(map[string]bool, len(q.waiting)), 0
	for _, p := range q.waiting {
		size := putSize(p.change)
		fits := len(group) == 0 || len(group) < largestGroup && bytes+size <= largestGroupBytes && p.deletes() == group[0].deletes()
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
	clear(q.waiting[len(left):])
	q.waiting = left
	return group
}

// makeGroup makes all writes of a group, and leaves in each what became of it.
func (s *Store) makeGroup(group []*pending) {
	// Patience is the same for all, so the first has the least left.
	deadline, _ := group[0].ctx.Deadline()
	ctx, cancel := context.WithDeadline(s.life, deadline)
	defer cancel()
	err := s.makeTogether(ctx, group)
	if errors.Is(err, errEachAlone) {
		for _, p := range group {
			p.err = s.withoutMark(ctx, p)
		}
		return
	}
	for _, p := range group {
		p.err = err
	}
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
