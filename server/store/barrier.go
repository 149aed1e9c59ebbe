package store

import (
	"context"
	"sync/atomic"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/server/v3/etcdserver/api/membership"
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
	store *Store
	reign atomic.Pointer[reign]
	// additions counts how often this member began to let one in, or ended to:
	// a reign that began meanwhile is of no use after it.
	additions atomic.Int64
}

// reign is a time for which this member leads, in which it has committed an
// entry.
type reign struct {
	over <-chan struct{}
	// alone is true if there was no other member from before that entry was
	// proposed until after it was applied, nor is there as long as additions is
	// what it was. One that was dismissed may have heard of an entry that it is
	// committed, and acknowledged it, before this one had applied it. One that
	// is added has no data before it is a member here, and where one member has
	// a vote, that one adds it.
	alone     bool
	additions int64
}

func (b *barrier) await(ctx context.Context) error {
	server := b.store.server
	for {
		additions := b.additions.Load()
		voters, votes, alone := b.look()
		if voters > 1 {
			if !b.store.rounds.await(ctx) {
				if err := server.LinearizableReadNotify(ctx); err != nil {
					return err
				}
			}
			// By then it may have been the only one, of which see above.
			if voters, _, _ = b.look(); voters > 1 {
				return nil
			}
			continue
		}
		switch {
		case !votes || !b.reigns(alone, additions):
			return b.commit(ctx, alone, additions)
		case !alone:
			return server.LinearizableReadNotify(ctx)
		}
		select {
		case <-server.ApplyWaitCommit():
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-server.StopNotify():
			return etcderrors.ErrStopped
		}
	}
}

// passed reports whether await would return at once, as it does where one
// member is alone and nobody writes.
func (b *barrier) passed() bool {
	additions := b.additions.Load()
	if _, _, alone := b.look(); !alone || !b.reigns(alone, additions) {
		return false
	}
	select {
	case <-b.store.server.ApplyWaitCommit():
		return true
	default:
		return false
	}
}

// reigns reports whether this member has led since it committed an entry, and
// if it is alone, whether it has been alone since.
func (b *barrier) reigns(alone bool, additions int64) bool {
	r := b.reign.Load()
	return r.lasts() && (!alone || r.alone && r.additions == additions)
}

// look tells how many members have a vote, whether this one has if it is only
// one, and whether that is the only member. Each read looks, so it asks for no
// more of the members than their ids, which etcd need not copy them for.
func (b *barrier) look() (voters int, votes, alone bool) {
	server := b.store.server
	cluster := server.Cluster().(*membership.RaftCluster)
	voting := cluster.VotingMemberIDs()
	if len(voting) != 1 {
		return len(voting), false, false
	}
	// In this order: who is the only member now is the only one with a vote.
	votes = voting[0] == server.MemberID()
	return 1, votes, votes && len(cluster.MemberIDs()) == 1
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
// space. What was acknowledged before is before it in the log. It is refused,
// as all writes are, by a member whose data etcd has found to be corrupt.
func (b *barrier) commit(ctx context.Context, alone bool, additions int64) error {
	server := b.store.server
	// In this order: if the channel is still open later, this one has led since.
	over := server.LeaderChangedNotify()
	leads := server.Leader() == server.MemberID()
	err, _ := b.store.attempt(ctx, longestAttempt, func(ctx context.Context) error {
		// No item can have this key: ids are not empty.
		_, err := server.DeleteRange(ctx, &pb.DeleteRangeRequest{Key: itemKey("")})
		return err
	})
	if err != nil {
		return err
	}
	if leads {
		_, _, still := b.look()
		b.reign.Store(&reign{over, alone && still, additions})
	}
	return nil
}
