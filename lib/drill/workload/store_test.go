package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// item is one state of an item.
type item struct {
	revision int64
	document json.RawMessage
}

// wrong says what a store does that it must not. Each is asked for each
// request, and is false for a good store.
type wrong struct {
	// stale reads from the state of some time ago.
	stale func() bool
	// drop acknowledges a write and does not make it.
	drop func() bool
	// twice makes a write again, some time after it was answered.
	twice func() bool
	// torn reads a list item by item, with others writing in between.
	torn func() bool
	// lie makes a write, and says that nothing was changed.
	lie func() bool
	// cut makes a write and closes the connection, which is allowed.
	cut func() bool
	// syncEvery is how long an acknowledged write is in memory only; 0 is
	// that it is on disk first.
	syncEvery time.Duration
}

// store answers as the server does. It is for what the server itself cannot
// be made to do wrong.
type store struct {
	wrong
	mutex    sync.Mutex
	items    map[string]item
	revision int64
	// made holds answers by Idempotency-Key.
	made map[string]stored
	// disk is what is left after a kill; before is the state of some time ago.
	disk, before map[string]item
}

type stored struct {
	ID   string `json:"id"`
	ETag string `json:"etag"`
}

func never() bool { return false }

// serve starts a store; w has only what is wrong with it.
func serve(t *testing.T, w wrong) (*store, *httptest.Server) {
	t.Helper()
	for _, f := range []*func() bool{&w.stale, &w.drop, &w.twice, &w.torn, &w.lie, &w.cut} {
		if *f == nil {
			*f = never
		}
	}
	s := &store{wrong: w, items: map[string]item{}, disk: map[string]item{}, made: map[string]stored{}}
	server := httptest.NewServer(s)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(cmp.Or(w.syncEvery, 20*time.Millisecond)):
			}
			s.mutex.Lock()
			s.disk, s.before = maps.Clone(s.items), maps.Clone(s.items)
			s.mutex.Unlock()
		}
	}()
	t.Cleanup(func() {
		close(done)
		server.Close()
	})
	return s, server
}

// kill ends the process and starts another: what was not synced is gone.
func (s *store) kill() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.syncEvery > 0 {
		s.items = maps.Clone(s.disk)
	}
}

func (s *store) killEvery(ctx context.Context, every time.Duration) {
	for ctx.Err() == nil {
		time.Sleep(every)
		s.kill()
	}
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Berth-Member", "berth-0")
	body, _ := io.ReadAll(r.Body)
	id := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/v1/items"), "/")
	switch {
	case r.Method == "GET" && id == "":
		s.list(w, r)
	case r.Method == "GET":
		s.get(w, r, id)
	default:
		s.write(w, r, id, body)
	}
}

func (s *store) get(w http.ResponseWriter, r *http.Request, id string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	from := s.items
	if s.stale() {
		from = s.before
	}
	found, exists := from[id]
	switch tag := tagOf(found.revision); {
	case !exists:
		w.WriteHeader(404)
	case r.Header.Get("If-None-Match") == tag:
		w.WriteHeader(304)
	default:
		w.Header().Set("ETag", tag)
		_, _ = w.Write(found.document)
	}
}

// list keeps no state for cursors: they hold the items that are left.
func (s *store) list(w http.ResponseWriter, r *http.Request) {
	type shown struct {
		ID       string          `json:"id"`
		ETag     string          `json:"etag"`
		Document json.RawMessage `json:"document"`
	}
	items := []shown{}
	query := r.URL.Query()
	if cursor := query.Get("cursor"); cursor != "" {
		_ = json.Unmarshal([]byte(cursor), &items)
	} else {
		s.mutex.Lock()
		for _, id := range slices.Sorted(maps.Keys(s.items)) {
			if !strings.HasPrefix(id, query.Get("prefix")) {
				continue
			}
			if s.torn() {
				s.mutex.Unlock()
				time.Sleep(2 * time.Millisecond)
				s.mutex.Lock()
			}
			if found, exists := s.items[id]; exists {
				items = append(items, shown{id, tagOf(found.revision), found.document})
			}
		}
		s.mutex.Unlock()
	}
	answer := map[string]any{"items": items}
	if limit, _ := strconv.Atoi(query.Get("limit")); len(items) > limit {
		rest, _ := json.Marshal(items[limit:])
		answer["items"], answer["next"] = items[:limit], string(rest)
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (s *store) write(w http.ResponseWriter, r *http.Request, id string, body []byte) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	key := r.Header.Get("Idempotency-Key")
	if before, again := s.made[key]; again {
		respond(w, 201, before)
		return
	}
	if r.Method == "POST" {
		id = fmt.Sprintf("posted-%d", s.revision+1)
	}
	found, exists := s.items[id]
	match, none := r.Header.Get("If-Match"), r.Header.Get("If-None-Match")
	switch {
	case !exists && (r.Method == "DELETE" || r.Method == "PATCH"):
		w.WriteHeader(404)
		return
	case match != "" && (!exists || match != tagOf(found.revision)), none == "*" && exists:
		w.WriteHeader(412)
		return
	}
	s.revision++
	answer := stored{id, tagOf(s.revision)}
	if !s.drop() {
		s.apply(r.Method, id, body)
		if key != "" {
			s.made[key] = answer
		}
	}
	if s.twice() {
		time.AfterFunc(3*time.Millisecond, func() {
			s.mutex.Lock()
			defer s.mutex.Unlock()
			s.revision++
			s.apply(r.Method, id, body)
		})
	}
	switch {
	case s.lie():
		w.WriteHeader(503)
		fmt.Fprint(w, `{"type":"tag:example.com:unavailable"}`)
	case s.cut():
		panic(http.ErrAbortHandler)
	case r.Method == "DELETE":
		w.WriteHeader(204)
	case r.Method == "PATCH" || exists:
		respond(w, 200, answer)
	default:
		respond(w, 201, answer)
	}
}

func (s *store) apply(method, id string, body []byte) {
	if method == "DELETE" {
		delete(s.items, id)
		return
	}
	s.items[id] = item{s.revision, body}
}

func respond(w http.ResponseWriter, status int, answer stored) {
	w.Header().Set("ETag", answer.ETag)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

func tagOf(revision int64) string { return strconv.Quote(strconv.FormatInt(revision, 10)) }
