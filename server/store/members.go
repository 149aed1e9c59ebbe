package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	etcdmembership "go.etcd.io/etcd/server/v3/etcdserver/api/membership"

	"example.com/berth/membership"
)

const (
	// leftKeys is before the name of each member that was told to leave; it
	// expires with a lease.
	leftKeys = "berth/v1/left/"
	// stayAway is how long such a member is not let in again: the time to
	// take away its pod, which else would be back in a second.
	stayAway = 5 * time.Minute
)

// local tells other members about this one, from before there is a store.
type local struct {
	name    string
	peers   peers
	client  *membership.Client
	hasData atomic.Bool
	store   atomic.Pointer[Store]

	// change keeps changes of the list by this member apart.
	change sync.Mutex
}

// Heard has it noted where the member is that asks, so that it is found there
// before DNS has heard of a new pod.
func (l *local) Heard(ctx context.Context, host, remote string) {
	name, domain, _ := strings.Cut(host, ".")
	ordinal := l.peers.ordinalNamed(name)
	if domain != l.peers.domain || ordinal < 0 || ordinal == l.peers.ordinal {
		return
	}
	at, _, err := net.SplitHostPort(remote)
	_, port, malformed := net.SplitHostPort(l.peers.membership(ordinal))
	if err == nil && malformed == nil {
		l.client.Confirm(ctx, host, net.JoinHostPort(at, port))
	}
}

var errNotRunning = errors.New("this member is not running")

func (l *local) Status(ctx context.Context) membership.Status {
	status := membership.Status{Name: l.name, State: membership.Empty}
	if l.hasData.Load() {
		status.State = membership.Starting
	}
	s := l.store.Load()
	if s == nil {
		return status
	}
	status.State = membership.Running
	status.Cluster = uint64(s.server.Cluster().ID())
	status.Ready = s.Ready() && !s.leaving.Load()
	status.Retired = s.isRetired()
	members, err := s.server.MemberList(ctx, &pb.MemberListRequest{Linearizable: true})
	if err != nil {
		return status
	}
	status.Current, status.Members = true, listed(members)
	return status
}

func listed(members []*etcdmembership.Member) []membership.Member {
	result := make([]membership.Member, len(members))
	for i, member := range members {
		result[i] = membership.Member{ID: uint64(member.ID), PeerURL: urlOf(member), Learner: member.IsLearner}
	}
	return result
}

func urlOf(member *etcdmembership.Member) string {
	if len(member.PeerURLs) == 0 {
		return ""
	}
	return member.PeerURLs[0]
}

// Admit always makes a new entry. One that is there already must not be used
// again, even if it never started as far as this member knows: a member that
// forgets what it had acknowledged to the others breaks the log.
func (l *local) Admit(ctx context.Context, name string) (membership.Admission, error) {
	s, url, err := l.find(name)
	if err != nil {
		return membership.Admission{}, err
	}
	ctx, cancel := s.untilClosed(ctx)
	defer cancel()
	l.change.Lock()
	defer l.change.Unlock()
	left, err := s.kv.Range(ctx, &pb.RangeRequest{Key: []byte(leftKeys + name), CountOnly: true})
	if err != nil {
		return membership.Admission{}, err
	}
	if left.Count > 0 {
		return membership.Admission{}, fmt.Errorf("%s was told to leave less than %s ago", name, stayAway)
	}
	if err := s.remove(ctx, url); err != nil {
		return membership.Admission{}, err
	}
	if err := s.awaitBeginnings(ctx); err != nil {
		return membership.Admission{}, err
	}
	s.barrier.additions.Add(1)
	id, members, err := s.addLearner(ctx, url)
	// Whatever became of it: a read that begins now commits an entry behind it.
	s.barrier.additions.Add(1)
	if err != nil {
		return membership.Admission{}, fmt.Errorf("adding %s: %w", name, err)
	}
	s.log.Info("let a member in", "name", name)
	return membership.Admission{ID: uint64(id), Members: listed(members)}, nil
}

// Dismiss also keeps the member away for some time. It refuses if those that
// are left would have no majority of members that are ready.
func (l *local) Dismiss(ctx context.Context, name string) error {
	s, url, err := l.find(name)
	if err != nil {
		return err
	}
	ctx, cancel := s.untilClosed(ctx)
	defer cancel()
	l.change.Lock()
	defer l.change.Unlock()
	if err := s.canSpare(ctx, url); err != nil {
		return err
	}
	lease, err := s.server.LeaseGrant(ctx, &pb.LeaseGrantRequest{TTL: int64(stayAway.Seconds())})
	if err != nil {
		return err
	}
	if _, err := s.server.Put(ctx, &pb.PutRequest{Key: []byte(leftKeys + name), Lease: lease.ID}); err != nil {
		return err
	}
	if err := s.remove(ctx, url); err != nil {
		return err
	}
	s.log.Info("took a member off the list", "name", name)
	return nil
}

// Readmit forgets that the member was told to leave.
func (l *local) Readmit(ctx context.Context, name string) error {
	s, _, err := l.find(name)
	if err != nil {
		return err
	}
	_, err = s.server.DeleteRange(ctx, &pb.DeleteRangeRequest{Key: []byte(leftKeys + name)})
	return err
}

// Retire lasts as long as a dismissed member is kept away: a member that was
// told to, and is then forgotten, serves again.
func (l *local) Retire(ctx context.Context) error {
	s := l.store.Load()
	if s == nil {
		return errNotRunning
	}
	s.retired.Store(time.Now().Add(stayAway).UnixNano())
	s.log.Info("retired: unready, and another member is to lead", "for", stayAway.String())
	s.moveLeadership(ctx)
	return nil
}

// Resume ends Retire.
func (l *local) Resume(context.Context) error {
	s := l.store.Load()
	if s == nil {
		return errNotRunning
	}
	s.retired.Store(0)
	return nil
}

// find is the store, and the URL of the member with this name.
func (l *local) find(name string) (*Store, string, error) {
	s, ordinal := l.store.Load(), l.peers.ordinalNamed(name)
	switch {
	case s == nil:
		return nil, "", errNotRunning
	case ordinal < 0:
		return nil, "", fmt.Errorf("the name is %q; allowed: %s to %s", name, l.peers.name(0), l.peers.name(mostMembers-1))
	case ordinal == l.peers.ordinal:
		return nil, "", fmt.Errorf("%s cannot change its own membership; ask another member", name)
	default:
		return s, l.peers.url(ordinal), nil
	}
}

// remove takes the member with this URL off the list, if it is there.
func (s *Store) remove(ctx context.Context, url string) error {
	members, err := s.server.MemberList(ctx, &pb.MemberListRequest{Linearizable: true})
	if err != nil {
		return err
	}
	for _, member := range members {
		if urlOf(member) == url {
			if err := s.removeMember(ctx, member.ID); err != nil {
				return fmt.Errorf("removing what had its name: %w", err)
			}
		}
	}
	return nil
}

func (s *Store) canSpare(ctx context.Context, url string) error {
	answers := s.local.client.Ask(ctx, s.local.peers.others())
	voters, ready := 0, 0
	for _, member := range s.server.Cluster().Members() {
		if member.IsLearner || urlOf(member) == url {
			continue
		}
		voters++
		if member.ID == s.server.MemberID() || answers[s.local.peers.ordinalOf(urlOf(member))].Ready {
			ready++
		}
	}
	if ready <= voters/2 {
		return fmt.Errorf("of the %d members that would be left only %d are ready; allowed: a majority", voters, ready)
	}
	return nil
}

// hasVote reports whether this member is on the list, and not as a learner.
func (s *Store) hasVote() bool {
	member := s.server.Cluster().Member(s.server.MemberID())
	return member != nil && !member.IsLearner
}

// handOverTimeout bounds the attempt to make one other member the leader.
const handOverTimeout = 1500 * time.Millisecond

// HandOver makes another member the leader if this one is, so that nobody has
// to find out that it is gone. The lowest ordinal that is ready comes first:
// in a roll it is the last to go.
func (s *Store) HandOver(ctx context.Context) {
	s.leaving.Store(true)
	s.moveLeadership(ctx)
}

func (s *Store) moveLeadership(ctx context.Context) {
	me := uint64(s.server.MemberID())
	if s.local == nil || s.server.Lead() != me {
		return
	}
	candidates := map[int]uint64{}
	for _, member := range s.server.Cluster().Members() {
		if !member.IsLearner && uint64(member.ID) != me {
			candidates[s.local.peers.ordinalOf(urlOf(member))] = uint64(member.ID)
		}
	}
	if len(candidates) == 0 {
		return
	}
	answers := s.local.client.Ask(ctx, s.local.peers.others())
	for ordinal := range mostMembers {
		id, ok := candidates[ordinal]
		if !ok || !answers[ordinal].Ready {
			continue
		}
		attempt, cancel := context.WithTimeout(ctx, handOverTimeout)
		err := s.server.MoveLeader(attempt, me, id)
		cancel()
		if err == nil {
			s.log.Info("handed leadership over", "to", s.local.peers.name(ordinal))
			return
		}
		s.log.Warn("could not hand leadership over", "to", s.local.peers.name(ordinal), "error", err)
	}
}

// membershipStats are of the list of members as this one knows it.
func (s *Store) membershipStats() (members, learners int, leads bool) {
	for _, member := range s.server.Cluster().Members() {
		members++
		if member.IsLearner {
			learners++
		}
	}
	return members, learners, s.server.Lead() == uint64(s.server.MemberID())
}
