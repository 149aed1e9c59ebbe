package store

import (
	"context"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/server/v3/etcdserver"
	"go.etcd.io/etcd/server/v3/etcdserver/txn"
	"go.etcd.io/etcd/server/v3/storage/mvcc"
)

// KeyValues is what requests need of etcd.
type KeyValues interface {
	Range(ctx context.Context, request *pb.RangeRequest) (*pb.RangeResponse, error)
	Txn(ctx context.Context, request *pb.TxnRequest) (*pb.TxnResponse, error)
}

// direct is etcd's server, whose own Range spends more on spans, traces and
// rights, none of which there are here, than on reading.
type direct struct {
	*etcdserver.EtcdServer
	barrier *barrier
}

// Range does not count what there is beyond the request's limit. A leader that
// changes ends it with an error.
func (d direct) Range(ctx context.Context, request *pb.RangeRequest) (*pb.RangeResponse, error) {
	if !request.Serializable {
		if err := d.barrier.await(ctx); err != nil {
			return nil, err
		}
	}
	if request.RangeEnd == nil && !request.KeysOnly && !request.CountOnly {
		// A single value is there at once: nothing that ctx could end.
		found, err := d.KV().Range(context.Background(), request.Key, nil, mvcc.RangeOptions{Rev: request.Revision})
		if err != nil {
			return nil, err
		}
		return &pb.RangeResponse{Header: &pb.ResponseHeader{Revision: found.Rev}, Kvs: found.KVs, Count: int64(found.Count)}, nil
	}
	response, _, err := txn.Range(ctx, d.Logger(), d.KV(), request, false)
	return response, err
}
