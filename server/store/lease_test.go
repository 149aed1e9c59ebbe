package store

import (
	"testing"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
)

func TestALostLeaseIsReplaced(t *testing.T) {
	s := openPeers(t)
	if _, _, err := s.Create(t.Context(), []byte("1"), "one"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.server.LeaseRevoke(t.Context(), &pb.LeaseRevokeRequest{ID: s.leases.id}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Create(t.Context(), []byte("1"), "two"); err != nil {
		t.Errorf("Create after its lease was lost: %v", err)
	}
	if found, err := s.server.LeaseTimeToLive(t.Context(), &pb.LeaseTimeToLiveRequest{ID: s.leases.id, Keys: true}); err != nil ||
		len(found.Keys) != 1 || found.TTL < int64(keepMarkers.Seconds()) {
		t.Errorf("the lease is %+v, %v, want one key for a day or more", found, err)
	}
}
