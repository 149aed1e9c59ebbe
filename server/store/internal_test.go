package store

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	etcderrors "go.etcd.io/etcd/server/v3/etcdserver/errors"
	"go.etcd.io/etcd/server/v3/storage/wal"
	"go.uber.org/zap"
	"google.golang.org/protobuf/proto"

	"example.com/berth/contract"
	"example.com/berth/cursor"
	"example.com/berth/etag"
	"example.com/berth/item"
	"example.com/berth/peertls"
)

func TestMain(m *testing.M) {
	wal.SegmentSizeBytes = 1 << 20
	askEvery = 50 * time.Millisecond
	os.Exit(m.Run())
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

func TestReadinessIsLostOnlyAfter15SecondsWithoutARead(t *testing.T) {
	s := openPeers(t)
	s.stop()
	s.done.Wait()
	last := time.Duration(s.health.lastRead.Load())
	for since, want := range map[time.Duration]bool{14 * time.Second: true, 16 * time.Second: false} {
		s.health.opened = time.Now().Add(-last - since)
		if s.Ready() != want {
			t.Errorf("%s after the last read, Ready is %v, want %v", since, !want, want)
		}
	}
	s.health.lastRead.Store(0)
	s.health.opened = time.Now()
	if s.Ready() {
		t.Error("the store is ready before its first read")
	}
}

func TestAClosedStoreLeavesNoGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("open", func(t *testing.T) {
		s := openFaulty(t, func(kv KeyValues) KeyValues { return kv })
		for range 10 {
			if _, _, err := s.Create(t.Context(), []byte("1"), "key"); err != nil {
				t.Error(err)
			}
		}
	})
	var after int
	for range 100 {
		if after = runtime.NumGoroutine(); after <= before {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	stacks := make([]byte, 1<<20)
	t.Errorf("%d goroutines before, %d after:\n%s", before, after, stacks[:runtime.Stack(stacks, true)])
}

func TestPeersNeedACertificateOfTheSameSecretAndDomain(t *testing.T) {
	s := openPeers(t)
	address := s.etcd.Peers[0].Addr().String()
	for _, test := range []struct {
		name, secret, domain string
		maximum              uint16
		accepted             bool
	}{
		{"same secret and domain", secret, "berth-peers.test.svc", tls.VersionTLS13, true},
		{"other secret", strings.ToUpper(secret), "berth-peers.test.svc", tls.VersionTLS13, false},
		{"other domain", secret, "berth-peers.other.svc", tls.VersionTLS13, false},
		{"no certificate", "", "berth-peers.test.svc", tls.VersionTLS13, false},
		{"TLS 1.2", secret, "berth-peers.test.svc", tls.VersionTLS12, false},
	} {
		config := &tls.Config{ServerName: "berth-0.berth-peers.test.svc", RootCAs: x509.NewCertPool(), MaxVersion: test.maximum}
		trusted := prepare(t, t.TempDir(), secret, "x")
		authorities, err := os.ReadFile(trusted.Authorities)
		if err != nil || !config.RootCAs.AppendCertsFromPEM(authorities) {
			t.Fatal("no authorities", err)
		}
		if test.secret != "" {
			files := prepare(t, t.TempDir(), test.secret, "berth-1."+test.domain, test.domain)
			certificate, err := tls.LoadX509KeyPair(files.Certificate, files.Key)
			if err != nil {
				t.Fatal(err)
			}
			// As told, whether or not the server asks for that authority.
			config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &certificate, nil }
		}
		if err := handshake(address, config); (err == nil) != test.accepted {
			t.Errorf("%s: error %v, want accepted %v", test.name, err, test.accepted)
		}
	}
}

// handshake reads too: in TLS 1.3 a client learns only then that the server
// refused it.
func handshake(address string, config *tls.Config) error {
	connection, err := tls.Dial("tcp", address, config)
	if err != nil {
		return err
	}
	defer connection.Close()
	_ = connection.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	_, err = connection.Read(make([]byte, 1))
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return nil // connected, with nothing to say
	}
	return err
}

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

func TestAnAlarmOfAFullStoreIsDisarmedOnceThereIsRoom(t *testing.T) {
	s := openPeers(t)
	if _, err := s.server.Alarm(t.Context(), &pb.AlarmRequest{
		Action: pb.AlarmRequest_ACTIVATE, MemberID: uint64(s.server.MemberID()), Alarm: pb.AlarmType_NOSPACE,
	}); err != nil {
		t.Fatal(err)
	}
	_, _, err := s.Put(t.Context(), "a", []byte("1"), etag.Conditions{})
	var told *item.Error
	if !errors.As(err, &told) || told.Code != item.StoreFull {
		t.Errorf("error %v, want code %s", err, item.StoreFull)
	}
	if err := s.disarm(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Put(t.Context(), "a", []byte("1"), etag.Conditions{}); err != nil {
		t.Error(err)
	}
}

func TestAClosedStoreRefusesInsteadOfHanging(t *testing.T) {
	s := openPeers(t)
	s.etcd.Server.HardStop()
	began := time.Now()
	_, _, err := s.Put(t.Context(), "a", []byte("1"), etag.Conditions{})
	var told *item.Error
	if !errors.As(err, &told) || (told.Code != item.Unavailable && told.Code != item.OutcomeUnknown) {
		t.Errorf("error %v, want code %s or %s", err, item.Unavailable, item.OutcomeUnknown)
	}
	if took := time.Since(began); took > patience+time.Second {
		t.Errorf("it took %s", took)
	}
	select {
	case <-s.Stopped():
	default:
		t.Error("Stopped is not closed")
	}
}

func TestAFullStoreRefusesWritesAndRecoversByDeletes(t *testing.T) {
	every := spaceEvery
	spaceEvery = 50 * time.Millisecond
	t.Cleanup(func() { spaceEvery = every }) // after the store is closed
	s := openPeers(t, func(o *Options) { o.Quota = 10 << 20 })
	always := etag.Conditions{}
	large := []byte(`"` + strings.Repeat("x", 1<<20-2) + `"`)
	var err error
	stored := 0
	for ; stored < 20 && err == nil; stored++ {
		_, _, err = s.Put(t.Context(), strconv.Itoa(stored), large, always)
		time.Sleep(110 * time.Millisecond) // what is in use is counted at each commit of the database
	}
	wantCode(t, err, item.StoreFull)
	stored--
	if stored < 3 {
		t.Fatalf("only %d MiB fit in a quota of 10", stored)
	}
	if _, err := s.Get(t.Context(), "0"); err != nil {
		t.Errorf("a full store does not answer reads: %v", err)
	}
	for i := range stored {
		if err := s.Delete(t.Context(), strconv.Itoa(i), always); err != nil {
			t.Fatalf("a full store refuses deletes: %v", err)
		}
	}
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		_, _, err := s.Put(t.Context(), "again", large, always)
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("space does not come back after deletes: %v", err)
		}
	}
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

// txns is etcd with another Txn.
type txns struct {
	KeyValues
	txn func(ctx context.Context, request *pb.TxnRequest) (*pb.TxnResponse, error)
}

func (x txns) Txn(ctx context.Context, request *pb.TxnRequest) (*pb.TxnResponse, error) {
	return x.txn(ctx, request)
}

func slotCount(t *testing.T, s *Store) int64 {
	t.Helper()
	found, err := s.server.Range(t.Context(), &pb.RangeRequest{Key: []byte(slotKeys), RangeEnd: after([]byte(slotKeys)), CountOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	return found.Count
}

func TestSlotsAreUsedAgainAndExpire(t *testing.T) {
	s := openFaulty(t, func(kv KeyValues) KeyValues { return kv })
	s.slots.leases = newLeases(time.Second, time.Second)
	write := func() {
		if _, _, err := s.Put(t.Context(), "a", []byte("1"), etag.Conditions{}); err != nil {
			t.Error(err)
		}
	}
	const most = 5
	var wait sync.WaitGroup
	for range most {
		wait.Go(func() {
			for range 50 {
				write()
			}
		})
	}
	wait.Wait()
	if n := slotCount(t, s); n < 1 || n > 2*most {
		t.Errorf("there are %d slots, want at most %d for each of 2 leases", n, most)
	}
	for deadline := time.Now().Add(15 * time.Second); slotCount(t, s) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d slots did not expire", slotCount(t, s))
		}
	}
	// The process goes on with other slots.
	write()
	if n := slotCount(t, s); n != 1 {
		t.Errorf("there are %d slots, want 1", n)
	}
}

func TestAMemberAloneNeedsNoSlots(t *testing.T) {
	s := openPeers(t)
	if _, _, err := s.Put(t.Context(), "a", []byte("1"), etag.Conditions{}); err != nil {
		t.Fatal(err)
	}
	if n := slotCount(t, s); n != 0 {
		t.Errorf("there are %d slots, want none", n)
	}
}

func TestAnAttemptThatOutlivesItsSlotIsNotMade(t *testing.T) {
	var late []*pb.TxnRequest
	var delay bool
	s := openFaulty(t, func(kv KeyValues) KeyValues {
		return txns{kv, func(ctx context.Context, request *pb.TxnRequest) (*pb.TxnResponse, error) {
			if delay {
				late, delay = append(late, request), false
				return nil, etcderrors.ErrTimeout
			}
			return kv.Txn(ctx, request)
		}}
	})
	// The first is with a new slot, the second with one that was used.
	for _, document := range []string{"1", "2"} {
		delay = true
		if _, _, err := s.Put(t.Context(), "a", []byte(document), etag.Conditions{}); err != nil {
			t.Fatal(err)
		}
	}
	last, _, err := s.Put(t.Context(), "a", []byte("3"), etag.Conditions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.server.LeaseRevoke(t.Context(), &pb.LeaseRevokeRequest{ID: s.slots.lease}); err != nil {
		t.Fatal(err)
	}
	for _, request := range late {
		if response, err := s.server.Txn(t.Context(), request); err == nil && response.Succeeded {
			t.Errorf("an attempt was made after its slot expired: %v", response)
		}
	}
	if found, err := s.Get(t.Context(), "a"); err != nil || found.Revision != last {
		t.Errorf("the item is %+v, %v, want revision %d", found, err, last)
	}
	if _, _, err := s.Put(t.Context(), "a", []byte("4"), etag.Conditions{}); err != nil {
		t.Errorf("after its slots expired, a store does not write: %v", err)
	}
}

func TestAnOutcomeThatExpiredIsNotGuessed(t *testing.T) {
	var s *Store
	s = openFaulty(t, func(kv KeyValues) KeyValues {
		lost := false
		return txns{kv, func(ctx context.Context, request *pb.TxnRequest) (*pb.TxnResponse, error) {
			response, err := kv.Txn(ctx, request)
			if lost || err != nil {
				return response, err
			}
			lost = true
			if _, err := s.server.LeaseRevoke(ctx, &pb.LeaseRevokeRequest{ID: s.slots.lease}); err != nil {
				t.Error(err)
			}
			return nil, etcderrors.ErrTimeout
		}}
	})
	_, _, err := s.Put(t.Context(), "a", []byte("1"), etag.Conditions{})
	wantCode(t, err, item.OutcomeUnknown)
}

func TestAnotherLeaderEndsAnAttemptAtOnce(t *testing.T) {
	var s *Store
	var attempts []time.Time
	s = openFaulty(t, func(kv KeyValues) KeyValues {
		return txns{kv, func(ctx context.Context, request *pb.TxnRequest) (*pb.TxnResponse, error) {
			if attempts = append(attempts, time.Now()); len(attempts) > 3 {
				return kv.Txn(ctx, request)
			}
			if len(attempts) == 3 {
				s.leader.change()
			}
			<-ctx.Done()
			return nil, etcderrors.ErrCanceled
		}}
	})
	if _, _, err := s.Put(t.Context(), "a", []byte("1"), etag.Conditions{}); err != nil || len(attempts) != 4 {
		t.Fatalf("%d attempts, %v, want 4", len(attempts), err)
	}
	for i, least := range []time.Duration{firstAttempt, 2 * firstAttempt} {
		if took := attempts[i+1].Sub(attempts[i]); took < least {
			t.Errorf("attempt %d took %s, want %s", i+1, took, least)
		}
	}
	if took := attempts[3].Sub(attempts[2]); took > 2*firstAttempt {
		t.Errorf("the attempt took %s after the leader changed", took)
	}
}

func TestItemsCanBeDeletedThoughEtcdTakesNothingMore(t *testing.T) {
	s := openFaulty(t, func(kv KeyValues) KeyValues { return kv })
	for _, id := range []string{"a", "b"} {
		if _, _, err := s.Put(t.Context(), id, []byte("1"), etag.Conditions{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.server.Alarm(t.Context(), &pb.AlarmRequest{
		Action: pb.AlarmRequest_ACTIVATE, MemberID: uint64(s.server.MemberID()), Alarm: pb.AlarmType_NOSPACE,
	}); err != nil {
		t.Fatal(err)
	}
	_, _, err := s.Put(t.Context(), "a", []byte("2"), etag.Conditions{})
	wantCode(t, err, item.StoreFull)
	if err := s.Delete(t.Context(), "a", etag.Conditions{}); err != nil {
		t.Error(err)
	}
	wantCode(t, s.Delete(t.Context(), "a", etag.Conditions{}), item.NotFound)
	// Nor can there be a new lease.
	s.slots.leases.forget(s.slots.lease)
	if err := s.Delete(t.Context(), "b", etag.Conditions{}); err != nil {
		t.Error(err)
	}
}
