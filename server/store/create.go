package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"

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
	w := write{
		item:    key,
		compare: []*pb.Compare{absent(key)},
		change:  []*pb.RequestOp{putOp(&pb.PutRequest{Key: key, Value: document})},
		look:    &pb.RangeRequest{Key: key, CountOnly: true},
	}
	if idempotencyKey != "" {
		return s.createOnce(ctx, id, w, document, idempotencyKey)
	}
	result, err := s.once(ctx, w)
	if err != nil {
		return "", 0, err
	}
	if !result.made {
		return "", 0, fmt.Errorf("the new id %s is in use", id)
	}
	return id, result.revision, nil
}

// createOnce has two markers: its slot, for the attempts at this request, and
// that of the Idempotency-Key, for this request and others.
func (s *Store) createOnce(ctx context.Context, id string, w write, document []byte, idempotencyKey string) (string, int64, error) {
	sum := sha256.Sum256(document)
	mark := marker{ID: id, SHA256: hex.EncodeToString(sum[:])}
	value, err := json.Marshal(mark)
	if err != nil {
		return "", 0, fmt.Errorf("writing the marker: %w", err)
	}
	put := &pb.PutRequest{Key: requestKey(idempotencyKey), Value: value}
	w.compare = append(w.compare, absent(put.Key))
	w.change = append(w.change, putOp(put))
	w.marker = put
	w.look = &pb.RangeRequest{Key: put.Key}

	result, err := s.once(ctx, w)
	if err != nil {
		return "", 0, err
	}
	if result.made {
		return id, result.revision, nil
	}
	if result.found == nil {
		return "", 0, fmt.Errorf("the new id %s is in use", id)
	}
	var earlier marker
	if err := json.Unmarshal(result.found.Value, &earlier); err != nil {
		return "", 0, fmt.Errorf("reading the marker: %w", err)
	}
	if earlier.SHA256 != mark.SHA256 {
		return "", 0, &item.Error{
			Code: item.IdempotencyKeyReused, Detail: "this Idempotency-Key was used for another document",
			Value: item.Excerpt(idempotencyKey), Allowed: "a key that was not used in the last 24 hours, or the same document as then",
			Fix: "make a new key for each request that is not sent again",
		}
	}
	return earlier.ID, result.found.ModRevision, nil
}
