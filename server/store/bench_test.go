package store

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
)

// BenchmarkAWriteMadeOnce tells what it costs that a write can be tried again.
func BenchmarkAWriteMadeOnce(b *testing.B) {
	s := openPeers(b)
	document := bytes.Repeat([]byte("1"), 256)
	for _, writers := range []int{16, 64, 256} {
		for _, guarded := range []bool{false, true} {
			b.Run(fmt.Sprintf("writers=%d/guarded=%v", writers, guarded), func(b *testing.B) {
				s.wrapped = guarded // or no slots would be used
				ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
				defer cancel()
				var n atomic.Int64
				b.SetParallelism(writers / 2)
				b.RunParallel(func(p *testing.PB) {
					for p.Next() {
						key := itemKey("b-" + strconv.FormatInt(n.Add(1)%10000, 10))
						w := writeOf(key, putOp(&pb.PutRequest{Key: key, Value: document}))
						if _, err := s.once(ctx, w); err != nil {
							b.Error(err)
						}
					}
				})
			})
		}
	}
}

// BenchmarkCountingItems tells for how long counting the items holds up
// writes; see countPause.
func BenchmarkCountingItems(b *testing.B) {
	s := openPeers(b)
	there := 0
	for _, items := range []int{1_000, 10_000, 100_000} {
		for there < items {
			var puts []*pb.RequestOp
			for range 100 {
				puts = append(puts, putOp(&pb.PutRequest{Key: itemKey(fmt.Sprintf("counted-%06d", there)), Value: []byte("1")}))
				there++
			}
			if _, err := s.server.Txn(b.Context(), &pb.TxnRequest{Success: puts}); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(fmt.Sprintf("items=%d", items), func(b *testing.B) {
			for b.Loop() {
				if found, err := s.countItems(b.Context()); err != nil || found != int64(items) {
					b.Fatalf("%d items, error %v; want %d", found, err, items)
				}
			}
		})
	}
}
