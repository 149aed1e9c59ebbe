package load

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"berth/drill/client"
)

func TestAClientThatIsRefusedWaitsBeforeItAsksAgain(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Only the list of everything, in the end, is answered.
		if r.URL.Query().Get("limit") != "1000" {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"items":[]}`))
	}))
	defer server.Close()
	r, err := Start(Settings{
		Client: client.Options{
			Address: strings.TrimPrefix(server.URL, "http://"), Host: "drill", Items: "/v1/items", TimeoutSeconds: 5,
		},
		History: filepath.Join(t.TempDir(), "history.ndjson"), Run: "test",
		Clients: 1, Rate: 10_000, MostRequests: 1_000_000, EpochRequests: 1000, Seed: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	const lasts = 400 * time.Millisecond
	ctx, cancel := context.WithTimeout(context.Background(), lasts)
	defer cancel()
	if err := r.Work(ctx); err != nil {
		t.Fatal(err)
	}
	requests, failed := r.Pulse().Counts()
	// A choice is up to four requests, as when a POST is sent again.
	most := 4 * int64(lasts/afterFailure+1)
	if failed == 0 || requests > most {
		t.Errorf("%d requests, %d of them refused, in %v; want some, and at most %d", requests, failed, lasts, most)
	}
}
