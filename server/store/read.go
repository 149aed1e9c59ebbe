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
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	found, err := s.find(ctx, id)
	if err != nil {
		return Item{}, err
	}
	if found == nil {
		return Item{}, notFound(id)
	}
	return Item{ID: id, Revision: found.ModRevision, Document: found.Value}, nil
}

// find reads an item; it is nil if there is none.
func (s *Store) find(ctx context.Context, id string) (*mvccpb.KeyValue, error) {
	response, err := s.read(ctx, &pb.RangeRequest{Key: itemKey(id)})
	if err != nil || len(response.Kvs) == 0 {
		return nil, err
	}
	return response.Kvs[0], nil
}

// read tries until it succeeds or ctx ends: reading twice harms nobody.
func (s *Store) read(ctx context.Context, request *pb.RangeRequest) (response *pb.RangeResponse, err error) {
	err = s.retry(ctx, func(ctx context.Context) (err error) {
		response, err = s.kv.Range(ctx, request)
		return err
	})
	if err != nil {
		return nil, s.failure(err)
	}
	return response, nil
}

func notFound(id string) error {
	return &item.Error{Code: item.NotFound, Detail: "there is no item with this id", Value: id}
}
