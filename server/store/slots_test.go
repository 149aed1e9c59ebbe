package store

import (
	"context"
	"sync"
	"testing"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	etcderrors "go.etcd.io/etcd/server/v3/etcdserver/errors"

	"example.com/berth/etag"
	"example.com/berth/item"
)

func slotCount(t *testing.T, s *Store) int64 {
	t.Helper()
	found, err := s.server.Range(t.Context(), &pb.RangeRequest{Key: []byte(slotKeys), RangeEnd: after([]byte(slotKeys)), CountOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	return found.Count
}

func TestSlotsAreUsedAgainAndExpire(t *testing.T) {
	s := openFaulty(t, func(kv KeyValues) KeyValues { return kv })
	s.slots.leases = newLeases(time.Second, time.Second)
	write := func() {
		if _, _, err := s.Put(t.Context(), "a", []byte("1"), etag.Conditions{}); err != nil {
			t.Error(err)
		}
	}
	const most = 5
	var wait sync.WaitGroup
	for range most {
		wait.Go(func() {
			for range 50 {
				write()
			}
		})
	}
	wait.Wait()
	if n := slotCount(t, s); n < 1 || n > 2*most {
		t.Errorf("there are %d slots, want at most %d for each of 2 leases", n, most)
	}
	for deadline := time.Now().Add(15 * time.Second); slotCount(t, s) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d slots did not expire", slotCount(t, s))
		}
	}
	// The process goes on with other slots.
	write()
	if n := slotCount(t, s); n != 1 {
		t.Errorf("there are %d slots, want 1", n)
	}
}

func TestAMemberAloneNeedsNoSlots(t *testing.T) {
	s := openPeers(t)
	if _, _, err := s.Put(t.Context(), "a", []byte("1"), etag.Conditions{}); err != nil {
		t.Fatal(err)
	}
	if n := slotCount(t, s); n != 0 {
		t.Errorf("there are %d slots, want none", n)
	}
}

func TestAnAttemptThatOutlivesItsSlotIsNotMade(t *testing.T) {
	var late []*pb.TxnRequest
	var delay bool
	s := openFaulty(t, func(kv KeyValues) KeyValues {
		return txns{kv, func(ctx context.Context, request *pb.TxnRequest) (*pb.TxnResponse, error) {
			if delay {
				late, delay = append(late, request), false
				return nil, etcderrors.ErrTimeout
			}
			return kv.Txn(ctx, request)
		}}
	})
	// What lingers is first that which makes the slot, and then two writes.
	for _, document := range []string{"1", "2", "3"} {
		delay = true
		if _, _, err := s.Put(t.Context(), "a", []byte(document), etag.Conditions{}); err != nil {
			t.Fatal(err)
		}
	}
	last, _, err := s.Put(t.Context(), "a", []byte("4"), etag.Conditions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.server.LeaseRevoke(t.Context(), &pb.LeaseRevokeRequest{ID: s.slots.lease}); err != nil {
		t.Fatal(err)
	}
	for _, request := range late {
		if response, err := s.server.Txn(t.Context(), request); err == nil && response.Succeeded {
			t.Errorf("an attempt was made after its slot expired: %v", response)
		}
	}
	if found, err := s.Get(t.Context(), "a"); err != nil || found.Revision != last {
		t.Errorf("the item is %+v, %v, want revision %d", found, err, last)
	}
	if _, _, err := s.Put(t.Context(), "a", []byte("5"), etag.Conditions{}); err != nil {
		t.Errorf("after its slots expired, a store does not write: %v", err)
	}
}

func TestASlotIsMadeOnceWhateverBecomesOfItsFirstAttempt(t *testing.T) {
	for name, first := range map[string]func(make func() (*pb.TxnResponse, error)) (*pb.TxnResponse, error){
		"its answer is lost": func(make func() (*pb.TxnResponse, error)) (*pb.TxnResponse, error) {
			if _, err := make(); err != nil {
				return nil, err
			}
			return nil, etcderrors.ErrLeaderChanged
		},
		"it is not made": func(func() (*pb.TxnResponse, error)) (*pb.TxnResponse, error) { return nil, etcderrors.ErrTimeout },
	} {
		t.Run(name, func(t *testing.T) {
			var lingers *pb.TxnRequest
			s := openFaulty(t, func(kv KeyValues) KeyValues {
				return txns{kv, func(ctx context.Context, request *pb.TxnRequest) (*pb.TxnResponse, error) {
					if !isGroup(request) && lingers == nil {
						lingers = request
						return first(func() (*pb.TxnResponse, error) { return kv.Txn(ctx, request) })
					}
					return kv.Txn(ctx, request)
				}}
			})
			for _, document := range []string{"1", "2"} {
				if _, _, err := s.Put(t.Context(), "a", []byte(document), etag.Conditions{}); err != nil {
					t.Fatal(err)
				}
				if response, err := s.server.Txn(t.Context(), lingers); err != nil || response.Succeeded {
					t.Errorf("an attempt that lingered made the slot anew: %v, %v", response, err)
				}
			}
			if n := slotCount(t, s); n != 1 {
				t.Errorf("there are %d slots, want 1", n)
			}
		})
	}
}

func TestAnOutcomeThatExpiredIsNotGuessed(t *testing.T) {
	var s *Store
	s = openFaulty(t, func(kv KeyValues) KeyValues {
		lost := false
		return txns{kv, func(ctx context.Context, request *pb.TxnRequest) (*pb.TxnResponse, error) {
			response, err := kv.Txn(ctx, request)
			if lost || err != nil || !isGroup(request) {
				return response, err
			}
			lost = true
			if _, err := s.server.LeaseRevoke(ctx, &pb.LeaseRevokeRequest{ID: s.slots.lease}); err != nil {
				t.Error(err)
			}
			return nil, etcderrors.ErrTimeout
		}}
	})
	_, _, err := s.Put(t.Context(), "a", []byte("1"), etag.Conditions{})
	wantCode(t, err, item.OutcomeUnknown)
}
