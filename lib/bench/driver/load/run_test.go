package load

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// memory is a store that does what it is told.
type memory struct {
	mutex sync.Mutex
	items map[string]int
	// fail says which requests fail, counted from 1.
	fail func(n int) bool
	n    int
}

func (m *memory) Write(_ context.Context, key string, document []byte) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.n++
	if m.fail != nil && m.fail(m.n) {
		return errors.New("refused")
	}
	m.items[key] += len(document)
	return nil
}

func (m *memory) Read(context.Context, string) error {
	return m.Write(context.Background(), "read", nil)
}
func (m *memory) Close() error { return nil }

func clients(m *memory, n int) []Client {
	m.items = map[string]int{}
	result := make([]Client, n)
	for i := range result {
		result[i] = m
	}
	return result
}

func plan() Plan {
	return Plan{
		Write: true, Keys: 10, Bytes: 256, Warm: time.Millisecond, Measure: 50 * time.Millisecond,
		Began: func() {}, Ended: func() {},
	}
}

func TestRequestsThatFailAreCountedApart(t *testing.T) {
	m := &memory{fail: func(n int) bool { return n%2 == 0 }}
	r := Run(t.Context(), clients(m, 4), plan())
	if r.Requests == 0 || r.Failed == 0 || r.Error != "refused" {
		t.Errorf("the result is %+v, want some requests, some failures and why", r)
	}
	if r.Requests+r.Failed > m.n {
		t.Errorf("%d requests and %d failures were counted of %d made", r.Requests, r.Failed, m.n)
	}
}

func TestRequestsBeforeAndAfterTheMeasurementAreNotCounted(t *testing.T) {
	m := &memory{}
	p := plan()
	var began, ended int
	count := func(n *int) func() {
		return func() {
			m.mutex.Lock()
			defer m.mutex.Unlock()
			*n = m.n
		}
	}
	p.Warm, p.Began, p.Ended = 20*time.Millisecond, count(&began), count(&ended)
	c := clients(m, 2)
	r := Run(t.Context(), c, p)
	// One request of each client may be under way at either end.
	if most := m.n - began + len(c); began == 0 || r.Requests > most {
		t.Errorf("%d requests were counted, %d were made before and %d in all", r.Requests, began, m.n)
	}
}

func TestQuantilesAreOfTimesThatWereSeen(t *testing.T) {
	var w worker
	for n := range 100 {
		w.took = append(w.took, time.Duration(100-n)*time.Millisecond)
	}
	r := summarize([]worker{w}, 2*time.Second)
	if r.Rate != 50 || r.P50 != 51 || r.P99 != 100 || r.Most != 100 {
		t.Errorf("the result is %+v", r)
	}
	if none := summarize(make([]worker, 3), time.Second); none.Requests != 0 || none.P99 != 0 {
		t.Errorf("without requests the result is %+v", none)
	}
}

func TestFillWritesEachItemOnce(t *testing.T) {
	m := &memory{}
	if err := Fill(t.Context(), clients(m, 8), 10, 110, 256); err != nil || len(m.items) != 100 || m.n != 100 {
		t.Errorf("%d items in %d writes, %v, want 100 in 100", len(m.items), m.n, err)
	}
	if m.items[Key(10)] != 256 {
		t.Errorf("an item has %d bytes, want 256", m.items[Key(10)])
	}
	m = &memory{fail: func(n int) bool { return n == 50 }}
	if err := Fill(t.Context(), clients(m, 8), 0, 100, 256); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("a write that failed gives %v", err)
	}
}

func TestAServerIsReadyWithItsFirstWrite(t *testing.T) {
	m := &memory{fail: func(n int) bool { return n < 4 }}
	if err := Ready(t.Context(), clients(m, 1), 256); err != nil || m.n != 4 {
		t.Errorf("after %d writes: %v, want success with the fourth", m.n, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	m = &memory{fail: func(int) bool { return true }}
	if err := Ready(ctx, clients(m, 1), 256); err == nil {
		t.Error("a server that takes no write counts as ready")
	}
}

func TestAClientOfHTTPSendsWhatAUserWould(t *testing.T) {
	var seen []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, fmt.Sprint(r.Method, r.URL.Path, r.Header.Get("Authorization"), r.Header.Get("Content-Type")))
		if r.Method == http.MethodGet {
			http.Error(w, "not here", http.StatusNotFound)
		}
	}))
	defer server.Close()
	client, err := Dial("rest", strings.TrimPrefix(server.URL, "http://"), "secret")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.Write(t.Context(), "a", []byte("{}")); err != nil {
		t.Error(err)
	}
	if err := client.Read(t.Context(), "a"); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("an answer of 404 gives %v", err)
	}
	want := []string{"PUT/v1/items/aBearer secretapplication/json", "GET/v1/items/aBearer secret"}
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("the server saw %q, want %q", seen, want)
	}
	if _, err := Dial("soap", "127.0.0.1:1", ""); err == nil || !strings.Contains(err.Error(), "allowed: rest, etcd") {
		t.Errorf("an unknown protocol gives %v", err)
	}
}
