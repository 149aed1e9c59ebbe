// Package load drives a store with clients that each have a connection of
// their own and one request at a time, and measures how it answers.
package load

import (
	"context"
	"fmt"
	"strings"
)

// Client is one client of a store.
type Client interface {
	// Write stores document under key, and returns when it is durable.
	Write(ctx context.Context, key string, document []byte) error
	// Read reads what key has now, linearizably.
	Read(ctx context.Context, key string) error
	Close() error
}

// Dial makes a client that is to talk to address, which is host:port. Protocol
// is "rest" or "etcd"; token is for the former, empty for none.
func Dial(protocol, address, token string) (Client, error) {
	switch protocol {
	case "rest":
		return newREST(address, token), nil
	case "etcd":
		return newEtcd(address)
	default:
		return nil, fmt.Errorf("the protocol is %q; allowed: rest, etcd", protocol)
	}
}

// Key is the name of item number n.
func Key(n int) string { return fmt.Sprintf("item-%07d", n) }

// Document is JSON text of size bytes, at least 8.
func Document(size int) []byte {
	const around = `{"v":""}`
	return []byte(`{"v":"` + strings.Repeat("x", max(size-len(around), 0)) + `"}`)
}
