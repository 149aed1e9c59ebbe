package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/server/v3/lease"

	"example.com/berth/item"
)

// marker is the value of a request's key: enough to answer it once more.
// The revision is that of the marker itself, for both are written at once.
type marker struct {
	ID     string `json:"id"`
	SHA256 string `json:"sha256"`
}

// Create stores document under a new id. With an idempotencyKey that was used
// for the same document in the last 24 hours, it stores nothing, and returns
// what it returned then; for another document the error has the code
// item.IdempotencyKeyReused. Else errors are as of Put.
func (s *Store) Create(ctx context.Context, document []byte, idempotencyKey string) (id string, revision int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if id, err = item.NewID(); err != nil {
		return "", 0, err
	}
	key := itemKey(id)
	request := &pb.TxnRequest{
		Compare: []*pb.Compare{absent(key)},
		Success: []*pb.RequestOp{putOp(&pb.PutRequest{Key: key, Value: document})},
	}
	if idempotencyKey != "" {
		return s.createOnce(ctx, id, request, document, idempotencyKey)
	}
	response, err := s.commit(ctx, request)
	if err != nil {
		return "", 0, err
	}
	if !response.Succeeded {
		return "", 0, fmt.Errorf("the new id %s is in use", id)
	}
	return id, response.Header.Revision, nil
}

func (s *Store) createOnce(ctx context.Context, id string, request *pb.TxnRequest, document []byte, idempotencyKey string) (string, int64, error) {
	sum := sha256.Sum256(document)
	mark := marker{ID: id, SHA256: hex.EncodeToString(sum[:])}
	value, err := json.Marshal(mark)
	if err != nil {
		return "", 0, fmt.Errorf("writing the marker: %w", err)
	}
	put := &pb.PutRequest{Key: requestKey(idempotencyKey), Value: value}
	request.Compare = append(request.Compare, absent(put.Key))
	request.Success = append(request.Success, putOp(put))
	request.Failure = []*pb.RequestOp{readOp(&pb.RangeRequest{Key: put.Key})}

	var response *pb.TxnResponse
	for {
		if put.Lease, err = s.leases.current(ctx, s.server); err != nil {
			return "", 0, s.failure(err)
		}
		response, err = s.commit(ctx, request)
		if errors.Is(err, lease.ErrLeaseNotFound) {
			s.leases.forget(put.Lease)
			continue
		}
		if err != nil {
			return "", 0, err
		}
		break
	}
	if response.Succeeded {
		return id, response.Header.Revision, nil
	}
	found := response.Responses[0].GetResponseRange().Kvs
	if len(found) == 0 {
		return "", 0, fmt.Errorf("the new id %s is in use", id)
	}
	var earlier marker
	if err := json.Unmarshal(found[0].Value, &earlier); err != nil {
		return "", 0, fmt.Errorf("reading the marker: %w", err)
	}
	if earlier.SHA256 != mark.SHA256 {
		return "", 0, &item.Error{
			Code: item.IdempotencyKeyReused, Detail: "this Idempotency-Key was used for another document",
			Value: item.Excerpt(idempotencyKey), Allowed: "a key that was not used in the last 24 hours, or the same document as then",
			Fix: "make a new key for each request that is not sent again",
		}
	}
	return earlier.ID, found[0].ModRevision, nil
}
