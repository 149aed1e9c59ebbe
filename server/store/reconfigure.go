package store

import (
	"context"
	"slices"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/client/pkg/v3/types"
	etcdmembership "go.etcd.io/etcd/server/v3/etcdserver/api/membership"
)

// Raft makes one change of its members at a time, and drops without a word
// what is proposed while another one is not applied yet. etcd would wait for
// that until its time is over. So each change is waited for only a moment, the
// list tells whether it was made, and if it was not it is proposed again.

// addLearner puts a new member at url on the list, without a vote, and returns
// its id and the list.
func (s *Store) addLearner(ctx context.Context, url string) (types.ID, []*etcdmembership.Member, error) {
	urls, err := types.NewURLs([]string{url})
	if err != nil {
		return 0, nil, err
	}
	now := time.Now()
	learner := etcdmembership.NewMemberAsLearner("", urls, clusterToken(), &now)
	members, err := s.reconfigure(ctx, func(ctx context.Context) ([]*etcdmembership.Member, error) {
		return s.server.AddMember(ctx, *learner)
	}, func(members []*etcdmembership.Member) bool { return isListed(members, learner.ID) })
	return learner.ID, members, err
}

// removeMember takes a member off the list.
func (s *Store) removeMember(ctx context.Context, id types.ID) error {
	_, err := s.reconfigure(ctx, func(ctx context.Context) ([]*etcdmembership.Member, error) {
		return s.server.RemoveMember(ctx, uint64(id))
	}, func(members []*etcdmembership.Member) bool { return !isListed(members, id) })
	return err
}

// reconfigure proposes a change of the list until made says of it that it was
// made. That must be true of no other change, and proposing it twice must do
// nothing but fail.
func (s *Store) reconfigure(
	ctx context.Context, propose func(context.Context) ([]*etcdmembership.Member, error), made func([]*etcdmembership.Member) bool,
) (members []*etcdmembership.Member, err error) {
	err = s.retry(ctx, func(attempt context.Context) (err error) {
		if members, err = propose(attempt); err == nil {
			return nil
		}
		// An attempt that was given up may be made later, and refuse the next.
		var listing error
		members, listing = s.server.MemberList(ctx, &pb.MemberListRequest{Linearizable: true})
		if listing == nil && made(members) {
			return nil
		}
		return err
	})
	return members, err
}

// untilClosed ends ctx with the store as well, whose end waits for those who
// change its members.
func (s *Store) untilClosed(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	keep := context.AfterFunc(s.life, cancel)
	return ctx, func() {
		keep()
		cancel()
	}
}

func isListed(members []*etcdmembership.Member, id types.ID) bool {
	return slices.ContainsFunc(members, func(member *etcdmembership.Member) bool { return member.ID == id })
}

const (
	// longestBeginning is how long one that joins waits at most for another that
	// was let in and has not started yet: it may never start.
	longestBeginning = 5 * time.Second
	// beginningsEvery is how often it is looked whether they have.
	beginningsEvery = 20 * time.Millisecond
)

// awaitBeginnings waits until all members on the list have started once. A
// member starts for the first time only with the list as it is at that moment,
// and asks each other one that is on it; two that do so at once both take
// connections, and neither answers before it was answered, for seconds. The
// error is that of ctx.
func (s *Store) awaitBeginnings(ctx context.Context) error {
	enough, cancel := context.WithTimeout(ctx, longestBeginning)
	defer cancel()
	for slices.ContainsFunc(s.server.Cluster().Members(), func(member *etcdmembership.Member) bool { return !member.IsStarted() }) {
		if sleep(enough, beginningsEvery) != nil {
			break
		}
	}
	return ctx.Err()
}

// promoteTimeout bounds one attempt to be promoted.
const promoteTimeout = 500 * time.Millisecond

// promote asks the leader once to make a voter of this learner. It is called
// again and again once a read has shown that the learner has what the others
// have.
func (s *Store) promote(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, promoteTimeout)
	defer cancel()
	if _, err := s.server.PromoteMember(ctx, uint64(s.server.MemberID())); err != nil {
		s.log.Debug("not promoted yet", "error", err)
		return
	}
	s.log.Info("promoted: this member has a vote")
}
