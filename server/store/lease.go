package store

import (
	"context"
	"sync"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/server/v3/etcdserver"
)

const (
	// keepMarkers is how long a marker lasts at the least.
	keepMarkers = 24 * time.Hour
	// shareLease is how long one lease is given to new markers. A lease for
	// each would cost a write and a timer each.
	shareLease = time.Hour
)

// leases hands out the lease that new markers expire with.
type leases struct {
	mutex   sync.Mutex
	id      int64
	granted time.Time
}

// current is a lease that lasts at least keepMarkers.
func (l *leases) current(ctx context.Context, server *etcdserver.EtcdServer) (int64, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.id != 0 && time.Since(l.granted) < shareLease {
		return l.id, nil
	}
	granted := time.Now()
	response, err := server.LeaseGrant(ctx, &pb.LeaseGrantRequest{TTL: int64((keepMarkers + shareLease).Seconds())})
	if err != nil {
		return 0, err
	}
	l.id, l.granted = response.ID, granted
	return l.id, nil
}

// forget makes current grant another lease than id.
func (l *leases) forget(id int64) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.id == id {
		l.id = 0
	}
}
