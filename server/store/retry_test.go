package store

import (
	"context"
	"testing"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	etcderrors "go.etcd.io/etcd/server/v3/etcdserver/errors"

	"example.com/berth/etag"
)

func TestAnotherLeaderEndsAnAttemptAtOnce(t *testing.T) {
	var s *Store
	var attempts []time.Time
	s = openFaulty(t, func(kv KeyValues) KeyValues {
		return txns{kv, func(ctx context.Context, request *pb.TxnRequest) (*pb.TxnResponse, error) {
			if !isGroup(request) {
				return kv.Txn(ctx, request)
			}
			if attempts = append(attempts, time.Now()); len(attempts) > 3 {
				return kv.Txn(ctx, request)
			}
			if len(attempts) == 3 {
				s.leader.change()
			}
			<-ctx.Done()
			return nil, etcderrors.ErrCanceled
		}}
	})
	if _, _, err := s.Put(t.Context(), "a", []byte("1"), etag.Conditions{}); err != nil || len(attempts) != 4 {
		t.Fatalf("%d attempts, %v, want 4", len(attempts), err)
	}
	for i, least := range []time.Duration{firstAttempt, 2 * firstAttempt} {
		if took := attempts[i+1].Sub(attempts[i]); took < least {
			t.Errorf("attempt %d took %s, want %s", i+1, took, least)
		}
	}
	if took := attempts[3].Sub(attempts[2]); took > 2*firstAttempt {
		t.Errorf("the attempt took %s after the leader changed", took)
	}
}
