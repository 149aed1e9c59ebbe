package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/client/pkg/v3/types"
	etcderrors "go.etcd.io/etcd/server/v3/etcdserver/errors"
)

func TestChangesOfTheMembersThatAreAskedForAtOnceAreAllMade(t *testing.T) {
	s := openPeers(t)
	// etcd alone would wait for what Raft has dropped until this ends.
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	learners := make([]types.ID, mostMembers-1)
	atOnce := func(what string, change func(n int) error) {
		t.Helper()
		var changes sync.WaitGroup
		for n := range learners {
			changes.Go(func() {
				if err := change(n); err != nil {
					t.Errorf("%s: %v", what, err)
				}
			})
		}
		changes.Wait()
	}
	wantMembers := func(want int) {
		t.Helper()
		members, err := s.server.MemberList(ctx, &pb.MemberListRequest{Linearizable: true})
		if err != nil || len(members) != want {
			t.Errorf("there are %d members, %v, want %d", len(members), err, want)
		}
	}
	atOnce("adding", func(n int) error {
		id, members, err := s.addLearner(ctx, fmt.Sprintf("https://127.0.0.1:%d", n+1))
		if err == nil && !isListed(members, id) {
			t.Errorf("the list after adding lacks the member: %v", members)
		}
		learners[n] = id
		return err
	})
	wantMembers(mostMembers)
	atOnce("removing", func(n int) error { return s.removeMember(ctx, learners[n]) })
	wantMembers(1)
}

func TestAChangeOfTheMembersThatCannotBeMadeIsRefusedAtOnce(t *testing.T) {
	s := openPeers(t)
	if _, _, err := s.addLearner(t.Context(), "https://127.0.0.1:1"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.addLearner(t.Context(), "https://127.0.0.1:1"); err == nil {
		t.Error("two members have one address")
	}
}

func TestAMemberThatWasLetInAndNeverStartsKeepsNobodyOut(t *testing.T) {
	c := newTrial(t)
	first := c.start(0, 1).ready()
	if _, err := first.local.Admit(t.Context(), "berth-1"); err != nil {
		t.Fatal(err)
	}
	two := c.start(2, 3)
	put(t, two.ready(), "a", "a")
	one := c.start(1, 3)
	wantItems(t, one.ready(), "a")
	wantVoters(t, first, 3)
}

func TestAMemberThatEndsLetsNobodyInAnyMore(t *testing.T) {
	c := newTrial(t)
	first := c.start(0, 1)
	local := first.ready().local
	if _, err := local.Admit(t.Context(), "berth-1"); err != nil {
		t.Fatal(err)
	}
	waiting := make(chan error, 1)
	go func() {
		_, err := local.Admit(t.Context(), "berth-2") // waits for the one before
		waiting <- err
	}()
	for local.change.TryLock() { // until it does
		local.change.Unlock()
		time.Sleep(time.Millisecond)
	}
	first.stop()
	if err := <-waiting; !errors.Is(err, context.Canceled) && !errors.Is(err, etcderrors.ErrCanceled) {
		t.Errorf("Admit = %v, want it to end with the member", err)
	}
}
