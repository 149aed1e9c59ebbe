package store

import (
	"context"
	"fmt"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"

	"example.com/berth/etag"
	"example.com/berth/item"
)

// Put stores document under id, if conditions hold. created tells whether
// there was no item before. The error has the code item.PreconditionFailed if
// they do not hold, item.StoreFull, item.Unavailable or item.OutcomeUnknown.
func (s *Store) Put(ctx context.Context, id string, document []byte, conditions etag.Conditions) (revision int64, created bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	key := itemKey(id)
	response, err := s.change(ctx, id, conditions, false, []*pb.RequestOp{
		// In order: the count is of the state before.
		readOp(&pb.RangeRequest{Key: key, CountOnly: true}),
		putOp(&pb.PutRequest{Key: key, Value: document}),
	})
	if err != nil {
		return 0, false, err
	}
	return response.Header.Revision, response.Responses[0].GetResponseRange().Count == 0, nil
}

// Delete removes an item, if conditions hold. The error has the code
// item.NotFound if there is none, and else is as of Put.
func (s *Store) Delete(ctx context.Context, id string, conditions etag.Conditions) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	response, err := s.change(ctx, id, conditions, true, []*pb.RequestOp{deleteOp(&pb.DeleteRangeRequest{Key: itemKey(id)})})
	if err != nil {
		return err
	}
	if response.Responses[0].GetResponseDeleteRange().Deleted == 0 {
		return notFound(id)
	}
	return nil
}

// Update replaces an item's document by what change makes of it, if
// conditions hold. Whoever else writes meanwhile is not overwritten: change
// is then called again, with the newer document. Its error is returned as it
// is; else errors are as of Delete.
func (s *Store) Update(ctx context.Context, id string, conditions etag.Conditions, change func(document []byte) ([]byte, error)) (Item, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	key := itemKey(id)
	for {
		found, err := s.find(ctx, id)
		if err != nil {
			return Item{}, err
		}
		if found == nil {
			return Item{}, notFound(id)
		}
		if !conditions.Hold(found.ModRevision) {
			return Item{}, preconditionFailed(found.ModRevision)
		}
		document, err := change(found.Value)
		if err != nil {
			return Item{}, err
		}
		response, err := s.commit(ctx, &pb.TxnRequest{
			Compare: []*pb.Compare{unchangedSince(key, found.ModRevision)},
			Success: []*pb.RequestOp{putOp(&pb.PutRequest{Key: key, Value: document})},
		})
		if err != nil {
			return Item{}, err
		}
		if response.Succeeded {
			return Item{ID: id, Revision: response.Header.Revision, Document: document}, nil
		}
	}
}

// change runs operations on an item if conditions hold. mustExist says that
// an item that is not there is that, rather than a failed precondition (RFC
// 9110, section 13.2.1: preconditions matter only where there is success).
func (s *Store) change(ctx context.Context, id string, conditions etag.Conditions, mustExist bool, operations []*pb.RequestOp) (*pb.TxnResponse, error) {
	key := itemKey(id)
	if compare, simple := asCompare(key, conditions); simple {
		request := &pb.TxnRequest{Compare: compare, Success: operations}
		if len(compare) > 0 {
			request.Failure = []*pb.RequestOp{readOp(&pb.RangeRequest{Key: key, KeysOnly: true})}
		}
		response, err := s.commit(ctx, request)
		if err != nil || response.Succeeded {
			return response, err
		}
		var current int64
		if found := response.Responses[0].GetResponseRange().Kvs; len(found) > 0 {
			current = found[0].ModRevision
		}
		return nil, failed(id, current, mustExist)
	}
	// A list of several tags cannot be one comparison: look, and change only
	// what was looked at.
	for {
		found, err := s.find(ctx, id)
		if err != nil {
			return nil, err
		}
		if current := found.GetModRevision(); !conditions.Hold(current) {
			return nil, failed(id, current, mustExist)
		}
		response, err := s.commit(ctx, &pb.TxnRequest{
			Compare: []*pb.Compare{unchangedSince(key, found.GetModRevision())},
			Success: operations,
		})
		if err != nil || response.Succeeded {
			return response, err
		}
	}
}

// asCompare puts conditions as comparisons of etcd, if it can.
func asCompare(key []byte, c etag.Conditions) (compare []*pb.Compare, simple bool) {
	revision, only := c.IfMatch.Only()
	switch {
	case c.None():
		return nil, true
	case c.IfNoneMatch.Any && !c.IfMatch.Given():
		return []*pb.Compare{absent(key)}, true
	case c.IfNoneMatch.Given():
		return nil, false
	case c.IfMatch.Any:
		return []*pb.Compare{present(key)}, true
	case only:
		return []*pb.Compare{unchangedSince(key, revision)}, true
	default:
		return nil, false
	}
}

// commit makes one transaction. It waits for a leader, and tries again as
// long as it is certain that nothing was made of the attempt before.
//
// A write whose outcome is not known is not tried again here: without a
// marker that makes it happen once, it could undo what others wrote since.
func (s *Store) commit(ctx context.Context, request *pb.TxnRequest) (*pb.TxnResponse, error) {
	if size := putSize(request.Success); size > 0 && !s.hasRoom(size) {
		return nil, full()
	}
	for {
		if err := s.awaitLeader(ctx); err != nil {
			return nil, s.failure(err)
		}
		response, err := s.server.Txn(ctx, request)
		switch {
		case err == nil:
			return response, nil
		case isRefused(err):
			if pause(ctx) != nil {
				return nil, unavailable()
			}
		case isTransient(err):
			return nil, outcomeUnknown()
		default:
			return nil, s.failure(err)
		}
	}
}

func putSize(operations []*pb.RequestOp) (size int) {
	for _, operation := range operations {
		if put := operation.GetRequestPut(); put != nil {
			size += len(put.Key) + len(put.Value)
		}
	}
	return size
}

func failed(id string, current int64, mustExist bool) error {
	if current == 0 && mustExist {
		return notFound(id)
	}
	return preconditionFailed(current)
}

func preconditionFailed(current int64) error {
	if current == 0 {
		return &item.Error{
			Code: item.PreconditionFailed, Detail: "If-Match is given, and there is no item with this id",
			Fix: "leave out If-Match to create the item",
		}
	}
	return &item.Error{
		Code: item.PreconditionFailed, Detail: "the item is not in the state that If-Match or If-None-Match asks for",
		Allowed: fmt.Sprintf("a condition that holds for the item's entity tag, which is %s", etag.Format(current)),
		Fix:     "read the item, make the change anew, and send its ETag in If-Match",
	}
}
