package store

import (
	"context"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"

	"example.com/berth/item"
)

// Item is one state of an item.
type Item struct {
	ID string
	// Revision is the store's when the item was last changed; it is never 0.
	Revision int64
	// Document is the JSON text, as it was sent.
	Document []byte
}

// Get reads an item. The error has the code item.NotFound if there is none.
func (s *Store) Get(ctx context.Context, id string) (Item, error) {
	found, err := s.findPatiently(ctx, id)
	if err != nil {
		return Item{}, err
	}
	if found == nil {
		return Item{}, notFound(id)
	}
	return Item{ID: id, Revision: found.ModRevision, Document: found.Value}, nil
}

// findPatiently is find for at most a request's time.
func (s *Store) findPatiently(ctx context.Context, id string) (*mvccpb.KeyValue, error) {
	if s.barrier.passed() {
		// What waits for nothing needs no timer.
		response, err := s.kv.Range(ctx, &pb.RangeRequest{Key: itemKey(id), Serializable: true})
		if err == nil {
			return first(response), nil
		}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return s.find(ctx, id)
}

// find reads an item; it is nil if there is none.
func (s *Store) find(ctx context.Context, id string) (*mvccpb.KeyValue, error) {
	response, err := s.read(ctx, &pb.RangeRequest{Key: itemKey(id)})
	return first(response), err
}

func first(response *pb.RangeResponse) *mvccpb.KeyValue {
	if kvs := response.GetKvs(); len(kvs) > 0 {
		return kvs[0]
	}
	return nil
}

// read tries until it succeeds or ctx ends: reading twice harms nobody. An
// attempt needs no time of its own: etcd ends those under way when the leader
// changes, and asks the same one again by itself.
func (s *Store) read(ctx context.Context, request *pb.RangeRequest) (*pb.RangeResponse, error) {
	for {
		err := s.awaitLeader(ctx)
		if err == nil {
			var response *pb.RangeResponse
			if response, err = s.kv.Range(ctx, request); err == nil {
				return response, nil
			}
		}
		if !isTransient(err) || s.pause(ctx) != nil {
			return nil, s.failure(err)
		}
	}
}

func notFound(id string) error {
	return &item.Error{Code: item.NotFound, Detail: "there is no item with this id", Value: id}
}
