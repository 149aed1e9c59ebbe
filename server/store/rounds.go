package store

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"example.com/berth/membership"
)

const (
	// longestRound is how long others are waited for: longer than they take on
	// a busy machine, and short beside an election.
	longestRound = 100 * time.Millisecond
	// longestLag is how long this member may not have heard of what its leader
	// has committed. It takes as long as one message, or that was lost.
	longestLag = 20 * time.Millisecond
	// lookEvery is how often it is looked whether it has.
	lookEvery = 20 * time.Microsecond
)

// rounds find out for reads what is committed: this member asks a majority,
// the leader among them, and reads what it has applied then. Reads that come
// during a round share the next one.
//
// etcd finds it out in the same way (Ongaro, Consensus: Bridging Theory and
// Practice, section 6.4), but has a follower ask the leader, which then asks
// the others: a read waits for two journeys and six messages, where one and
// two are enough. Where a round does not find out, etcd is asked.
type rounds struct {
	store  *Store
	others others
	wake   chan struct{}
	mutex  sync.Mutex
	next   *round

	known, unknown atomic.Int64
}

// round is one for the reads that waited when it began.
type round struct {
	done chan struct{}
	// known is set before done is closed: this member has applied all that was
	// acknowledged before the round began.
	known bool
}

func newRounds() rounds { return rounds{wake: make(chan struct{}, 1), others: newOthers()} }

// await reports whether this member has applied all that was acknowledged
// before it was called. False says nothing about that.
func (r *rounds) await(ctx context.Context) bool {
	if !r.others.any() {
		return false
	}
	mine := r.join()
	select {
	case r.wake <- struct{}{}:
	default: // is awake
	}
	select {
	case <-mine.done:
		return mine.known
	case <-ctx.Done():
	case <-r.store.server.StopNotify(): // as when its disk has failed
	case <-r.store.life.Done(): // there are no more rounds
	}
	return false
}

// join is the next round to begin.
func (r *rounds) join() *round {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.next == nil {
		r.next = &round{done: make(chan struct{})}
	}
	return r.next
}

// take is the round that begins now; nil if nobody waits for one.
func (r *rounds) take() *round {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	taken := r.next
	r.next = nil
	return taken
}

// hold makes rounds until ctx ends.
func (r *rounds) hold(ctx context.Context) {
	defer r.others.close()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
		}
		current := r.take()
		if current == nil {
			continue
		}
		index, ok := r.committed()
		current.known = ok && r.applied(ctx, index)
		if current.known {
			r.known.Add(1)
		} else {
			r.unknown.Add(1)
		}
		close(current.done)
	}
}

// committed asks as many as make a majority with this member.
func (r *rounds) committed() (index uint64, ok bool) {
	mine, lead, ok := r.store.standing()
	if !ok || lead == 0 || !votes(mine) {
		return 0, false
	}
	asked, ok := r.choose(mine, lead)
	if !ok {
		return 0, false
	}
	deadline := time.Now().Add(longestRound)
	for i, other := range asked {
		if err := other.Ask(deadline); err != nil {
			r.others.drop(asked[:i+1]...)
			return 0, false
		}
	}
	standings := []membership.Standing{mine}
	for i, other := range asked {
		standing, err := other.Answer()
		if err != nil {
			r.others.drop(asked[i:]...)
			return 0, false
		}
		standings = append(standings, standing)
	}
	return agree(standings)
}

// choose is who is asked: the leader, unless it is this member, and of the
// others as many as make a majority. It reports false if these cannot be asked
// now, as for a moment after the leader has a new pod.
func (r *rounds) choose(mine membership.Standing, lead uint64) (chosen []*membership.Standings, ok bool) {
	enough := majority(mine) - 1
	chosen = make([]*membership.Standings, 0, len(mine.Voters))
	if lead != mine.Member {
		leader := r.others.find(lead)
		if leader == nil {
			return nil, false
		}
		chosen = append(chosen, leader)
	}
	for _, id := range mine.Voters {
		if other := r.others.find(id); other != nil && id != lead && len(chosen) < enough {
			chosen = append(chosen, other)
		}
	}
	return chosen, len(chosen) >= enough
}

// applied waits until this member has applied the entry at index. It reports
// false if that takes long.
func (r *rounds) applied(ctx context.Context, index uint64) bool {
	server := r.store.server
	var lags time.Time
	for server.AppliedIndex() < index {
		if server.CommittedIndex() >= index {
			select {
			case <-server.ApplyWaitCommit():
				continue
			case <-ctx.Done():
			case <-server.StopNotify():
			}
			return false
		}
		switch now := time.Now(); {
		case lags.IsZero():
			lags = now
		case now.Sub(lags) > longestLag:
			return false
		}
		time.Sleep(lookEvery)
	}
	return true
}
