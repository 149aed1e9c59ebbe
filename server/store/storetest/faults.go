package storetest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	etcderrors "go.etcd.io/etcd/server/v3/etcdserver/errors"

	"example.com/berth/store"
)

// Fault is what becomes of one attempt at a write, or at several that are made
// together. What is done about their slot has none.
type Fault int

const (
	// Pass is no fault.
	Pass Fault = iota
	// LoseAnswer makes the write, and answers that the leader changed.
	LoseAnswer
	// Drop does not make it, and answers that it took too long.
	Drop
	// Delay answers like Drop, and makes the write when Release is called.
	Delay
	// Full makes it, and answers that there is no space left.
	Full
	// NoRoom does not make it, and answers that.
	NoRoom
)

// Faults stand between a store and etcd, and do what changes of the leader do.
type Faults struct {
	store.KeyValues
	mutex   sync.Mutex
	choose  func() Fault
	delayed []*pb.TxnRequest
	reads   int
	// Attempts is how many writes were tried since the last Next or Choose.
	attempts int
}

// OpenFaulty is as Open, with Faults that do nothing yet.
func OpenFaulty(tb testing.TB) (*store.Store, *Faults) {
	tb.Helper()
	f := &Faults{}
	f.Next()
	options := Options(tb, tb.TempDir())
	options.Wrap = f.Wrap
	s := OpenWith(tb, options)
	tb.Cleanup(s.Close)
	return s, f
}

// Wrap is for store.Options.
func (f *Faults) Wrap(kv store.KeyValues) store.KeyValues {
	f.KeyValues = kv
	return f
}

// Next says what becomes of the attempts that follow; those after pass.
func (f *Faults) Next(faults ...Fault) {
	faults = slices.Clone(faults)
	f.Choose(func() Fault {
		if len(faults) == 0 {
			return Pass
		}
		next := faults[0]
		faults = faults[1:]
		return next
	})
}

// Choose has choose say what becomes of each attempt that follows.
func (f *Faults) Choose(choose func() Fault) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.choose, f.attempts = choose, 0
}

// FailReads lets the next n reads fail.
func (f *Faults) FailReads(n int) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.reads = n
}

// Attempts is how many writes were tried since the last Next or Choose.
func (f *Faults) Attempts() int {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.attempts
}

// Release makes the writes that were delayed, the last of them first. Some
// may be refused for good.
func (f *Faults) Release(tb testing.TB) {
	tb.Helper()
	f.mutex.Lock()
	delayed := f.delayed
	f.delayed = nil
	f.mutex.Unlock()
	for _, request := range slices.Backward(delayed) {
		if _, err := f.KeyValues.Txn(context.Background(), request); err != nil {
			tb.Logf("a delayed write: %v", err)
		}
	}
}

// Elsewhere makes an item's document that, empty for none, as a write at
// another member would.
func (f *Faults) Elsewhere(tb testing.TB, id, document string) {
	tb.Helper()
	key := []byte(itemKeys + id)
	operation := &pb.RequestOp{Request: &pb.RequestOp_RequestPut{RequestPut: &pb.PutRequest{Key: key, Value: []byte(document)}}}
	if document == "" {
		operation.Request = &pb.RequestOp_RequestDeleteRange{RequestDeleteRange: &pb.DeleteRangeRequest{Key: key}}
	}
	if _, err := f.KeyValues.Txn(context.Background(), &pb.TxnRequest{Success: []*pb.RequestOp{operation}}); err != nil {
		tb.Error(err)
	}
}

// Compact writes elsewhere, and gives up all history before that.
func (f *Faults) Compact(tb testing.TB) {
	tb.Helper()
	key := []byte("berth/v1/space")
	put := &pb.RequestOp{Request: &pb.RequestOp_RequestPut{RequestPut: &pb.PutRequest{Key: key}}}
	response, err := f.KeyValues.Txn(context.Background(), &pb.TxnRequest{Success: []*pb.RequestOp{put}})
	if err != nil {
		tb.Error(err)
		return
	}
	compacter, ok := f.KeyValues.(interface {
		Compact(context.Context, *pb.CompactionRequest) (*pb.CompactionResponse, error)
	})
	if !ok {
		tb.Error("this store cannot be compacted")
		return
	}
	if _, err := compacter.Compact(context.Background(), &pb.CompactionRequest{Revision: response.Header.Revision, Physical: true}); err != nil {
		tb.Error(err)
	}
}

// Range is etcd's.
func (f *Faults) Range(ctx context.Context, request *pb.RangeRequest) (*pb.RangeResponse, error) {
	f.mutex.Lock()
	fail := f.reads > 0
	if fail {
		f.reads--
	}
	f.mutex.Unlock()
	if fail {
		return nil, etcderrors.ErrTimeout
	}
	return f.KeyValues.Range(ctx, request)
}

// itemKeys is before the id of each item.
const itemKeys = "berth/v1/items/"

// isWrite tells an attempt at writes from what is done about their slot.
func isWrite(request *pb.TxnRequest) bool {
	last := request.Success[len(request.Success)-1]
	return last.GetRequestTxn() != nil || strings.HasPrefix(string(last.GetRequestDeleteRange().GetKey()), itemKeys)
}

// Txn is etcd's.
func (f *Faults) Txn(ctx context.Context, request *pb.TxnRequest) (*pb.TxnResponse, error) {
	if !isWrite(request) {
		return f.KeyValues.Txn(ctx, request)
	}
	f.mutex.Lock()
	fault := f.choose()
	f.attempts++
	if fault == Delay {
		f.delayed = append(f.delayed, request)
	}
	f.mutex.Unlock()
	switch fault {
	case Drop, Delay:
		return nil, etcderrors.ErrTimeout
	case NoRoom:
		return nil, etcderrors.ErrNoSpace
	}
	response, err := f.KeyValues.Txn(ctx, request)
	switch {
	case err == nil && fault == LoseAnswer:
		return nil, etcderrors.ErrLeaderChanged
	case err == nil && fault == Full:
		return nil, etcderrors.ErrNoSpace
	}
	return response, err
}
