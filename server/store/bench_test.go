package store

import (
	"bytes"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
)

// BenchmarkAWriteMadeOnce tells what it costs that a write can be tried again.
func BenchmarkAWriteMadeOnce(b *testing.B) {
	s := openPeers(b)
	s.wrapped = true // or no slots would be used
	document := bytes.Repeat([]byte("1"), 256)
	for _, writers := range []int{16, 64, 256} {
		for _, guarded := range []bool{false, true} {
			b.Run(fmt.Sprintf("writers=%d/guarded=%v", writers, guarded), func(b *testing.B) {
				var n atomic.Int64
				b.SetParallelism(writers / 2)
				b.RunParallel(func(p *testing.PB) {
					for p.Next() {
						key := itemKey("b-" + strconv.FormatInt(n.Add(1)%10000, 10))
						w := writeOf(key, putOp(&pb.PutRequest{Key: key, Value: document}))
						var err error
						if guarded {
							_, err = s.tryOnce(b.Context(), w)
						} else {
							_, err = s.withoutSlot(b.Context(), w)
						}
						if err != nil {
							b.Error(err)
						}
					}
				})
			})
		}
	}
}
