package store

import (
	"errors"
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
