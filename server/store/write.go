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
	result, err := s.change(ctx, id, conditions, false, putOp(&pb.PutRequest{Key: itemKey(id), Value: document}))
	return result.revision, result.created, err
}

// Delete removes an item, if conditions hold. The error has the code
// item.NotFound if there is none, and else is as of Put.
func (s *Store) Delete(ctx context.Context, id string, conditions etag.Conditions) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := s.change(ctx, id, conditions, true, deleteOp(&pb.DeleteRangeRequest{Key: itemKey(id)}))
	return err
}

// Update replaces an item's document by what change makes of it, if
// conditions hold. Whoever else writes meanwhile is not overwritten: change
// is then called again, with the newer document. Its error is returned as it
// is; else errors are as of Delete.
func (s *Store) Update(ctx context.Context, id string, conditions etag.Conditions, change func(document []byte) ([]byte, error)) (Item, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
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
		put := putOp(&pb.PutRequest{Key: found.Key, Value: document})
		result, err := s.once(ctx, writeOf(found.Key, put, unchangedSince(found.Key, found.ModRevision)))
		if err != nil {
			return Item{}, err
		}
		if result.made {
			return Item{ID: id, Revision: result.revision, Document: document}, nil
		}
	}
}

// change runs an operation on an item if conditions hold. mustExist says that
// an item that is not there is that, rather than a failed precondition (RFC
// 9110, section 13.2.1: preconditions matter only where there is success).
func (s *Store) change(ctx context.Context, id string, conditions etag.Conditions, mustExist bool, operation *pb.RequestOp) (outcome, error) {
	key := itemKey(id)
	if compare, simple := asCompare(key, conditions); simple {
		if mustExist {
			compare = append(compare, present(key))
		}
		result, err := s.once(ctx, writeOf(key, operation, compare...))
		if err == nil && !result.made {
			err = failed(id, result.found.GetModRevision(), mustExist)
		}
		return result, err
	}
	// A list of several tags cannot be one comparison: look, and change only
	// what was looked at.
	for {
		found, err := s.find(ctx, id)
		if err != nil {
			return outcome{}, err
		}
		current := found.GetModRevision()
		if !conditions.Hold(current) || current == 0 && mustExist {
			return outcome{}, failed(id, current, mustExist)
		}
		result, err := s.once(ctx, writeOf(key, operation, unchangedSince(key, current)))
		if err != nil || result.made {
			return result, err
		}
	}
}

// writeOf is an operation on one item; if it is not made, the item's revision
// is looked up.
func writeOf(key []byte, operation *pb.RequestOp, compare ...*pb.Compare) write {
	return write{
		item: key, compare: compare, change: []*pb.RequestOp{operation},
		look: &pb.RangeRequest{Key: key, KeysOnly: true},
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
