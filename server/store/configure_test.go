package store

import (
	"fmt"
	"log/slog"
	"testing"

	"example.com/berth/contract"
)

func TestPeersAreListenedForAtTheContractsPortInKubernetesOnly(t *testing.T) {
	c, err := configure(Options{Name: "berth-0", PeerDomain: "berth-peers.test.svc", Log: slog.New(slog.DiscardHandler)}, t.TempDir(), true)
	want := fmt.Sprintf("0.0.0.0:%d", contract.Get.Ports.Peer.Number)
	if err != nil || len(c.ListenPeerUrls) != 1 || c.ListenPeerUrls[0].Host != want || c.ListenPeerUrls[0].Scheme != "https" {
		t.Errorf("peers are listened for on %v, %v, want %s", c.ListenPeerUrls, err, want)
	}
	if c.UnsafeNoFsync || c.ForceNewCluster {
		t.Error("the store is configured to lose data")
	}
	c, err = configure(Options{Name: "berth-0", Log: slog.New(slog.DiscardHandler)}, t.TempDir(), true)
	if err != nil || len(c.ListenPeerUrls) != 0 || len(c.ListenClientUrls) != 0 {
		t.Errorf("alone, peers are listened for on %v, %v", c.ListenPeerUrls, err)
	}
}
