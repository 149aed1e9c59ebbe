package store

import (
	"context"
	"maps"
	"sync"
	"time"

	"example.com/berth/membership"
)

// connectEvery is how often it is tried to reach members that are not.
const connectEvery = time.Second

// others are connections to the other members, on which they are asked for
// their standing.
type others struct {
	mutex sync.Mutex
	// open is by the id of the member; nil once closed for good.
	open map[uint64]*membership.Standings
}

func newOthers() others { return others{open: map[uint64]*membership.Standings{}} }

func (o *others) find(id uint64) *membership.Standings {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.open[id]
}

func (o *others) any() bool {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return len(o.open) > 0
}

func (o *others) add(id uint64, standings *membership.Standings) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.open == nil {
		standings.Close()
		return
	}
	o.open[id] = standings
}

// drop closes connections: who did not answer one question may answer it when
// the next is asked.
func (o *others) drop(standings ...*membership.Standings) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	for _, dropped := range standings {
		dropped.Close()
		maps.DeleteFunc(o.open, func(_ uint64, kept *membership.Standings) bool { return kept == dropped })
	}
}

// retain drops the connections to all but these members.
func (o *others) retain(members map[uint64]bool) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	maps.DeleteFunc(o.open, func(id uint64, standings *membership.Standings) bool {
		if !members[id] {
			standings.Close()
		}
		return !members[id]
	})
}

// close closes all, and those that are added later.
func (o *others) close() {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	for _, standings := range o.open {
		standings.Close()
	}
	o.open = nil
}

// keepConnected connects to the others, and again to those that ended, until
// ctx ends.
func (s *Store) keepConnected(ctx context.Context) {
	for ctx.Err() == nil {
		s.connectToOthers(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(connectEvery):
		}
	}
}

func (s *Store) connectToOthers(ctx context.Context) {
	others := &s.rounds.others
	members := map[uint64]bool{}
	var connecting sync.WaitGroup
	for _, member := range s.server.Cluster().Members() {
		id, ordinal := uint64(member.ID), s.local.peers.ordinalOf(urlOf(member))
		if member.ID == s.server.MemberID() || ordinal < 0 {
			continue
		}
		members[id] = true
		if others.find(id) != nil {
			continue
		}
		connecting.Go(func() {
			// One that is down, or of a version that has no standing, is tried again.
			if standings, err := s.local.client.Standings(ctx, s.local.peers.membership(ordinal)); err == nil {
				others.add(id, standings)
			}
		})
	}
	connecting.Wait()
	others.retain(members)
}
