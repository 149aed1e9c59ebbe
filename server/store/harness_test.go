package store

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/server/v3/etcdserver"
	"go.etcd.io/etcd/server/v3/storage/wal"
	"go.etcd.io/raft/v3"

	"example.com/berth/item"
	"example.com/berth/peertls"
)

func TestMain(m *testing.M) {
	wal.SegmentSizeBytes = 1 << 20
	askEvery, firstAskAfter = 50*time.Millisecond, 0
	raftStatus = statusWithin
	os.Exit(m.Run())
}

// statusWithin asks the Raft of one of the members in this process, where
// etcd's variables tell only of the last.
func statusWithin(server *etcdserver.EtcdServer) (raft.Status, bool) {
	node := reflect.ValueOf(server).Elem().FieldByName("r").FieldByName("Node")
	return (*(*raft.Node)(node.Addr().UnsafePointer())).Status(), true
}

const secret = "0123456789abcdef0123456789abcdef"

func prepare(t testing.TB, directory, secret string, hosts ...string) peertls.Files {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	files, err := peertls.Prepare(peertls.Options{Directory: directory, SecretFile: file, Hosts: hosts, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// openPeers opens a store as it is in Kubernetes, but on a port of its own.
func openPeers(t testing.TB, change ...func(*Options)) *Store {
	t.Helper()
	directory := t.TempDir()
	options := Options{
		DataDirectory: directory, Name: "berth-0", PeerDomain: "berth-peers.test.svc", PeerAddress: "127.0.0.1:0", MembershipAddress: "127.0.0.1:0", Replicas: 1,
		PeerTLS: prepare(t, directory, secret, "berth-0.berth-peers.test.svc", "berth-peers.test.svc"),
		Log:     slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})),
	}
	for _, c := range change {
		c(&options)
	}
	s, err := Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	for !s.Ready() {
		time.Sleep(time.Millisecond)
	}
	return s
}

func wantCode(t *testing.T, err error, want item.Code) {
	t.Helper()
	var told *item.Error
	if !errors.As(err, &told) || told.Code != want {
		t.Errorf("error is %v, want one with code %s", err, want)
	}
}

// openFaulty is a store that uses slots although it is alone.
func openFaulty(t *testing.T, kv func(KeyValues) KeyValues) *Store {
	t.Helper()
	return openPeers(t, func(o *Options) { o.Wrap = kv })
}

// isGroup tells the transaction of a group from one about its slot.
func isGroup(request *pb.TxnRequest) bool {
	return request.Success[len(request.Success)-1].GetRequestTxn() != nil
}

// txns is etcd with another Txn.
type txns struct {
	KeyValues
	txn func(ctx context.Context, request *pb.TxnRequest) (*pb.TxnResponse, error)
}

func (x txns) Txn(ctx context.Context, request *pb.TxnRequest) (*pb.TxnResponse, error) {
	return x.txn(ctx, request)
}

// raiseAlarm has a member tell all that it has no space left, as etcd does.
func raiseAlarm(t *testing.T, s *Store) {
	t.Helper()
	if _, err := s.server.Alarm(t.Context(), &pb.AlarmRequest{
		Action: pb.AlarmRequest_ACTIVATE, MemberID: uint64(s.server.MemberID()), Alarm: pb.AlarmType_NOSPACE,
	}); err != nil {
		t.Fatal(err)
	}
}
