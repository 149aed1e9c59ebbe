package api

import (
	"strings"
	"testing"
	"time"

	"example.com/berth/contract"
	"example.com/berth/store/storetest"
)

func TestReadinessFollowsTheStoreAndLivenessDoesNot(t *testing.T) {
	f := serveHandler(t, New(Options{Log: discard()}), 5*time.Second)
	f.want(f.get("/livez"), 200)
	f.want(f.get("/readyz"), 503)
	f.useStore(storetest.Open(t))
	f.want(f.get("/readyz"), 200)
	f.handler.Drain()
	a := f.want(f.get("/readyz"), 503)
	if !strings.Contains(a.body, "stopping") || !a.Close {
		t.Errorf("while draining /readyz answers %s, close %v", a.body, a.Close)
	}
	f.want(f.get("/livez"), 200)
	if a := f.want(f.put("x", "1"), 201); !a.Close {
		t.Error("while draining, the connection is kept")
	}
}

func TestMetricsTellRequestsAndTheStore(t *testing.T) {
	f := newFixture(t)
	f.want(f.put("x", "1"), 201)
	f.want(f.get("/v1/items/none"), 404)
	f.want(f.do("BREW", "/none", ""), 404)
	got := f.want(f.get("/metrics"), 200).body
	for _, line := range []string{
		`berth_http_requests_total{method="PUT",route="/v1/items/{id}",status="201"} 1`,
		`berth_http_requests_total{method="GET",route="/v1/items/{id}",status="404"} 1`,
		`berth_http_requests_total{method="other",route="other",status="404"} 1`,
		`berth_http_request_duration_seconds_count{method="PUT",route="/v1/items/{id}"} 1`,
		`berth_store_items 1`, `berth_store_revision 2`, `berth_store_ready 1`, `berth_store_has_leader 1`,
		`berth_store_quota_bytes 2.147483648e+09`, `version="test"} 1`, `etcd_disk_wal_fsync_duration_seconds_count`, `go_goroutines`,
	} {
		if !strings.Contains(got, line) {
			t.Errorf("/metrics does not have %s", line)
		}
	}
}

func TestEveryAnswerNamesTheMember(t *testing.T) {
	f := serveHandler(t, New(Options{Log: discard(), Member: "berth-2"}), time.Second)
	for _, path := range []string{"/livez", "/readyz", "/v1/items", "/nowhere"} {
		if got := f.get(path).Header.Get(contract.Get.Headers.Member); got != "berth-2" {
			t.Errorf("the answer to GET %s is by %q, want berth-2", path, got)
		}
	}
}

func TestARequestWaitsForAStoreThatIsBeingOpened(t *testing.T) {
	setOpenPatience(t, time.Minute)
	f := serveHandler(t, New(Options{Log: discard()}), 5*time.Second)
	answered := make(chan answer)
	go func() { answered <- f.get("/v1/items") }()
	select {
	case a := <-answered:
		t.Fatalf("answered %d before there is a store", a.StatusCode)
	case <-time.After(50 * time.Millisecond):
	}
	f.useStore(storetest.Open(t))
	f.want(<-answered, 200)
}

func setOpenPatience(t *testing.T, patience time.Duration) {
	before := openPatience
	openPatience = patience
	t.Cleanup(func() { openPatience = before })
}

func TestARequestDoesNotWaitForAStoreForEver(t *testing.T) {
	setOpenPatience(t, 20*time.Millisecond)
	f := serveHandler(t, New(Options{Log: discard()}), 5*time.Second)
	if a := f.want(f.get("/v1/items"), 503); !strings.Contains(a.body, "still being opened") {
		t.Errorf("it says %s", a.body)
	}
}
