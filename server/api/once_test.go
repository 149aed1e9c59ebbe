package api

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/berth/store/storetest"
)

// newFaultyFixture serves a store of its own, with faults.
func newFaultyFixture(t *testing.T) (*fixture, *storetest.Faults) {
	t.Helper()
	f := serveHandler(t, New(Options{Log: discard(), Version: "test"}), 5*time.Second)
	s, faults := storetest.OpenFaulty(t)
	f.useStore(s)
	return f, faults
}

func TestALostAnswerIsGivenAsItWouldHaveBeen(t *testing.T) {
	f, faults := newFaultyFixture(t)
	lost := func(a func() answer, status int) answer {
		t.Helper()
		faults.Next(storetest.LoseAnswer, storetest.Delay, storetest.LoseAnswer)
		defer faults.Release(t)
		return f.want(a(), status)
	}
	created := lost(func() answer { return f.put("x", `{"n":1}`, "If-None-Match", "*") }, 201)
	if now := f.get("/v1/items/x"); now.Header.Get("ETag") != created.Header.Get("ETag") {
		t.Errorf("PUT answers with ETag %s, and GET with %s", created.Header.Get("ETag"), now.Header.Get("ETag"))
	}
	replaced := lost(func() answer { return f.put("x", `{"n":2}`, "If-Match", created.Header.Get("ETag")) }, 200)
	patched := lost(func() answer { return f.patch("x", `{"m":3}`, "If-Match", replaced.Header.Get("ETag")) }, 200)
	if patched.body != `{"n":2,"m":3}` {
		t.Errorf("PATCH answers %s", patched.body)
	}
	posted := lost(func() answer { return f.post("1") }, 201)
	f.want(f.get(posted.Header.Get("Location")), 200)
	first := lost(func() answer { return f.post("1", "Idempotency-Key", "k") }, 201)
	if again := lost(func() answer { return f.post("1", "Idempotency-Key", "k") }, 201); again.body != first.body {
		t.Errorf("POST with the same key answers %s and %s", first.body, again.body)
	}
	lost(func() answer { return f.do("DELETE", "/v1/items/x", "", "If-Match", patched.Header.Get("ETag")) }, 204)
	lost(func() answer { return f.do("DELETE", "/v1/items/x", "") }, 404)
	lost(func() answer { return f.put("x", "1") }, 201)
	lost(func() answer { return f.put("x", "1") }, 200)
	lost(func() answer { return f.do("DELETE", "/v1/items/x", "") }, 204)
}

func TestAfterTenSecondsThereIsAnAnswerInAnyCase(t *testing.T) {
	if testing.Short() {
		t.Skip("takes ten seconds")
	}
	f, faults := newFaultyFixture(t)
	f.want(f.put("x", "{}"), 201)
	faults.Choose(func() storetest.Fault { return storetest.Drop })
	mute, muted := newFaultyFixture(t)
	muted.FailReads(1 << 30)
	var wait sync.WaitGroup
	try := func(name string, request func() answer, detail string) {
		wait.Go(func() {
			began := time.Now()
			a := request()
			took := time.Since(began)
			if a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") != retryAfter || !strings.Contains(a.body, problemType+detail) {
				t.Errorf("%s answers %d %s, Retry-After %q, want 503 %s", name, a.StatusCode, a.body, a.Header.Get("Retry-After"), detail)
			}
			if took < 9*time.Second || took > 15*time.Second {
				t.Errorf("%s took %s, want 10 s", name, took)
			}
		})
	}
	try("PUT", func() answer { return f.put("x", "2") }, "outcome-unknown")
	try("POST", func() answer { return f.post("2", "Idempotency-Key", "k") }, "outcome-unknown")
	try("PATCH", func() answer { return f.patch("x", `{"a":1}`) }, "outcome-unknown")
	try("DELETE", func() answer { return f.do("DELETE", "/v1/items/x", "") }, "outcome-unknown")
	try("GET", func() answer { return mute.get("/v1/items/x") }, "unavailable")
	try("a list", func() answer { return mute.get("/v1/items") }, "unavailable")
	wait.Wait()
	faults.Next()
	f.want(f.put("x", "3"), 200)
}
