// Package store keeps items in an etcd member that runs inside this process.
// It is used through the server's own methods: no client port is opened.
// A write has been synced to disk by a majority when its method returns, and
// reads are linearizable.
package store

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/etcdserver"
	"go.etcd.io/etcd/server/v3/storage/wal"

	"example.com/berth/contract"
	"example.com/berth/membership"
	"example.com/berth/peerdns"
	"example.com/berth/peertls"
)

// Options say how to open a store.
type Options struct {
	// DataDirectory is the volume; the store is in "etcd" below it.
	DataDirectory string
	// Name is the member's, which in Kubernetes is the pod's.
	Name string
	// PeerDomain is the DNS domain of members. Empty runs alone: the peer
	// port is then not opened.
	PeerDomain string
	// PeerAddress is what peers are listened for on, as host:port. The
	// default is every address, at the contract's port.
	PeerAddress string
	// MembershipAddress is what members are listened for on to be asked who
	// is in the cluster; the default is as of PeerAddress.
	MembershipAddress string
	// Addresses tells where the member of a name is reached, as host:port,
	// at its peer port and at its membership port. The default is by its
	// name in PeerDomain, at the contract's ports.
	Addresses func(name string) (peer, membership string)
	// Book is where it is noted which members were met, and where. They are
	// found by it only where its resolver is the process's own. Nil notes
	// nothing.
	Book *peerdns.Book
	// Replicas is how many members the cluster is to have.
	Replicas int
	// PeerTLS are the files that members know each other by.
	PeerTLS peertls.Files
	// Quota is how many bytes the store may use; the default is
	// the contract's.
	Quota int64
	// UnreadyAfter is how long reads may fail before the store counts as not
	// ready: longer than an election takes, so that one does not turn away
	// clients from every member at once. The default is 15 s.
	UnreadyAfter time.Duration
	// Wrap may put something between requests and etcd, for tests that lose
	// answers. Nil puts nothing there.
	Wrap func(KeyValues) KeyValues
	// Log is where the store, and etcd in it, log to.
	Log *slog.Logger
}

// Store is an open store. Its methods may be called concurrently.
type Store struct {
	etcd      *embed.Etcd
	server    *etcdserver.EtcdServer
	log       *slog.Logger
	directory string
	quota     int64
	// owesComparison is true if this start was to compare the data with that of
	// others, and could not.
	owesComparison bool
	// kv is the server, or what tests wrap it in.
	kv      KeyValues
	barrier barrier
	rounds  rounds
	// wrapped is true if answers may be lost even where they never are.
	wrapped bool
	leases  leases
	slots   slots
	queue   queue

	// local answers other members by way of membership, and asks them. Both
	// are nil for a member without peers.
	local      *local
	membership *membership.Server
	// leaving is true once leadership was handed over, for good.
	leaving atomic.Bool
	// retired is until when the member is not ready because it was told so,
	// in nanoseconds since 1970; 0 is not at all.
	retired atomic.Int64

	count        count
	health       health
	unreadyAfter time.Duration
	leader       leader
	// life ends with Close, and done is what goes on until then.
	life context.Context
	stop context.CancelFunc
	done sync.WaitGroup
}

// Open starts the member. With peers it may have to wait for them, until ctx
// ends; see decide. It returns before there is a leader; Ready tells when
// requests can be served.
func Open(ctx context.Context, options Options) (*Store, error) {
	if options.Quota == 0 {
		options.Quota = contract.Get.Limits.StoreBytes
	}
	if options.UnreadyAfter == 0 {
		options.UnreadyAfter = staleAfter
	}
	if options.PeerDomain == "" {
		return openAlone(options)
	}
	p, err := newPeers(options)
	if err != nil {
		return nil, err
	}
	connect, err := options.PeerTLS.Connect(options.PeerDomain)
	if err != nil {
		return nil, err
	}
	// The first thing is to answer: others may wait to hear from this one.
	l := &local{name: options.Name, peers: p, client: membership.NewClient(connect, options.Book)}
	directory := dataDirectory(options)
	l.hasData.Store(wal.Exist(logDirectory(directory)))
	address := options.MembershipAddress
	if address == "" {
		address = everyAddress(contract.Get.Ports.Membership)
	}
	server, err := membership.Listen(address, connect, p.host, l, options.Log)
	if err != nil {
		return nil, err
	}
	o := opening{options: options, directory: directory, peers: p, local: l, log: options.Log}
	etcd, err := o.open(ctx)
	if err != nil {
		server.Close()
		return nil, err
	}
	s := newStore(etcd, options)
	s.owesComparison = o.owes
	s.local, s.membership = l, server
	s.watch()
	l.store.Store(s)
	return s, nil
}

// openAlone starts a member that has no peers, nor a port for them.
func openAlone(options Options) (*Store, error) {
	if options.Replicas > 1 {
		return nil, fmt.Errorf("%s is %d and %s is empty; allowed: 1 without a domain that members have names in",
			contract.Get.Environment.Replicas, options.Replicas, contract.Get.Environment.PeerDomain)
	}
	directory := dataDirectory(options)
	log, err := findLog(directory, options.Log)
	if err != nil {
		return nil, err
	}
	state := embed.ClusterStateFlagNew
	if log != nil {
		state = embed.ClusterStateFlagExisting
	}
	o := opening{options: options, directory: directory}
	etcd, err := o.start(state, "", false)
	if err != nil {
		return nil, err
	}
	s := newStore(etcd, options)
	s.owesComparison = o.owes
	s.watch()
	return s, nil
}

func newStore(etcd *embed.Etcd, options Options) *Store {
	s := &Store{
		etcd: etcd, server: etcd.Server, directory: dataDirectory(options), log: options.Log, quota: options.Quota, unreadyAfter: options.UnreadyAfter,
		leases: newLeases(keepMarkers, shareLease), slots: newSlots(),
		rounds: newRounds(),
	}
	s.rounds.store = s
	s.barrier.store = s
	s.kv = direct{etcd.Server, &s.barrier}
	if options.Wrap != nil {
		s.kv, s.wrapped = options.Wrap(s.kv), true
	}
	return s
}

// watch starts what goes on in the background until Close.
func (s *Store) watch() {
	ctx, cancel := context.WithCancel(context.Background())
	s.life, s.stop = ctx, cancel
	s.health.opened = time.Now()
	s.leader.change()
	s.done.Go(func() { s.watchHealth(ctx) })
	s.done.Go(func() { s.watchLeader(ctx) })
	s.done.Go(func() { s.watchSpace(ctx) })
	s.done.Go(func() { s.watchLog(ctx) })
	s.done.Go(func() { s.watchLogBlocks(ctx) })
	if s.local != nil {
		s.done.Go(func() { s.attendLeader(ctx) })
		s.done.Go(func() { s.rounds.hold(ctx) })
		s.done.Go(func() { s.keepConnected(ctx) })
	}
}

// Close ends the member. No other method may be running or called later.
func (s *Store) Close() {
	s.stop()
	s.done.Wait()
	if s.membership != nil {
		s.membership.Close()
	}
	// One that ended by itself had a reason, such as a disk that fails.
	asked := true
	select {
	case <-s.Stopped():
		asked = false
	default:
	}
	// etcd itself would try for seconds to hand leadership to members that
	// may be stopping too; see HandOver.
	s.server.HardStop()
	s.etcd.Close()
	if !asked || s.owesComparison {
		return
	}
	if err := markClosed(s.directory); err != nil {
		s.log.Warn("the next start will compare the data with that of the others", "error", err)
	}
}

// Stopped is closed when the member has ended, whether asked to or not.
func (s *Store) Stopped() <-chan struct{} { return s.server.StopNotify() }
