package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"example.com/berth/api"
	"example.com/berth/contract"
	"example.com/berth/peerdns"
	"example.com/berth/peertls"
	"example.com/berth/settings"
	"example.com/berth/store"
	"example.com/berth/tokens"
)

const (
	// headerTimeout is how long a client may take to send the header.
	headerTimeout = 10 * time.Second
	// largestHeader is in bytes; net/http allows some more.
	largestHeader = 16 << 10
	// lingerTimeout is how long handlers may take to notice that the
	// connections of their clients were closed.
	lingerTimeout = 2 * time.Second
	// longestDrain is how long the server serves on at the most, while requests
	// come, unless it is asked for more; ten times as long as it is asked for,
	// if that is less.
	longestDrain = 10 * time.Second
	// handOverTimeout is how long another member may take to become leader;
	// if none does, the others elect one when this one is gone.
	handOverTimeout = 4 * time.Second
)

// serve runs the server until a signal, or until it fails. The order matters:
// listen first, so that the process counts as alive while the store opens;
// hand leadership over before the last requests, which then find the new
// leader; close the store last, when nobody can use it any more.
func serve(ctx context.Context, s settings.Settings, log *slog.Logger, signals <-chan os.Signal) error {
	began := time.Now()
	listener, err := listen(s.HTTPAddress)
	if err != nil {
		return fmt.Errorf("listening for HTTP: %w", err)
	}
	options := api.Options{Log: log, Member: s.PodName, Version: version}
	if s.TokensFile != "" {
		options.Tokens = tokens.Open(s.TokensFile, log)
	}
	handler := api.New(options)
	// Requests end when this does: only when the time to finish is over.
	requests, cut := context.WithCancel(ctx)
	defer cut()
	server := newHTTPServer(handler, log, requests)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	log.Info("listening", "address", listener.Addr().String(), "version", version)
	opened := make(chan opening, 1)
	go func() {
		st, err := openStore(requests, s, log)
		opened <- opening{st, err}
	}()

	var st *store.Store
	select {
	case o := <-opened:
		if o.err != nil {
			refuse(server, handler, cut)
			return o.err
		}
		st = o.store
	case <-signals:
		// A member that has not started is as if it had been killed.
		log.Info("told to stop while starting")
		refuse(server, handler, cut)
		return nil
	case err := <-served:
		return fmt.Errorf("serving HTTP: %w", err)
	}
	handler.Serve(st)
	go logReady(requests, st, log, began)

	var failure error
	select {
	case sig := <-signals:
		log.Info("told to stop", "signal", sig.String(), "drainDelay", s.DrainDelay.String())
		handler.Drain()
		if !drain(handler, s.DrainDelay, signals, st.Stopped()) {
			log.Warn("stopping although requests still come: whatever routes them has not let go of this member")
		}
		handOver(st)
	case <-st.Stopped():
		failure = errors.New("the store ended by itself")
	case err := <-served:
		failure = fmt.Errorf("serving HTTP: %w", err)
	}
	handler.Drain()
	failure = errors.Join(failure, shutDown(server, handler, cut, s.ShutdownTimeout))
	st.Close()
	log.Info("the store is closed", "drained", failure == nil)
	return failure
}

// refuse ends a server whose store is not open: requests that wait for it are
// told to try again elsewhere.
func refuse(server *http.Server, handler *api.Handler, cut context.CancelFunc) {
	handler.Drain()
	cut()
	// Whoever has not sent a whole request by then was promised nothing.
	_ = shutDown(server, handler, cut, lingerTimeout)
}

// drain serves on until no request has come for as long as delay, so that one
// that is let go of late is left alone until it is. quiet is false if they
// never ended. A second signal ends it, as does the end of the store.
func drain(handler *api.Handler, delay time.Duration, signals <-chan os.Signal, stopped <-chan struct{}) (quiet bool) {
	deadline := time.Now().Add(max(delay, min(10*delay, longestDrain)))
	for wait := delay; ; {
		select {
		case <-time.After(wait):
		case <-signals:
			return true
		case <-stopped:
			return true
		}
		wait = delay - time.Since(handler.LastRequest())
		left := time.Until(deadline)
		switch {
		case wait <= 0:
			return true
		case left <= 0:
			return false
		}
		wait = min(wait, left)
	}
}

type opening struct {
	store *store.Store
	err   error
}

func newHTTPServer(handler http.Handler, log *slog.Logger, requests context.Context) *http.Server {
	limits := contract.Get.Limits
	whole := time.Duration(limits.RequestSeconds) * time.Second
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       whole,
		// To read, to wait for a leader, and to write a first piece; long
		// answers extend it as they go.
		WriteTimeout:   3 * whole,
		IdleTimeout:    time.Duration(limits.IdleSeconds) * time.Second,
		MaxHeaderBytes: largestHeader,
		BaseContext:    func(net.Listener) context.Context { return requests },
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// certificates is the directory of the member's own, made at each start.
func certificates(s settings.Settings) string { return filepath.Join(s.DataDirectory, "tls") }

func handOver(st *store.Store) {
	ctx, cancel := context.WithTimeout(context.Background(), handOverTimeout)
	defer cancel()
	st.HandOver(ctx)
}

func openStore(ctx context.Context, s settings.Settings, log *slog.Logger) (*store.Store, error) {
	hosts := []string{s.PodName, "localhost"}
	var book *peerdns.Book
	if s.PeerDomain != "" {
		book = peerdns.New(s.PeerDomain)
		// etcd cannot be given a resolver: it looks members up with the process's own.
		net.DefaultResolver = book.Resolver()
		// The domain alone is what members know their own kind by.
		hosts = []string{s.PodName + "." + s.PeerDomain, s.PeerDomain, s.PodName}
	}
	files, err := peertls.Prepare(peertls.Options{
		Directory:  certificates(s),
		SecretFile: s.PeerSecretFile,
		Alone:      s.Replicas == 1,
		Hosts:      hosts,
		Log:        log,
	})
	if errors.Is(err, peertls.ErrNoSecret) {
		return nil, fmt.Errorf("%w; %s", err, howToMakeTheSecret(s.PeerDomain))
	}
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, store.Options{
		DataDirectory: s.DataDirectory,
		Name:          s.PodName,
		PeerDomain:    s.PeerDomain,
		Book:          book,
		Replicas:      s.Replicas,
		PeerTLS:       files,
		UnreadyAfter:  s.UnreadyAfter,
		Quota:         s.StoreBytes,
		Log:           log,
	})
}

// howToMakeTheSecret is for a person who made one member into several.
func howToMakeTheSecret(peerDomain string) string {
	namespace := contract.Get.Name
	if labels := strings.Split(peerDomain, "."); len(labels) > 1 {
		namespace = labels[1]
	}
	secret := contract.Get.PeerSecret
	return fmt.Sprintf(`make it with: kubectl create secret generic %s --namespace %s --from-literal=%s="$(openssl rand -hex 32)", and then delete the pods, so that all start with it`,
		secret.Secret, namespace, secret.Key)
}

func logReady(ctx context.Context, st *store.Store, log *slog.Logger, began time.Time) {
	for !st.Ready() {
		select {
		case <-ctx.Done():
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
	log.Info("ready", "took", time.Since(began).Round(time.Millisecond).String())
}

// shutDown stops listening and waits for requests under way. The error says
// that some had to be cut off.
func shutDown(server *http.Server, handler *api.Handler, cut context.CancelFunc, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	err := server.Shutdown(ctx)
	if err == nil {
		return nil
	}
	left := handler.UnderWay()
	cut()
	server.Close()
	// The store must not be closed under a handler.
	for deadline := time.Now().Add(lingerTimeout); handler.UnderWay() > 0 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	return fmt.Errorf("%d requests were cut off after %s: %w", left, timeout, err)
}
