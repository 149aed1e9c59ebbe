package store

import (
	"context"
	"time"

	pb "go.etcd.io/raft/v3/raftpb"
)

const (
	// attendAgain is the time between attempts to attend a leader that cannot
	// be reached.
	attendAgain = time.Second
	// succeedAfter is how much later the next of several candidates stands.
	// The first may lose, as it may lack what the leader had sent to others
	// only. An election takes less on a machine that is busy, too: one that
	// stands while another has just won takes the lead away, and may not get
	// it, and then nobody leads until the election timeout.
	succeedAfter = 200 * time.Millisecond
)

// attendLeader finds out at once that the leader's process has ended, and has
// another member stand for election. Without that nobody would before the
// election timeout, which has to be far longer than a slow disk or a busy
// machine holds a leader up. A leader that is cut off or hangs is still found
// out by the timeout alone.
//
// It is as safe as any election: this only chooses when one is held.
func (s *Store) attendLeader(ctx context.Context) {
	for ctx.Err() == nil {
		term := s.leader.now.Load()
		leads, cancel := context.WithCancel(ctx)
		stop := context.AfterFunc(term.ctx, cancel)
		if leader, address, rank := s.otherLeader(); leader != 0 {
			begun := func() { s.log.Debug("attending the leader", "at", address) }
			ended := s.local.client.Attend(leads, address, begun) && !s.local.client.Reaches(leads, address)
			if ended {
				s.succeed(leads, leader, rank)
			}
		}
		select {
		case <-leads.Done():
		case <-time.After(attendAgain):
		}
		stop()
		cancel()
	}
}

// otherLeader is the member that leads, and where it is attended; 0 if none
// does, or this one. rank is how many others would stand before this one, of
// those with a vote: the lower ordinals.
func (s *Store) otherLeader() (leader uint64, address string, rank int) {
	me := uint64(s.server.MemberID())
	if leader = s.server.Lead(); leader == me {
		return 0, "", 0
	}
	for _, member := range s.server.Cluster().Members() {
		ordinal := s.local.peers.ordinalOf(urlOf(member))
		switch {
		case ordinal < 0:
		case uint64(member.ID) == leader:
			address = s.local.peers.membership(ordinal)
		case !member.IsLearner && ordinal < s.local.peers.ordinal:
			rank++
		}
	}
	if address == "" {
		return 0, "", 0
	}
	return leader, address, rank
}

// succeed holds an election now if leader has no successor yet when it is this
// member's turn.
func (s *Store) succeed(ctx context.Context, leader uint64, rank int) {
	select {
	case <-ctx.Done():
		return
	case <-time.After(time.Duration(rank) * succeedAfter):
	}
	if now := s.server.Lead(); now != 0 && now != leader {
		return
	}
	if !s.hasVote() || s.isRetired() || s.leaving.Load() {
		return
	}
	// What a leader sends to whom it hands over to. Others then vote although
	// they cannot know yet that the leader is gone. It has no term, as what a
	// member tells itself: the member may have voted in another one since.
	me := uint64(s.server.MemberID())
	message := &pb.Message{Type: pb.MsgTimeoutNow.Enum(), From: &leader, To: &me}
	if err := s.server.Process(ctx, message); err != nil {
		s.log.Warn("could not stand for election", "error", err)
		return
	}
	s.log.Info("the leader's process has ended: standing for election")
}
