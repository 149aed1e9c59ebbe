package store

import (
	"context"
	"sync/atomic"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/server/v3/etcdserver"
	etcderrors "go.etcd.io/etcd/server/v3/etcdserver/errors"
)

// barrier makes reads linearizable: what this member has applied when await
// returns is all that was acknowledged before it was called, by whomever.
//
// etcd asks a majority whether the leader still leads, which takes a turn of
// Raft. Where only one member has a vote it asks nobody, and answers with what
// the leader knows to be committed. That is too little for a moment after a
// start: a leader knows all of it only once it has committed an entry of its
// own. So such a member commits one first, and from then on it needs no turn
// at all: nobody else can lead, so nobody acknowledges what it has not
// committed.
type barrier struct {
	server *etcdserver.EtcdServer
	reign  atomic.Pointer[reign]
}

// reign is a time for which this member leads, in which it has committed an
// entry.
type reign struct {
	over <-chan struct{}
	// alone is true if there was no other member when that entry was proposed.
	// One that was dismissed just before may have heard of an entry that it is
	// committed, and acknowledged it, before this one had applied it. One that
	// is added has no data before it is a member here.
	alone bool
}

func (b *barrier) await(ctx context.Context) error {
	voters, votes, alone := b.look()
	r := b.reign.Load()
	switch {
	case voters > 1:
		return b.server.LinearizableReadNotify(ctx)
	case !votes || !r.lasts() || alone && !r.alone:
		return b.commit(ctx, alone)
	case !alone:
		return b.server.LinearizableReadNotify(ctx)
	}
	select {
	case <-b.server.ApplyWaitCommit():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-b.server.StopNotify():
		return etcderrors.ErrStopped
	}
}

// look tells how many members have a vote, whether this one has, and whether it
// is the only member.
func (b *barrier) look() (voters int, votes, alone bool) {
	members := b.server.Cluster().Members()
	for _, member := range members {
		if !member.IsLearner {
			voters++
			votes = votes || member.ID == b.server.MemberID()
		}
	}
	return voters, votes, votes && len(members) == 1
}

func (r *reign) lasts() bool {
	if r == nil {
		return false
	}
	select {
	case <-r.over:
		return false
	default:
		return true
	}
}

// commit commits an entry that changes nothing, for which there is always
// space. What was acknowledged before is before it in the log.
func (b *barrier) commit(ctx context.Context, alone bool) error {
	// In this order: if the channel is still open later, this one has led since.
	over := b.server.LeaderChangedNotify()
	leads := b.server.Leader() == b.server.MemberID()
	// No item can have this key: ids are not empty.
	if _, err := b.server.DeleteRange(ctx, &pb.DeleteRangeRequest{Key: itemKey("")}); err != nil {
		return err
	}
	if leads {
		b.reign.Store(&reign{over, alone})
	}
	return nil
}
