package store

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// queue lets writes that come while others are on their way wait, and be made
// together: what costs most is not a write but an entry of the log, with its
// slot, its way through Raft, its turn at the disk and at being applied. A
// write that finds nobody under way goes at once. So do, some at a time, those
// of an item that is under way already, which many may want at once; and all
// others when the group under way was not answered and is tried again.
type queue struct {
	mutex   sync.Mutex
	waiting []*pending
	// underWay is true while one group after the other is made of all that
	// wait. Beside it, extra is how many are made of the same items.
	underWay bool
	extra    int
	// busy counts the groups under way that have a key.
	busy map[string]int
	// gathered is closed when enough wait; both are zero when nobody waits for
	// that.
	gathered chan struct{}
	enough   int
	// ungathered is how many groups from now on do not wait.
	ungathered int
}

// pending is a write that is to be made, and then what became of it.
type pending struct {
	write
	ctx     context.Context
	done    chan struct{}
	outcome outcome
	err     error
}

const (
	// mostAtOnce is how many writes a group has at most, and mostExtra how
	// many groups are under way beside it.
	mostAtOnce, mostExtra = 256, 8
	// longestGathering is how long a group waits at most for the clients of the
	// one before, which had their answers just now; and it is not more than
	// gatheringShare times what that group took, which tells how busy the
	// machine is and how much a turn of its own costs.
	longestGathering, gatheringShare = 5 * time.Millisecond, 2
	// groupsUngathered is how many groups do not wait, once one has waited in
	// vain: then clients do something else between two writes.
	groupsUngathered = 30
	// lastWords is how long a write whose time is over still waits to hear
	// what became of it.
	lastWords = 100 * time.Millisecond
)

// submit makes a write, or refuses it, and tells which.
func (s *Store) submit(ctx context.Context, w write) (outcome, error) {
	p := &pending{write: w, ctx: ctx, done: make(chan struct{})}
	s.queue.add(p)
	s.serve()
	select {
	case <-p.done:
		return p.outcome, p.err
	case <-ctx.Done():
	}
	if s.queue.remove(p) {
		return outcome{}, unavailable()
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		// A group that ends now knows more than this does. One with a write
		// that came later goes on.
		timer := time.NewTimer(lastWords)
		defer timer.Stop()
		select {
		case <-p.done:
			return p.outcome, p.err
		case <-timer.C:
		}
	}
	return outcome{}, outcomeUnknown()
}

func (q *queue) add(p *pending) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	q.waiting = append(q.waiting, p)
	if q.gathered != nil && len(q.waiting) >= q.enough {
		close(q.gathered)
		q.gathered, q.enough = nil, 0
	}
}

// remove takes a write back that is in no group yet, and so is never made.
func (q *queue) remove(p *pending) (removed bool) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	at := slices.Index(q.waiting, p)
	if at < 0 {
		return false
	}
	q.waiting = slices.Delete(q.waiting, at, at+1)
	return true
}

// serve sees to it that nobody waits who need not.
func (s *Store) serve() {
	all, same := s.queue.due()
	if all {
		s.done.Go(s.makeGroups)
	}
	if same {
		s.done.Go(s.makeExtra)
	}
}

// due tells whether groups must begin to be made of all that wait, and whether
// one must of the same items as those under way. It counts them as begun.
func (q *queue) due() (all, same bool) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	all = !q.underWay && len(q.waiting) > 0
	q.underWay = q.underWay || all
	same = !all && q.extra < mostExtra && slices.ContainsFunc(q.waiting, q.isBusy)
	if same {
		q.extra++
	}
	return all, same
}

func (q *queue) isBusy(p *pending) bool {
	return slices.ContainsFunc(p.keys(), func(key []byte) bool { return q.busy[string(key)] > 0 })
}

// makeGroups makes groups until no write waits.
func (s *Store) makeGroups() {
	for {
		group := s.queue.take()
		if group == nil {
			return
		}
		s.serve()
		free, began := true, time.Now()
		s.makeGroup(group, func() {
			if free { // Whoever waits need not wait for what may take seconds.
				free = false
				s.queue.end()
				s.serve()
			}
		})
		if !free {
			return
		}
		s.queue.gather(len(group), min(gatheringShare*time.Since(began), longestGathering))
	}
}

// makeExtra makes one group of items that are under way.
func (s *Store) makeExtra() {
	group := s.queue.takeExtra()
	if len(group) > 0 {
		s.makeGroup(group, func() {})
	}
	s.queue.endExtra()
	s.serve()
}

// take is the next group; nil if no write waits, and then nobody is under way
// any more.
func (q *queue) take() (group []*pending) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	if len(q.waiting) == 0 {
		q.underWay = false
		return nil
	}
	group, q.waiting = split(q.waiting, func(*pending) bool { return true })
	q.begin(group)
	return group
}

func (q *queue) takeExtra() (group []*pending) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	group, q.waiting = split(q.waiting, q.isBusy)
	q.begin(group)
	return group
}

func (q *queue) begin(group []*pending) {
	if q.busy == nil {
		q.busy = map[string]int{}
	}
	for _, p := range group {
		for _, key := range p.keys() {
			q.busy[string(key)]++
		}
	}
}

// answer tells who waits for these writes of a group what became of each.
func (q *queue) answer(made ...*pending) {
	q.mutex.Lock()
	for _, p := range made {
		for _, key := range p.keys() {
			if q.busy[string(key)]--; q.busy[string(key)] == 0 {
				delete(q.busy, string(key))
			}
		}
	}
	q.mutex.Unlock()
	for _, p := range made {
		close(p.done)
	}
}

func (q *queue) end() {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	q.underWay = false
}

func (q *queue) endExtra() {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	q.extra--
}

// gather waits a moment, but not longer than longest, for those who were just
// answered. Without it they would fall into two halves, each of which has its
// turn at the disk while the other one waits.
func (q *queue) gather(answered int, longest time.Duration) {
	q.mutex.Lock()
	enough := min(answered+len(q.waiting), mostAtOnce)
	if len(q.waiting) >= enough || enough < 2 || q.ungathered > 0 {
		q.ungathered = max(q.ungathered-1, 0)
		q.mutex.Unlock()
		return
	}
	gathered := make(chan struct{})
	q.gathered, q.enough = gathered, enough
	q.mutex.Unlock()
	timer := time.NewTimer(longest)
	defer timer.Stop()
	select {
	case <-gathered:
		return
	case <-timer.C:
	}
	q.mutex.Lock()
	defer q.mutex.Unlock()
	// Not all clients are equally quick, and some end.
	if len(q.waiting) < enough/2 {
		q.ungathered = groupsUngathered
	}
	q.gathered, q.enough = nil, 0
}
