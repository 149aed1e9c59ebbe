package store

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"example.com/berth/etag"
	"example.com/berth/membership"
	"example.com/berth/peertls"
)

const testDomain = "berth-peers.test.svc"

// trial is a cluster in this process: each member has ports of its own.
type trial struct {
	t           *testing.T
	addresses   map[string][2]string
	directories [5]string
	files       [5]peertls.Files
	// change is what a test wants otherwise of each member.
	change func(*Options)
}

// newTrial lets the test run beside others of its kind, which mostly wait.
func newTrial(t *testing.T) *trial {
	t.Parallel()
	return newTrialAlone(t)
}

// newTrialAlone is for tests that change what all tests share.
func newTrialAlone(t *testing.T) *trial {
	c := &trial{t: t, addresses: map[string][2]string{}}
	for i := range c.directories {
		name := "berth-" + strconv.Itoa(i)
		c.addresses[name] = [2]string{freeAddress(t), freeAddress(t)}
		c.directories[i] = t.TempDir()
		c.files[i] = prepare(t, t.TempDir(), secret, name+"."+testDomain, testDomain, "127.0.0.1")
	}
	return c
}

// given are the addresses that tests have, in use or not.
var given sync.Map

// freeAddress is below the ports that the system takes for connections, or
// somebody who calls a member that is down could get its port.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 12000+rand.N(20000))
		if _, taken := given.LoadOrStore(address, true); taken {
			continue
		}
		if listener, err := net.Listen("tcp", address); err == nil {
			listener.Close()
			return address
		}
	}
	t.Fatal("no free port")
	return ""
}

// attempt is a member that starts.
type attempt struct {
	t      *testing.T
	name   string
	cancel context.CancelFunc
	done   chan struct{}
	store  *Store
	err    error
	once   sync.Once
}

func (c *trial) start(ordinal, replicas int) *attempt {
	ctx, cancel := context.WithCancel(context.Background())
	a := &attempt{t: c.t, name: "berth-" + strconv.Itoa(ordinal), cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(a.done)
		options := c.options(ordinal, replicas)
		if c.change != nil {
			c.change(&options)
		}
		a.store, a.err = Open(ctx, options)
	}()
	c.t.Cleanup(a.stop)
	return a
}

func (c *trial) options(ordinal, replicas int) Options {
	name := "berth-" + strconv.Itoa(ordinal)
	at := c.addresses[name]
	return Options{
		DataDirectory: c.directories[ordinal], Name: name, PeerDomain: testDomain,
		PeerAddress: at[0], MembershipAddress: at[1], Replicas: replicas, PeerTLS: c.files[ordinal],
		Addresses: func(name string) (string, string) { return c.addresses[name][0], c.addresses[name][1] },
		Log:       slog.New(slog.NewTextHandler(c.t.Output(), &slog.HandlerOptions{Level: logLevel})).With("member", name),
	}
}

// logLevel is lowered by hand when a test is looked into.
const logLevel = slog.LevelError + 4

// ready waits until the member serves.
func (a *attempt) ready() *Store {
	a.t.Helper()
	deadline := time.After(30 * time.Second)
	select {
	case <-a.done:
	case <-deadline:
		a.t.Fatalf("%s has not started after 30 s", a.name)
	}
	if a.err != nil {
		a.t.Fatalf("%s: %v", a.name, a.err)
	}
	for !a.store.Ready() {
		select {
		case <-deadline:
			a.t.Fatalf("%s is not ready after 30 s", a.name)
		case <-time.After(5 * time.Millisecond):
		}
	}
	return a.store
}

// waits checks that the member does not start.
func (a *attempt) waits(d time.Duration) {
	a.t.Helper()
	select {
	case <-a.done:
		a.t.Fatalf("%s has started, %v; want it to wait", a.name, a.err)
	case <-time.After(d):
	}
}

func (a *attempt) stop() {
	a.once.Do(func() {
		a.cancel()
		<-a.done
		if a.store != nil {
			a.store.Close()
		}
	})
}

// startAll starts members, and waits for all.
func (c *trial) startAll(replicas int, ordinals ...int) map[int]*attempt {
	c.t.Helper()
	all := map[int]*attempt{}
	for _, ordinal := range ordinals {
		all[ordinal] = c.start(ordinal, replicas)
	}
	for _, a := range all {
		a.ready()
	}
	return all
}

func stopAll(all map[int]*attempt) {
	var wait sync.WaitGroup
	for _, a := range all {
		wait.Go(a.stop)
	}
	wait.Wait()
}

func (c *trial) empty(ordinal int) {
	c.t.Helper()
	if err := os.RemoveAll(dataDirectory(Options{DataDirectory: c.directories[ordinal]})); err != nil {
		c.t.Fatal(err)
	}
}

func put(t *testing.T, s *Store, id, document string) {
	t.Helper()
	if _, _, err := s.Put(t.Context(), id, []byte(document), etag.Conditions{}); err != nil {
		t.Fatalf("Put(%s): %v", id, err)
	}
}

// wantItems reads from a member what was written by way of others.
func wantItems(t *testing.T, s *Store, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if found, err := s.Get(t.Context(), id); err != nil || string(found.Document) != id {
			t.Errorf("%s: Get(%s) = %q, %v", s.local.name, id, found.Document, err)
		}
	}
}

// wantVoters checks that the cluster of s is n voters.
func wantVoters(t *testing.T, s *Store, n int) {
	t.Helper()
	status := s.local.Status(t.Context())
	learners := 0
	for _, member := range status.Members {
		if member.Learner {
			learners++
		}
	}
	if !status.Current || len(status.Members) != n || learners > 0 {
		t.Errorf("%s knows %+v, want %d voters", s.local.name, status, n)
	}
}

func TestMembersThatStartAtOnceFormOneCluster(t *testing.T) {
	c := newTrial(t)
	all := c.startAll(3, 2, 1, 0)
	put(t, all[2].store, "a", "a")
	for _, a := range all {
		wantItems(t, a.store, "a")
		wantVoters(t, a.store, 3)
		if a.store.server.Cluster().ID() != all[0].store.server.Cluster().ID() {
			t.Errorf("%s is in another cluster", a.name)
		}
	}
	stats, err := all[0].store.Stats(t.Context())
	if err != nil || stats.Members != 3 || stats.Learners != 0 {
		t.Errorf("Stats = %+v, %v, want 3 members", stats, err)
	}

	stopAll(all)
	all = c.startAll(3, 0, 1, 2)
	for _, a := range all {
		wantItems(t, a.store, "a")
	}
}

func TestAClusterGrowsFrom1To3To5AndKeepsItsItems(t *testing.T) {
	c := newTrial(t)
	first := c.start(0, 1).ready()
	put(t, first, "a", "a")
	all := c.startAll(3, 1, 2)
	put(t, all[1].store, "b", "b")
	wantVoters(t, all[2].store, 3)
	more := c.startAll(5, 3, 4)
	wantItems(t, more[3].store, "a", "b")
	put(t, more[4].store, "c", "c")
	wantItems(t, first, "a", "b", "c")
	wantVoters(t, first, 5)
}

func TestAMemberThatLostItsVolumeComesBack(t *testing.T) {
	c := newTrial(t)
	all := c.startAll(3, 0, 1, 2)
	for _, lost := range []int{2, 0} {
		id := "before-" + strconv.Itoa(lost)
		put(t, all[lost].store, id, id)
		all[lost].stop()
		c.empty(lost)
		all[lost] = c.start(lost, 3)
		wantItems(t, all[lost].ready(), id)
		wantVoters(t, all[lost].store, 3)
	}
}

func TestOrdinal0WithAnEmptyVolumeWaitsForTheOthersThatHaveTheData(t *testing.T) {
	c := newTrial(t)
	all := c.startAll(3, 0, 1, 2)
	put(t, all[0].store, "a", "a")
	stopAll(all)
	c.empty(0)
	zero := c.start(0, 3)
	zero.waits(300 * time.Millisecond)
	one := c.start(1, 3)
	zero.waits(300 * time.Millisecond)
	zero.stop()
	// Being told that there is only one member is no reason either.
	zero = c.start(0, 1)
	zero.waits(300 * time.Millisecond)
	two := c.start(2, 3)
	for _, a := range []*attempt{zero, one, two} {
		wantItems(t, a.ready(), "a")
	}
	wantVoters(t, zero.store, 3)
}

func TestAMemberThatWasToldToLeaveStaysAwayAndThenBeginsAfresh(t *testing.T) {
	c := newTrial(t)
	all := c.startAll(3, 0, 1, 2)
	put(t, all[0].store, "a", "a")
	client := all[0].store.client
	if err := client.Leave(t.Context(), c.addresses["berth-2"][1], "berth-2"); err == nil {
		t.Error("a member takes itself off the list")
	}
	if err := client.Leave(t.Context(), c.addresses["berth-0"][1], "other"); err == nil {
		t.Error("a member that there cannot be is taken off the list")
	}
	at := c.addresses["berth-0"][1]
	all[1].stop()
	if err := client.Leave(t.Context(), at, "berth-2"); err == nil {
		t.Fatal("a member is taken off the list that a majority needs")
	}
	all[1] = c.start(1, 3)
	all[1].ready()
	administrator, err := NewAdministrator(c.options(0, 3))
	if err != nil {
		t.Fatal(err)
	}
	if err := administrator.Dismiss(t.Context(), "berth-2"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-all[2].store.Stopped():
	case <-time.After(10 * time.Second):
		t.Fatal("a member that is not on the list any more goes on")
	}
	all[2].stop()
	wantVoters(t, all[1].store, 2)

	again := c.start(2, 3)
	again.waits(time.Second)
	if _, err := os.Stat(dataDirectory(Options{DataDirectory: c.directories[2]}) + "/member"); !os.IsNotExist(err) {
		t.Errorf("what the member had is still there, %v", err)
	}
	put(t, all[0].store, "b", "b")
	if err := administrator.Readmit(t.Context(), "berth-2"); err != nil {
		t.Error(err)
	}
	wantItems(t, again.ready(), "a", "b")
	wantVoters(t, all[0].store, 3)
}

func TestARetiredMemberServesOnUnreadyAndDoesNotLead(t *testing.T) {
	c := newTrial(t)
	all := c.startAll(3, 0, 1, 2)
	leader := leaderOf(all)
	administrator, err := NewAdministrator(c.options((leader+1)%3, 3))
	if err != nil {
		t.Fatal(err)
	}
	s, name := all[leader].store, all[leader].name
	ready := func() (names []string) {
		members, err := administrator.Members(t.Context())
		if err != nil || len(members) != 3 {
			t.Fatalf("Members = %+v, %v, want 3", members, err)
		}
		for _, member := range members {
			if member.Ready && member.Voter {
				names = append(names, member.Name)
			}
		}
		return names
	}
	if got := ready(); len(got) != 3 {
		t.Errorf("ready are %v, want all", got)
	}
	if err := administrator.Retire(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if s.Ready() || slices.Contains(ready(), name) {
		t.Error("it is still ready")
	}
	if s.server.Lead() == uint64(s.server.MemberID()) {
		t.Error("it still leads")
	}
	put(t, s, "a", "a")
	// It was told for some time, in case that nobody tells it anything more.
	s.retired.Store(time.Now().UnixNano())
	if !s.Ready() {
		t.Error("it is unready for longer than it was told to")
	}
	if err := administrator.Retire(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if err := administrator.Readmit(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if got := ready(); len(got) != 3 {
		t.Errorf("ready are %v, want all again", got)
	}
	if err := administrator.Retire(t.Context(), "other-0"); err == nil {
		t.Error("a member that there cannot be is told to retire")
	}
}

func TestAVolumeOfAnotherClusterIsLeftAsItIs(t *testing.T) {
	c := newTrial(t)
	all := c.startAll(3, 0, 1, 2)
	put(t, all[0].store, "a", "a")
	stopAll(all)
	c.empty(0)
	// Nobody answers, and it was told that it is alone: it cannot know.
	zero := c.start(0, 1).ready()
	put(t, zero, "other", "other")
	one, two := c.start(1, 3), c.start(2, 3)
	one.waits(300 * time.Millisecond)
	two.waits(time.Millisecond)
	if _, err := os.Stat(dataDirectory(Options{DataDirectory: c.directories[1]}) + "/member/wal"); err != nil {
		t.Error(err)
	}
}

func TestLeadershipIsHandedOverBeforeTheLeaderStops(t *testing.T) {
	c := newTrial(t)
	all := c.startAll(3, 0, 1, 2)
	leader := leaderOf(all)
	next := 0
	if leader == 0 {
		next = 1
	}
	all[leader].store.HandOver(t.Context())
	if got, want := all[leader].store.server.Lead(), uint64(all[next].store.server.MemberID()); got != want {
		t.Errorf("the leader is %x, want the lowest other ordinal, %x", got, want)
	}
	if all[leader].store.local.Status(t.Context()).Ready {
		t.Error("a member that leaves offers itself as leader")
	}
	put(t, all[leader].store, "still", "still")
	go all[leader].stop()
	for i := range 20 {
		put(t, all[3-leader-next].store, "after", strconv.Itoa(i))
	}
}

func TestAMemberIsLetInUnderItsOwnNameOnly(t *testing.T) {
	c := newTrial(t)
	s := c.start(0, 1).ready()
	at := c.addresses["berth-0"][1]
	if _, err := s.client.Join(t.Context(), at, "berth-1"); err == nil {
		t.Error("berth-0 is let in as berth-1")
	}
	for name, files := range map[string]peertls.Files{
		"another installation": prepare(t, t.TempDir(), secret, "berth-1.other.svc", "other.svc", "127.0.0.1"),
		"another secret":       prepare(t, t.TempDir(), secret+"x", "berth-1."+testDomain, testDomain, "127.0.0.1"),
	} {
		config, err := files.Connect(testDomain)
		if err != nil {
			t.Fatal(err)
		}
		// Such a client trusts whom it calls: it is the member that must not.
		config.InsecureSkipVerify = true
		config.VerifyConnection = nil
		client := membership.NewClient(config)
		if answers := client.Ask(t.Context(), map[int]string{0: at}); len(answers) > 0 {
			t.Errorf("a member of %s is told %+v", name, answers)
		}
		if _, err := client.Join(t.Context(), at, "berth-1"); err == nil {
			t.Errorf("a member of %s is let in", name)
		}
	}
	wantVoters(t, s, 1)
}
