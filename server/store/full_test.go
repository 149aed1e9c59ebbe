package store

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	etcderrors "go.etcd.io/etcd/server/v3/etcdserver/errors"
	"go.etcd.io/raft/v3"

	"example.com/berth/etag"
	"example.com/berth/item"
)

// tried is one attempt at a delete: make makes it, and second is closed when
// the one after it was answered.
type tried struct {
	make   func() (*pb.TxnResponse, error)
	second <-chan struct{}
}

func TestWithoutSpaceADeleteIsMadeOnceWhateverBecomesOfItsFirstAttempt(t *testing.T) {
	timeout := func(context.Context, tried) (*pb.TxnResponse, error) { return nil, etcderrors.ErrTimeout }
	refused := func(context.Context, tried) (*pb.TxnResponse, error) { return nil, raft.ErrProposalDropped }
	silent := func(ctx context.Context, _ tried) (*pb.TxnResponse, error) { <-ctx.Done(); return nil, ctx.Err() }
	answeredLate := func(_ context.Context, a tried) (*pb.TxnResponse, error) {
		response, err := a.make()
		<-a.second
		return response, err
	}
	madeLate := func(_ context.Context, a tried) (*pb.TxnResponse, error) { <-a.second; return a.make() }
	const theyDelete, theyPut = "a delete by others", "a put by others"
	for name, c := range map[string]struct {
		first func(context.Context, tried) (*pb.TxnResponse, error)
		// between is what comes between the attempts.
		between string
		want    item.Code
	}{
		"made, and answered after the second":           {answeredLate, "", ""},
		"made after the second":                         {madeLate, "", ""},
		"never made nor answered":                       {silent, "", ""},
		"given up":                                      {timeout, "", ""},
		"refused, and others are quicker":               {refused, theyDelete, item.NotFound},
		"made after others were quicker":                {madeLate, theyDelete, item.NotFound},
		"given up, and others delete it too":            {timeout, theyDelete, item.OutcomeUnknown},
		"refused, and others have changed what it was":  {refused, theyPut, ""},
		"made after others have changed what it was":    {madeLate, theyPut, ""},
		"given up, and others have changed what it was": {timeout, theyPut, item.OutcomeUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &firstDelete{become: c.first, second: make(chan struct{})}
			s := openFaulty(t, func(kv KeyValues) KeyValues { f.KeyValues = kv; return f })
			f.between = func() error {
				switch c.between {
				case theyDelete:
					_, err := s.server.DeleteRange(t.Context(), &pb.DeleteRangeRequest{Key: itemKey("a")})
					return err
				case theyPut:
					_, err := s.server.Put(t.Context(), &pb.PutRequest{Key: itemKey("a"), Value: []byte("2")})
					return err
				}
				return nil
			}
			if _, _, err := s.Put(t.Context(), "a", []byte("1"), etag.Conditions{}); err != nil {
				t.Fatal(err)
			}
			f.full.Store(true)
			if err := s.Delete(t.Context(), "a", etag.Conditions{}); c.want != "" {
				wantCode(t, err, c.want)
			} else if err != nil {
				t.Errorf("it answers %v", err)
			}
			if c.want == "" {
				_, err := s.Get(t.Context(), "a")
				wantCode(t, err, item.NotFound)
			}
			// What lingers may come at any time.
			f.full.Store(false)
			last, _, err := s.Put(t.Context(), "a", []byte("3"), etag.Conditions{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.server.Txn(t.Context(), f.request.Load()); err != nil {
				t.Error(err)
			}
			if found, err := s.Get(t.Context(), "a"); err != nil || found.Revision != last {
				t.Errorf("the item is %+v, %v, want revision %d", found, err, last)
			}
		})
	}
}

// firstDelete is etcd without space, and with a say in what becomes of the
// first attempt at deleting an item alone.
type firstDelete struct {
	KeyValues
	full    atomic.Bool
	tries   atomic.Int32
	request atomic.Pointer[pb.TxnRequest]
	become  func(context.Context, tried) (*pb.TxnResponse, error)
	between func() error
	second  chan struct{}
}

func (f *firstDelete) Txn(ctx context.Context, request *pb.TxnRequest) (*pb.TxnResponse, error) {
	deletes := request.Success[0].GetRequestDeleteRange()
	if f.full.Load() && deletes == nil {
		return nil, etcderrors.ErrNoSpace
	}
	if deletes == nil || !strings.HasPrefix(string(deletes.Key), itemKeys) {
		return f.KeyValues.Txn(ctx, request)
	}
	switch f.tries.Add(1) {
	case 1:
		f.request.Store(request)
		return f.become(ctx, tried{func() (*pb.TxnResponse, error) { return f.KeyValues.Txn(ctx, request) }, f.second})
	case 2:
		if err := f.between(); err != nil {
			return nil, err
		}
		defer close(f.second)
	}
	return f.KeyValues.Txn(ctx, request)
}

func TestAPutThatFindsNoSpaceIsKnownNotToBeMadeThoughItsSlotIsNew(t *testing.T) {
	var delayed *pb.TxnRequest
	s := openFaulty(t, func(kv KeyValues) KeyValues {
		return txns{kv, func(ctx context.Context, request *pb.TxnRequest) (*pb.TxnResponse, error) {
			switch group := isGroup(request); {
			case group && delayed == nil:
				delayed = request
				return nil, etcderrors.ErrTimeout
			case group:
				return nil, etcderrors.ErrNoSpace
			}
			return kv.Txn(ctx, request)
		}}
	})
	_, _, err := s.Put(t.Context(), "a", []byte("1"), etag.Conditions{})
	wantCode(t, err, item.StoreFull)
	if response, err := s.server.Txn(t.Context(), delayed); err != nil || response.Succeeded {
		t.Errorf("the attempt that lingered is made: %v, %v", response, err)
	}
	_, err = s.Get(t.Context(), "a")
	wantCode(t, err, item.NotFound)
}

func TestDeletesOfOneGroupInAFullStoreDoNotWaitForEachOther(t *testing.T) {
	slow := make(chan struct{})
	s := openFaulty(t, func(kv KeyValues) KeyValues {
		return txns{kv, func(ctx context.Context, request *pb.TxnRequest) (*pb.TxnResponse, error) {
			if len(request.Success) > 0 && string(request.Success[0].GetRequestDeleteRange().GetKey()) == string(itemKey("b")) {
				<-slow
			}
			return kv.Txn(ctx, request)
		}}
	})
	for _, id := range []string{"a", "b", "c"} {
		put(t, s, id, "1")
	}
	raiseAlarm(t, s)
	s.setUnderWay(true)
	answers := map[string]chan error{}
	for n, id := range []string{"a", "b", "c"} {
		answer := make(chan error, 1)
		answers[id] = answer
		go func() { answer <- s.Delete(t.Context(), id, etag.Conditions{}) }()
		s.untilWaiting(n + 1)
	}
	s.setUnderWay(false)
	s.serve()
	wantAnswer := func(id string) {
		if err := <-answers[id]; err != nil {
			t.Errorf("the delete of %s: %v", id, err)
		}
	}
	wantAnswer("a")
	close(slow)
	wantAnswer("b")
	wantAnswer("c")
}
