package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"

	"example.com/berth/cursor"
	"example.com/berth/etag"
	"example.com/berth/item"
)

func TestAnOldCursorExpires(t *testing.T) {
	s := openPeers(t)
	for _, id := range []string{"a", "b", "c"} {
		if _, _, err := s.Put(t.Context(), id, []byte("1"), etag.Conditions{}); err != nil {
			t.Fatal(err)
		}
	}
	page, err := s.List(t.Context(), "", 1, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Put(t.Context(), "d", []byte("1"), etag.Conditions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.server.Compact(t.Context(), &pb.CompactionRequest{Revision: s.server.KV().Rev(), Physical: true}); err != nil {
		t.Fatal(err)
	}
	future := cursor.Cursor{Revision: 1 << 40, Last: "a"}
	for name, text := range map[string]string{"compacted": page.Next, "of the future": future.Encode()} {
		_, err = s.List(t.Context(), "", 1, text)
		var told *item.Error
		if !errors.As(err, &told) || told.Code != item.CursorExpired {
			t.Errorf("%s: error %v, want code %s", name, err, item.CursorExpired)
		}
	}
}

func TestAListReadsNotMuchMoreThanAPageHolds(t *testing.T) {
	read := 0
	s := openFaulty(t, func(kv KeyValues) KeyValues { return ranges{kv, &read} })
	large := strings.Repeat("x", 256<<10)
	for i := range 500 {
		put(t, s, fmt.Sprintf("a-small-%03d", i), "1")
	}
	for i := range 160 {
		put(t, s, fmt.Sprintf("large-%03d", i), large)
	}
	for prefix, most := range map[string]int{"large": LargestPage + len(large), "": 128*len(large) + 500} {
		read = 0
		page, err := s.List(t.Context(), prefix, 1000, "")
		if err != nil || page.Next == "" {
			t.Fatalf("page of %d items, next %q, error %v", len(page.Items), page.Next, err)
		}
		if read > most {
			t.Errorf("a page of %q read %d bytes, want at most %d", prefix, read, most)
		}
	}
}

// ranges counts the bytes of documents that are read.
type ranges struct {
	KeyValues
	read *int
}

func (r ranges) Range(ctx context.Context, request *pb.RangeRequest) (*pb.RangeResponse, error) {
	response, err := r.KeyValues.Range(ctx, request)
	for _, found := range response.GetKvs() {
		*r.read += len(found.Value)
	}
	return response, err
}
