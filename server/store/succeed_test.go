package store

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// wire passes connections on to one address until it is cut.
type wire struct {
	listener net.Listener
	mutex    sync.Mutex
	open     []net.Conn
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: listener}
	t.Cleanup(w.cut)
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			onward, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", to)
			if err != nil {
				from.Close()
				continue
			}
			w.mutex.Lock()
			w.open = append(w.open, from, onward)
			w.mutex.Unlock()
			go func() { _, _ = io.Copy(from, onward); from.Close() }()
			go func() { _, _ = io.Copy(onward, from); onward.Close() }()
		}
	}()
	return w
}

// cut does what the system does for a process that is killed.
func (w *wire) cut() {
	w.listener.Close()
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, connection := range w.open {
		connection.Close()
	}
}

// The leader of this test goes on and is heard of in time, so that no election
// timeout can be what begins the election. Where both others stand at once, as
// the machine is slow, it may win itself; one that died could not.
func TestALeaderWhoseConnectionsEndAsOfAProcessThatDiedIsSucceededAtOnce(t *testing.T) {
	c, logged := newTrial(t), &messages{}
	wires := map[string]*wire{}
	for name, at := range c.addresses {
		wires[name] = newWire(t, at[1])
	}
	c.change = func(o *Options) {
		o.Log = logged.logger()
		o.Addresses = func(name string) (string, string) {
			return c.addresses[name][0], wires[name].listener.Addr().String()
		}
	}
	all := c.startAll(3, 0, 1, 2)
	put(t, all[0].store, "a", "a")
	leader, term := all[0].store.server.Lead(), all[0].store.server.Term()
	for _, a := range all {
		if uint64(a.store.server.MemberID()) == leader {
			eventually(t, a.name, func() error {
				if n := logged.count("attending the leader\" at=" + wires[a.name].listener.Addr().String()); n < len(all)-1 {
					return fmt.Errorf("is attended by %d", n)
				}
				return nil
			})
			wires[a.name].cut()
		}
	}
	for _, a := range all {
		eventually(t, a.name, func() error {
			stood := logged.count("standing for election")
			again := stood > 1 && a.store.server.Term() > term
			if now := a.store.server.Lead(); now == 0 || now == leader && !again {
				return fmt.Errorf("knows of no other leader, of %d that stood", stood)
			}
			return nil
		})
	}
	if logged.count("standing for election") == 0 {
		t.Error("nobody stood for election")
	}
	put(t, all[1].store, "b", "b")
	for _, a := range all {
		wantItems(t, a.store, "a", "b")
	}
}

func TestALeaderThatIsReachedStaysLeaderThoughAConnectionEnds(t *testing.T) {
	c := newTrial(t)
	all := c.startAll(3, 0, 1, 2)
	leader := all[0].store.server.Lead()
	term := all[0].store.server.Term()
	for _, a := range all {
		if uint64(a.store.server.MemberID()) == leader {
			continue
		}
		_, address, _ := a.store.otherLeader()
		if !a.store.local.client.Reaches(t.Context(), address) {
			t.Errorf("%s does not reach the leader", a.name)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		if a.store.local.client.Attend(ctx, address, func() {}) {
			t.Errorf("%s takes the leader for dead", a.name)
		}
		cancel()
	}
	if now := all[1].store.server.Term(); now != term {
		t.Errorf("the term is %d, was %d", now, term)
	}
}
