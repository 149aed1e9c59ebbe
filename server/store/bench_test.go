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
