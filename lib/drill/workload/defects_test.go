package main

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"berth/drill/check"
	"berth/drill/client"
	"berth/drill/history"
	"berth/drill/load"
)

// requests is how many a drive makes.
const requests = 3000

// drive has clients work on a store, kills it again and again if asked to,
// and checks what they were answered.
func drive(t *testing.T, w wrong, kills bool) check.Verdict {
	t.Helper()
	s, server := serve(t, w)
	path := filepath.Join(t.TempDir(), "history.ndjson")
	r, err := load.Start(load.Settings{
		Client: client.Options{
			Address: strings.TrimPrefix(server.URL, "http://"), Host: "berth.localhost", Token: "t", Items: "/v1/items",
			MemberHeader: "Berth-Member", TimeoutSeconds: 10,
		},
		History: path, Run: "test", Clients: 8, Rate: 100_000, MostRequests: requests, EpochRequests: requests / 2, Seed: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if kills {
		// Not a multiple of syncEvery, or all kills may be just after it.
		go s.killEvery(ctx, 40*time.Millisecond)
	}
	if err := r.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	header, operations, err := history.Read(path)
	if err != nil || header.Run != "test" {
		t.Fatalf("the history: %+v, %v", header, err)
	}
	if len(operations) < requests {
		t.Fatalf("the history has %d operations, want %d or more", len(operations), requests)
	}
	return check.History(operations, check.Options{Patience: 20 * time.Second, Drawings: t.TempDir()})
}

// sometimes is true about once in n times.
func sometimes(n int) func() bool { return func() bool { return rand.IntN(n) == 0 } }

func TestAGoodStorePasses(t *testing.T) {
	for name, w := range map[string]wrong{
		"that answers everything":                {},
		"that loses connections after the write": {cut: sometimes(100)},
	} {
		t.Run(name, func(t *testing.T) {
			verdict := drive(t, w, true)
			if !verdict.Good() {
				t.Errorf("the verdict is %+v, want a good one", verdict)
			}
			if verdict.Acknowledged == 0 || verdict.Objects < 10 || (verdict.Unknown > 0) != (w.cut != nil) {
				t.Errorf("the verdict is of too little: %+v", verdict)
			}
		})
	}
}

func TestADefectIsFound(t *testing.T) {
	for name, defect := range map[string]struct {
		wrong
		kills, lost bool
	}{
		"acknowledges before it has synced":   {wrong{syncEvery: 25 * time.Millisecond}, true, true},
		"serves stale reads":                  {wrong{stale: sometimes(20)}, false, false},
		"drops a write":                       {wrong{drop: sometimes(20)}, false, true},
		"makes a write twice":                 {wrong{twice: sometimes(20)}, false, false},
		"shows several moments in one list":   {wrong{torn: sometimes(2)}, false, false},
		"says of a write that it was not one": {wrong{lie: sometimes(20)}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			verdict := drive(t, defect.wrong, defect.kills)
			if len(verdict.Anomalies) == 0 {
				t.Fatalf("no anomaly was found: %+v", verdict)
			}
			if defect.lost && len(verdict.Lost) == 0 {
				t.Errorf("nothing was found to be lost: %+v", verdict)
			}
			for _, anomaly := range verdict.Anomalies {
				if anomaly.What == "" {
					t.Errorf("an anomaly says nothing: %+v", anomaly)
				}
			}
			t.Logf("%d lost, %d anomalies, the first: %+v", len(verdict.Lost), len(verdict.Anomalies), verdict.Anomalies[0])
		})
	}
}
