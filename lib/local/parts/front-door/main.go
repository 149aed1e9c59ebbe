// Command front-door passes TCP connections on to the first of several nodes that answers.
//
//	front-door -listen 127.0.0.1:80,127.0.0.1:8080 -announce FILE NODE:80 NODE:80 ...
//
// It listens on the first address that is free and writes that address to FILE.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strings"
	"sync"
	"time"
)

// A node on this machine answers within a millisecond or is down.
const patience = 300 * time.Millisecond

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
	for {
		client, err := listener.Accept()
		if err != nil {
			log.Print(err) // Out of file descriptors, or a client that left early: neither is a reason to end.
			time.Sleep(10 * time.Millisecond)
			continue
		}
		go pass(client.(*net.TCPConn), flag.Args())
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

func pass(client *net.TCPConn, nodes []string) {
	defer client.Close()
	for _, node := range nodes {
		server, err := net.DialTimeout("tcp", node, patience)
		if err != nil {
			continue
		}
		defer server.Close()
		var both sync.WaitGroup
		both.Go(func() { copyAndClose(server.(*net.TCPConn), client) })
		both.Go(func() { copyAndClose(client, server.(*net.TCPConn)) })
		both.Wait()
		return
	}
	log.Printf("no node answers: %s", strings.Join(nodes, ", "))
}

// copyAndClose passes the end of the stream on as well: the other direction may still have something to say.
func copyAndClose(to, from *net.TCPConn) {
	_, _ = io.Copy(to, from)
	_ = to.CloseWrite()
}
