// Command load drives a store with clients and prints what it measured, as
// JSON in one line.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"berth/bench/load"
)

type options struct {
	protocol, addresses, token, operation, watch string
	clients, keys, bytes, fill                   int
	warm, measure                                time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.protocol, "protocol", "rest", "rest or etcd")
	flag.StringVar(&o.addresses, "addresses", "127.0.0.1:8080", "host:port of each member, separated by commas; clients take them in turn")
	flag.StringVar(&o.token, "token", "", "bearer token")
	flag.StringVar(&o.operation, "operation", "read", "read, write, fill, which writes each of the items once, or ready, which waits for a first write at each address")
	flag.StringVar(&o.watch, "watch", "", "numbers of the processes whose use of CPU and memory is told, separated by commas")
	flag.IntVar(&o.clients, "clients", 16, "clients, each with a connection and one request at a time")
	flag.IntVar(&o.keys, "keys", 10_000, "items there are")
	flag.IntVar(&o.fill, "from", 0, "with fill, the number of the first item")
	flag.IntVar(&o.bytes, "bytes", 256, "size of a document")
	flag.DurationVar(&o.warm, "warm", time.Second, "how long requests are not counted")
	flag.DurationVar(&o.measure, "measure", 5*time.Second, "how long they are")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// report is the result, and what was used meanwhile.
type report struct {
	load.Result
	// DriverCPU and ServerCPU are in seconds of CPU, while requests counted.
	DriverCPU float64 `json:"driverCPU"`
	ServerCPU float64 `json:"serverCPU"`
	// ServerRSS is in bytes, at the end.
	ServerRSS int64 `json:"serverRSS"`
}

func run(ctx context.Context, o options) error {
	processes, err := numbers(o.watch)
	if err != nil {
		return err
	}
	clients, err := dial(o)
	if err != nil {
		return err
	}
	defer func() {
		for _, client := range clients {
			client.Close()
		}
	}()
	switch o.operation {
	case "fill":
		return load.Fill(ctx, clients, o.fill, o.keys, o.bytes)
	case "ready":
		return load.Ready(ctx, clients, o.bytes)
	}
	var r report
	var failures []error
	me := []int{os.Getpid()}
	usage := func(processes []int) load.Usage {
		u, err := load.UsageOf(processes)
		failures = append(failures, err)
		return u
	}
	var driver, server load.Usage
	r.Result = load.Run(ctx, clients, load.Plan{
		Write: o.operation == "write", Keys: o.keys, Bytes: o.bytes, Warm: o.warm, Measure: o.measure,
		Began: func() { driver, server = usage(me), usage(processes) },
		Ended: func() {
			driverNow, serverNow := usage(me), usage(processes)
			r.DriverCPU, r.ServerCPU, r.ServerRSS = driverNow.CPU-driver.CPU, serverNow.CPU-server.CPU, serverNow.RSS
		},
	})
	if err := errors.Join(append(failures, ctx.Err())...); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

func dial(o options) ([]load.Client, error) {
	switch {
	case o.clients < 1:
		return nil, fmt.Errorf("there are %d clients; allowed: at least 1", o.clients)
	case !slices.Contains([]string{"read", "write", "fill", "ready"}, o.operation):
		return nil, fmt.Errorf("the operation is %q; allowed: read, write, fill, ready", o.operation)
	}
	addresses := strings.Split(o.addresses, ",")
	clients := make([]load.Client, o.clients)
	for i := range clients {
		client, err := load.Dial(o.protocol, addresses[i%len(addresses)], o.token)
		if err != nil {
			return nil, err
		}
		clients[i] = client
	}
	return clients, nil
}

func numbers(text string) (result []int, err error) {
	for field := range strings.SplitSeq(text, ",") {
		if field == "" {
			continue
		}
		n, err := strconv.Atoi(field)
		if err != nil {
			return nil, fmt.Errorf("-watch has %q; allowed: numbers of processes", field)
		}
		result = append(result, n)
	}
	return result, nil
}
