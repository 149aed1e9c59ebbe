package store

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	etcderrors "go.etcd.io/etcd/server/v3/etcdserver/errors"

	"example.com/berth/etag"
	"example.com/berth/item"
)

// heldUp is a store whose first transaction after hold is under way until as
// many writes wait as hold was told. after says what becomes of the others.
type heldUp struct {
	*Store
	groups atomic.Int64
	wait   atomic.Int64
	after  func(made error) error
}

func openHeldUp(t *testing.T) *heldUp {
	h := &heldUp{after: func(made error) error { return made }}
	h.Store = openFaulty(t, func(kv KeyValues) KeyValues {
		return txns{kv, func(ctx context.Context, request *pb.TxnRequest) (*pb.TxnResponse, error) {
			if !isGroup(request) {
				return kv.Txn(ctx, request)
			}
			h.groups.Add(1)
			if wait := h.wait.Swap(0); wait > 0 {
				h.untilWaiting(int(wait))
				return kv.Txn(ctx, request)
			}
			response, err := kv.Txn(ctx, request)
			return response, h.after(err)
		}}
	})
	return h
}

// untilWaiting returns once n writes wait for a group.
func (s *Store) untilWaiting(n int) {
	for {
		s.queue.mutex.Lock()
		waiting := len(s.queue.waiting)
		s.queue.mutex.Unlock()
		if waiting >= n {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// together makes writes that all wait for the same one, and returns how many
// transactions they took.
func (h *heldUp) together(t *testing.T, writes ...func() error) int64 {
	t.Helper()
	h.wait.Store(int64(len(writes)))
	var all sync.WaitGroup
	all.Go(func() {
		if _, _, err := h.Put(t.Context(), "first", []byte("1"), etag.Conditions{}); err != nil {
			t.Error(err)
		}
	})
	for h.wait.Load() > 0 {
		time.Sleep(time.Millisecond)
	}
	before := h.groups.Load()
	for _, write := range writes {
		all.Go(func() {
			if err := write(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	return h.groups.Load() - before
}

func TestWritesThatComeTogetherAreOneTransaction(t *testing.T) {
	h := openHeldUp(t)
	var writes []func() error
	for i := range 20 {
		writes = append(writes, func() error {
			_, created, err := h.Put(t.Context(), fmt.Sprint("i", i), []byte("1"), etag.Conditions{})
			if err == nil && !created {
				return fmt.Errorf("item %d is not told to be created", i)
			}
			return err
		})
	}
	if n := h.together(t, writes...); n != 1 {
		t.Errorf("20 writes took %d transactions, want 1", n)
	}
}

func TestEachWriteOfATransactionHasItsOwnOutcome(t *testing.T) {
	for name, after := range map[string]func() func(error) error{
		"all answers come":   func() func(error) error { return func(made error) error { return made } },
		"the answer is lost": loseOneAnswer,
	} {
		t.Run(name, func(t *testing.T) {
			h := openHeldUp(t)
			for _, id := range []string{"there", "kept"} {
				put(t, h.Store, id, "1")
			}
			h.after = after()
			want := func(code item.Code, err error) error {
				told, ok := err.(*item.Error) //nolint:errorlint // it is never wrapped
				if !ok || told.Code != code {
					return fmt.Errorf("error is %v, want one with code %s", err, code)
				}
				return nil
			}
			absent := etag.Conditions{IfNoneMatch: etag.List{Any: true}}
			n := h.together(t,
				func() error {
					_, created, err := h.Put(t.Context(), "new", []byte("2"), etag.Conditions{})
					if err == nil && !created {
						return fmt.Errorf("a new item is not told to be created")
					}
					return err
				},
				func() error {
					revision, created, err := h.Put(t.Context(), "there", []byte("2"), etag.Conditions{})
					if err != nil || created {
						return fmt.Errorf("created is %v, %w", created, err)
					}
					found, err := h.Get(t.Context(), "there")
					if err != nil || found.Revision != revision || string(found.Document) != "2" {
						return fmt.Errorf("the item is %+v, %w, want revision %d", found, err, revision)
					}
					return nil
				},
				func() error {
					_, _, err := h.Put(t.Context(), "kept", []byte("2"), absent)
					return want(item.PreconditionFailed, err)
				},
			)
			if limit := int64(2); n > limit {
				t.Errorf("three writes took %d transactions, want at most %d", n, limit)
			}
			for id, document := range map[string]string{"new": "2", "there": "2", "kept": "1"} {
				if found, err := h.Get(t.Context(), id); err != nil || string(found.Document) != document {
					t.Errorf("%s is %s, %v, want %s", id, found.Document, err, document)
				}
			}
		})
	}
}

// loseOneAnswer makes the first write and answers that the leader changed.
func loseOneAnswer() func(error) error {
	var lost atomic.Bool
	return func(made error) error {
		if lost.Swap(true) {
			return made
		}
		return etcderrors.ErrLeaderChanged
	}
}

func TestWritesOfOneItemAndDeletesAreInTransactionsOfTheirOwn(t *testing.T) {
	h := openHeldUp(t)
	put(t, h.Store, "deleted", "1")
	increment := func(document []byte) ([]byte, error) { return append(document, '1'), nil }
	put(t, h.Store, "counter", "1")
	write := func() error {
		_, err := h.Update(t.Context(), "counter", etag.Conditions{}, increment)
		return err
	}
	n := h.together(t, write, write, func() error { return h.Delete(t.Context(), "deleted", etag.Conditions{}) })
	if n < 3 {
		t.Errorf("they took %d transactions, want 3 or more", n)
	}
	if found, err := h.Get(t.Context(), "counter"); err != nil || string(found.Document) != "111" {
		t.Errorf("the counter is %s, %v, want 111", found.Document, err)
	}
}

func TestAWriteWhoseClientWentAwayHoldsUpNobody(t *testing.T) {
	h := openHeldUp(t)
	gone, leave := context.WithCancel(t.Context())
	left := make(chan struct{})
	h.after = func(made error) error {
		leave()
		<-left
		return made
	}
	n := h.together(t,
		func() error {
			defer close(left)
			if _, _, err := h.Put(gone, "gone", []byte("1"), etag.Conditions{}); err == nil {
				return fmt.Errorf("a write that nobody waits for is told to be made")
			}
			return nil
		},
		func() error {
			_, _, err := h.Put(t.Context(), "stays", []byte("1"), etag.Conditions{})
			return err
		},
	)
	if n != 1 {
		t.Errorf("both took %d transactions, want 1", n)
	}
}

func TestAWriteWhoseTimeIsOverEndsNoOther(t *testing.T) {
	stalled := make(chan struct{})
	s := openFaulty(t, func(kv KeyValues) KeyValues {
		return txns{kv, func(ctx context.Context, request *pb.TxnRequest) (*pb.TxnResponse, error) {
			if isGroup(request) {
				select {
				case <-stalled:
				case <-ctx.Done():
					return nil, ctx.Err()
				}
			}
			return kv.Txn(ctx, request)
		}}
	})
	write := func(ctx context.Context, id string) error {
		_, err := s.submit(ctx, writeOf(itemKey(id), putOp(&pb.PutRequest{Key: itemKey(id), Value: []byte("1")})))
		return err
	}
	short, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	long, cancelLong := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancelLong()
	// Both are in one group, at its head the one whose time is over first.
	s.setUnderWay(true)
	ended, kept := make(chan error, 1), make(chan error, 1)
	go func() { ended <- write(short, "ended") }()
	s.untilWaiting(1)
	go func() { kept <- write(long, "kept") }()
	s.untilWaiting(2)
	s.setUnderWay(false)
	s.serve()
	began := time.Now()
	wantCode(t, <-ended, item.OutcomeUnknown)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("a write with 2 s was answered after %s", took)
	}
	close(stalled)
	if err := <-kept; err != nil {
		t.Errorf("the other one: %v", err)
	}
}

func TestAWriteWhoseTimeIsOverBeforeItsTurnIsNotMade(t *testing.T) {
	s := openPeers(t)
	s.setUnderWay(true)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, _, err := s.Put(ctx, "a", []byte("1"), etag.Conditions{})
	wantCode(t, err, item.Unavailable)
	s.setUnderWay(false)
	put(t, s, "b", "1")
	_, err = s.Get(t.Context(), "a")
	wantCode(t, err, item.NotFound)
}

// setUnderWay has all writes wait from now on, or no more.
func (s *Store) setUnderWay(underWay bool) {
	s.queue.mutex.Lock()
	defer s.queue.mutex.Unlock()
	s.queue.underWay = underWay
}
