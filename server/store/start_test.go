package store

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/server/v3/storage/wal"
	"go.uber.org/zap"
	"google.golang.org/protobuf/proto"

	"example.com/berth/etag"
)

func TestAMemberIsKnownByItsDNSNameFromTheStart(t *testing.T) {
	s := openPeers(t)
	members := s.server.Cluster().Members()
	if len(members) != 1 || members[0].Name != "berth-0" || len(members[0].PeerURLs) != 1 ||
		members[0].PeerURLs[0] != "https://berth-0.berth-peers.test.svc:2380" {
		t.Errorf("members are %+v", members)
	}
	if len(members[0].ClientURLs) != 0 || len(s.etcd.Clients) != 0 {
		t.Errorf("clients can connect to %v, %v; want nowhere", members[0].ClientURLs, s.etcd.Clients)
	}
}

func TestAFirstStartThatWasInterruptedIsMadeAgain(t *testing.T) {
	interrupted := func(t *testing.T) (directory string, log *wal.WAL) {
		directory = t.TempDir()
		if err := os.MkdirAll(filepath.Join(directory, "etcd", "member", "snap"), 0o700); err != nil {
			t.Fatal(err)
		}
		// What etcd does first, and before it says who the members are.
		metadata, err := proto.Marshal(&pb.Metadata{NodeID: new(uint64(1)), ClusterID: new(uint64(2))})
		if err != nil {
			t.Fatal(err)
		}
		log, err = wal.Create(zap.NewNop(), filepath.Join(directory, "etcd", "member", "wal"), metadata)
		if err != nil {
			t.Fatal(err)
		}
		return directory, log
	}
	directory, log := interrupted(t)
	if has, err := findLog(filepath.Join(directory, "etcd"), slog.New(slog.DiscardHandler)); has == nil || err != nil {
		t.Errorf("the log that another process holds counts as %v, %v, want it to be left alone", has, err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	s := openPeers(t, func(o *Options) { o.DataDirectory = directory })
	if _, _, err := s.Put(t.Context(), "a", []byte("1"), etag.Conditions{}); err != nil {
		t.Error(err)
	}
	for range 2 {
		if has, err := findLog(filepath.Join(directory, "etcd"), slog.New(slog.DiscardHandler)); has == nil || err != nil {
			t.Fatalf("a log with a write counts as %v, %v", has, err)
		}
	}
}

func TestADirectoryMayHaveAnyName(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "data[1]*")
	if err := os.Mkdir(directory, 0o700); err != nil {
		t.Fatal(err)
	}
	for n, want := range []string{"", "1"} {
		s, err := Open(t.Context(), Options{DataDirectory: directory, Name: "berth-0", Replicas: 1, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatalf("start %d: %v", n+1, err)
		}
		if got, err := s.Get(t.Context(), "a"); want != "" && (err != nil || string(got.Document) != want) {
			t.Errorf("after another start it is %+v, %v", got, err)
		}
		put(t, s, "a", "1")
		s.Close()
	}
}
