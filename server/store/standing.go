package store

import (
	"expvar"
	"slices"

	"go.etcd.io/etcd/server/v3/etcdserver"
	"go.etcd.io/raft/v3"

	"example.com/berth/membership"
)

// raftStatus asks etcd's Raft for its state at one moment. etcd tells it by
// its variables alone (https://pkg.go.dev/expvar): that of the member that was
// started last in this process.
var raftStatus = func(*etcdserver.EtcdServer) (raft.Status, bool) {
	variable, ok := expvar.Get("raft.status").(expvar.Func)
	if !ok {
		return raft.Status{}, false
	}
	status, ok := variable.Value().(raft.Status)
	return status, ok
}

// standing is what this member's Raft knows now, and who leads as far as it
// knows; false if that is not to be had.
func (s *Store) standing() (standing membership.Standing, lead uint64, ok bool) {
	// In this order: a leader that applies its first entry in between would seem
	// to have committed no more than it knew of before that one.
	applied := s.server.Term()
	status, ok := raftStatus(s.server)
	// That of a member that has ended has no id.
	if !ok || status.ID != uint64(s.server.MemberID()) {
		return standing, 0, false
	}
	standing, ok = standingOf(status, applied)
	standing.Cluster = uint64(s.server.Cluster().ID())
	return standing, status.Lead, ok
}

// standingOf is what a member tells whose Raft has this status, and which had
// applied an entry of term applied by then. There is none while the voters
// change to more than one other set, which etcd never does.
func standingOf(status raft.Status, applied uint64) (standing membership.Standing, ok bool) {
	voters := status.Config.Voters[0].Slice()
	if len(status.Config.Voters[1]) > 0 || len(voters) > len(standing.Voters) {
		return standing, false
	}
	slices.Sort(voters)
	copy(standing.Voters[:], voters)
	standing.Member, standing.Term, standing.Commit = status.ID, status.GetTerm(), status.GetCommit()
	// What was applied is committed.
	standing.Leads = status.RaftState == raft.StateLeader && applied == standing.Term
	return standing, true
}

// Standing is what this member's Raft knows now.
func (l *local) Standing() (membership.Standing, bool) {
	s := l.store.Load()
	if s == nil {
		return membership.Standing{}, false
	}
	standing, _, ok := s.standing()
	return standing, ok
}
