package store

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"example.com/berth/etag"
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
