// Command front-door passes TCP connections on to several nodes in turn, as a
// load balancer in front of them does.
//
//	front-door -listen 127.0.0.1:80,127.0.0.1:8080 -announce FILE NODE:80 NODE:80 ...
//
// It listens on the first address that is free and writes that address to FILE.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// A node on this machine answers within a millisecond or is down.
	patience = 300 * time.Millisecond
	// A node that took no connection this many times in a row, at this
	// distance, is gone, and so is whatever was under way there: clients hear
	// of it instead of waiting.
	checkEvery = 500 * time.Millisecond
	checks     = 4
)

func main() {
	listen := flag.String("listen", "", "addresses to try, separated by commas")
	announce := flag.String("announce", "", "file that receives the address taken")
	flag.Parse()
	listener, err := listenFirst(strings.Split(*listen, ","))
	if err != nil {
		log.Fatal(err)
	}
	// Renamed into place: a reader never sees half an address.
	if err := os.WriteFile(*announce+".new", []byte(listener.Addr().String()), 0o644); err != nil {
		log.Fatal(err)
	}
	if err := os.Rename(*announce+".new", *announce); err != nil {
		log.Fatal(err)
	}
	d := newDoor(flag.Args())
	for {
		client, err := listener.Accept()
		if err != nil {
			log.Print(err) // Out of file descriptors, or a client that left early: neither is a reason to end.
			time.Sleep(10 * time.Millisecond)
			continue
		}
		go d.pass(client.(*net.TCPConn))
	}
}

func listenFirst(addresses []string) (net.Listener, error) {
	var err error
	for _, address := range addresses {
		var listener net.Listener
		if listener, err = net.Listen("tcp", address); err == nil {
			return listener, nil
		}
	}
	return nil, fmt.Errorf("none of %s is free: %w", strings.Join(addresses, ", "), err)
}

// door is the nodes, and which of them is next.
type door struct {
	nodes []*node
	next  atomic.Uint32
}

// node is one way in, with the connections that go through it.
type node struct {
	address string
	down    atomic.Bool
	mutex   sync.Mutex
	open    map[*net.TCPConn]bool
}

func newDoor(addresses []string) *door {
	d := &door{}
	for _, address := range addresses {
		n := &node{address: address, open: map[*net.TCPConn]bool{}}
		d.nodes = append(d.nodes, n)
		go n.watch()
	}
	return d
}

// watch finds out whether the node is there.
func (n *node) watch() {
	for failed := 0; ; time.Sleep(checkEvery) {
		conn, err := net.DialTimeout("tcp", n.address, patience)
		if err == nil {
			conn.Close()
			failed = 0
			n.down.Store(false)
			continue
		}
		failed++
		// One that refuses is there, and has ended its connections itself.
		n.down.Store(errors.Is(err, syscall.ECONNREFUSED) || failed >= checks)
		if failed >= checks && !errors.Is(err, syscall.ECONNREFUSED) {
			n.cut()
		}
	}
}

func (n *node) cut() {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	for conn := range n.open {
		// Without a word that will not arrive.
		_ = conn.SetLinger(0)
		conn.Close()
	}
}

func (n *node) keep(conn *net.TCPConn, open bool) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if open {
		n.open[conn] = true
	} else {
		delete(n.open, conn)
	}
}

// pass connects a client with the next node that answers; nodes that are
// known to be down are asked last.
func (d *door) pass(client *net.TCPConn) {
	defer client.Close()
	first := int(d.next.Add(1))
	for _, down := range []bool{false, true} {
		for i := range d.nodes {
			n := d.nodes[(first+i)%len(d.nodes)]
			if n.down.Load() != down {
				continue
			}
			server, err := net.DialTimeout("tcp", n.address, patience)
			if err != nil {
				continue
			}
			defer server.Close()
			n.keep(server.(*net.TCPConn), true)
			defer n.keep(server.(*net.TCPConn), false)
			var both sync.WaitGroup
			both.Go(func() { copyAndClose(server.(*net.TCPConn), client) })
			both.Go(func() { copyAndClose(client, server.(*net.TCPConn)) })
			both.Wait()
			return
		}
	}
	log.Print("no node answers")
}

// copyAndClose passes the end of the stream on as well: the other direction may still have something to say.
func copyAndClose(to, from *net.TCPConn) {
	_, _ = io.Copy(to, from)
	_ = to.CloseWrite()
}
