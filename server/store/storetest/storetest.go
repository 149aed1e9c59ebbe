// Package storetest opens stores for tests.
package storetest

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/etcd/server/v3/storage/wal"

	"example.com/berth/peertls"
	"example.com/berth/store"
)

func init() {
	// etcd sets aside this much on disk for each store, twice.
	wal.SegmentSizeBytes = 1 << 20
}

// Open opens a store in a directory of its own, waits until it is ready, and
// closes it with the test.
func Open(tb testing.TB) *store.Store {
	tb.Helper()
	s := OpenWith(tb, Options(tb, tb.TempDir()))
	tb.Cleanup(s.Close)
	return s
}

// Options are those of a member on its own.
func Options(tb testing.TB, directory string) store.Options {
	tb.Helper()
	log := slog.New(slog.NewTextHandler(tb.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	files, err := peertls.Prepare(peertls.Options{
		Directory: filepath.Join(directory, "tls"), Alone: true, Hosts: []string{"berth-0", "localhost"}, Log: log,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return store.Options{DataDirectory: directory, Name: "berth-0", Replicas: 1, PeerTLS: files, Log: log}
}

// OpenWith opens a store and waits until it is ready. The caller closes it.
func OpenWith(tb testing.TB, options store.Options) *store.Store {
	tb.Helper()
	s, err := store.Open(tb.Context(), options)
	if err != nil {
		tb.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); !s.Ready(); {
		if time.Now().After(deadline) {
			s.Close()
			tb.Fatal("the store is not ready after 20 s")
		}
		time.Sleep(time.Millisecond)
	}
	return s
}
