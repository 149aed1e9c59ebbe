// Package api is the HTTP interface: a file for each endpoint.
package api

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"example.com/berth/contract"
	"example.com/berth/item"
	"example.com/berth/store"
	"example.com/berth/tokens"
)

// Handler answers every request. It can serve before there is a store, so
// that the process counts as alive while a large store is being opened.
type Handler struct {
	log *slog.Logger
	// always are the fields that every answer begins with; none is changed.
	always   http.Header
	tokens   *tokens.File
	metrics  *metrics
	store    atomic.Pointer[store.Store]
	serving  chan struct{} // closed once there is a store
	draining atomic.Bool
	underWay atomic.Int64
	// last is when a request for items came last, in nanoseconds since 1970.
	last atomic.Int64

	exact map[string]*route
	one   *route
}

// Options say how to make a Handler.
type Options struct {
	Log *slog.Logger
	// Member is the name that answers carry. Empty means none.
	Member string
	// Tokens are those that requests for items need. Nil means none.
	Tokens *tokens.File
	// Version is the build's, for monitoring.
	Version string
}

// New makes a Handler without a store.
func New(options Options) *Handler {
	h := &Handler{log: options.Log, always: http.Header{}, tokens: options.Tokens, serving: make(chan struct{})}
	h.always.Set("X-Content-Type-Options", "nosniff")
	h.always.Set("Cache-Control", "no-store")
	if options.Member != "" {
		h.always.Set(contract.Get.Headers.Member, options.Member)
	}
	h.metrics = newMetrics(options.Version, h.store.Load)
	h.routes()
	return h
}

// Serve gives the handler its store, once.
func (h *Handler) Serve(s *store.Store) {
	h.store.Store(s)
	close(h.serving)
}

// Drain makes the server count as not ready from now on, and asks clients to
// open no more requests on the connections they have. Requests are answered
// as before.
func (h *Handler) Drain() { h.draining.Store(true) }

// UnderWay is how many requests are being answered.
func (h *Handler) UnderWay() int64 { return h.underWay.Load() }

// LastRequest is when a request for items came last: from clients, as probes
// and scrapes are not for items.
func (h *Handler) LastRequest() time.Time { return time.Unix(0, h.last.Load()) }

// endpoint answers a request. id is empty but for an item's. An error means
// that nothing was written yet.
type endpoint func(w http.ResponseWriter, r *http.Request, id string) error

// route is a path and what its methods do.
type route struct {
	// name is the path as monitoring knows it.
	name    string
	methods map[string]endpoint
	// allow lists the methods, for the header of that name.
	allow string
}

func (h *Handler) routes() {
	paths := contract.Get.Paths
	h.exact = map[string]*route{
		paths.Live:    newRoute(paths.Live, "GET", h.live),
		paths.Ready:   newRoute(paths.Ready, "GET", h.ready),
		paths.Metrics: newRoute(paths.Metrics, "GET", h.metrics.serve),
		paths.OpenAPI: newRoute(paths.OpenAPI, "GET", h.openAPI),
		paths.Items:   newRoute(paths.Items, "GET", h.list, "POST", h.post),
	}
	h.one = newRoute(paths.Items+"/{id}", "GET", h.get, "PUT", h.put, "PATCH", h.patch, "DELETE", h.delete)
}

// newRoute takes pairs of a method and its endpoint. HEAD is as GET: net/http
// leaves out the body.
func newRoute(name string, pairs ...any) *route {
	r := &route{name: name, methods: map[string]endpoint{}}
	var allow []string
	for i := 0; i < len(pairs); i += 2 {
		method, serve := pairs[i].(string), pairs[i+1].(func(http.ResponseWriter, *http.Request, string) error)
		r.methods[method] = serve
		allow = append(allow, method)
		if method == http.MethodGet {
			r.methods[http.MethodHead] = serve
			allow = append(allow, http.MethodHead)
		}
	}
	r.allow = strings.Join(allow, ", ")
	return r
}

// find is the route of a path, and the id in it. It is nil for none.
func (h *Handler) find(path string) (*route, string) {
	if r, ok := h.exact[path]; ok {
		return r, ""
	}
	if id, ok := strings.CutPrefix(path, contract.Get.Paths.Items+"/"); ok {
		return h.one, id
	}
	return nil, ""
}

func (h *Handler) ServeHTTP(writer http.ResponseWriter, r *http.Request) {
	h.underWay.Add(1)
	defer h.underWay.Add(-1)
	began := time.Now()
	w := &recorder{ResponseWriter: writer}
	route, id := h.find(r.URL.Path)
	defer func() {
		if cause := recover(); cause != nil {
			if cause == http.ErrAbortHandler { //nolint:errorlint // it is passed as it is
				panic(cause)
			}
			h.log.Error("a request panicked", "method", r.Method, "path", r.URL.Path, "panic", cause, "stack", stack())
			h.fail(w, r, errors.New("panic"))
		}
		h.observe(w, r, route, began)
	}()

	maps.Copy(w.Header(), h.always)
	if h.draining.Load() {
		w.Header().Set("Connection", "close")
	}
	if err := h.dispatch(w, r, route, id); err != nil {
		h.fail(w, r, err)
	}
}

func (h *Handler) dispatch(w http.ResponseWriter, r *http.Request, route *route, id string) error {
	if isGuarded(r.URL.Path) {
		h.last.Store(time.Now().UnixNano())
		if err := h.authorize(w, r); err != nil {
			return err
		}
	}
	if route == nil {
		return &item.Error{
			Code: item.NotFound, Detail: "there is nothing at this path",
			Value: item.Excerpt(r.URL.Path), Allowed: strings.Join(h.paths(), ", "),
		}
	}
	serve, ok := route.methods[r.Method]
	if !ok {
		w.Header().Set("Allow", route.allow)
		return &item.Error{
			Code: item.MethodNotAllowed, Detail: "this path does not have this method",
			Value: item.Excerpt(r.Method), Allowed: route.allow,
		}
	}
	if h.store.Load() == nil {
		// To wait for the store and to be tried is one time, not two.
		ctx, cancel := context.WithTimeout(r.Context(), openPatience)
		defer cancel()
		r = r.WithContext(ctx)
	}
	return serve(w, r, id)
}

func (h *Handler) observe(w *recorder, r *http.Request, route *route, began time.Time) {
	name := "other"
	if route != nil {
		name = route.name
	}
	took := time.Since(began)
	h.metrics.observe(name, r.Method, w.status(), took)
	if h.log.Enabled(r.Context(), slog.LevelDebug) {
		h.log.LogAttrs(r.Context(), slog.LevelDebug, "request",
			slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", w.status()),
			slog.Duration("took", took), slog.String("remote", r.RemoteAddr))
	}
}

// openPatience is how long a request takes at most that comes before the store
// is open. A server that was killed and started again is sent requests for a
// moment, as whatever routes has not heard yet that it was away.
var openPatience = 10 * time.Second

// opened is the store, or the error of a server that is still starting when
// ctx ends.
func (h *Handler) opened(ctx context.Context) (*store.Store, error) {
	if s := h.store.Load(); s != nil {
		return s, nil
	}
	select {
	case <-h.serving:
		return h.store.Load(), nil
	case <-ctx.Done():
		return nil, &item.Error{Code: item.Unavailable, Detail: "the store is still being opened", Fix: "try again"}
	}
}
