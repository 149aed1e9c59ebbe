package load

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Plan is what to do.
type Plan struct {
	// Write says to write, and not to read.
	Write bool
	// Keys is how many items there are; each request takes one at random.
	Keys int
	// Bytes is the size of a document.
	Bytes int
	// Warm is how long requests are not counted, and Measure how long they
	// are after that.
	Warm, Measure time.Duration
	// Began is called when counting begins, and Ended when it ends.
	Began, Ended func()
}

// Result is what was measured. Times are of requests that ended in time.
type Result struct {
	Requests int     `json:"requests"`
	Failed   int     `json:"failed"`
	Seconds  float64 `json:"seconds"`
	// Rate is in requests a second.
	Rate float64 `json:"rate"`
	// P50 and the others are in milliseconds.
	P50  float64 `json:"p50"`
	P99  float64 `json:"p99"`
	Most float64 `json:"most"`
	// Error is one of the failures.
	Error string `json:"error,omitempty"`
}

// phases of a run.
const (
	warming = iota
	measuring
	over
)

// Run has all clients make requests at the same time.
func Run(ctx context.Context, clients []Client, plan Plan) Result {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var phase atomic.Int32
	document := Document(plan.Bytes)
	workers := make([]worker, len(clients))
	var all sync.WaitGroup
	for i, client := range clients {
		w := &workers[i]
		all.Go(func() {
			for ctx.Err() == nil && phase.Load() != over {
				w.request(ctx, client, plan, document, &phase)
			}
		})
	}
	wait(ctx, plan.Warm)
	began := time.Now()
	plan.Began()
	phase.Store(measuring)
	wait(ctx, plan.Measure)
	phase.Store(over)
	plan.Ended()
	took := time.Since(began)
	all.Wait()
	return summarize(workers, took)
}

// worker is what one client saw.
type worker struct {
	took   []time.Duration
	failed int
	err    error
}

func (w *worker) request(ctx context.Context, client Client, plan Plan, document []byte, phase *atomic.Int32) {
	key := Key(rand.IntN(plan.Keys))
	began := time.Now()
	var err error
	if plan.Write {
		err = client.Write(ctx, key, document)
	} else {
		err = client.Read(ctx, key)
	}
	took := time.Since(began)
	switch {
	case phase.Load() != measuring:
	case err != nil:
		w.failed++
		w.err = err
	default:
		w.took = append(w.took, took)
	}
}

func summarize(workers []worker, took time.Duration) Result {
	var all []time.Duration
	r := Result{Seconds: took.Seconds()}
	for _, w := range workers {
		all = append(all, w.took...)
		r.Failed += w.failed
		if w.err != nil {
			r.Error = w.err.Error()
		}
	}
	slices.Sort(all)
	r.Requests = len(all)
	r.Rate = float64(len(all)) / took.Seconds()
	if len(all) > 0 {
		r.P50, r.P99, r.Most = milliseconds(quantile(all, .5)), milliseconds(quantile(all, .99)), milliseconds(all[len(all)-1])
	}
	return r
}

// quantile is of sorted times: the least that a share of all do not exceed.
func quantile(sorted []time.Duration, share float64) time.Duration {
	n := int(share * float64(len(sorted)))
	return sorted[min(n, len(sorted)-1)]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// Fill writes items number from to to, the latter excluded, each once.
func Fill(ctx context.Context, clients []Client, from, to, bytes int) error {
	document := Document(bytes)
	var next atomic.Int64
	next.Store(int64(from))
	failures := make([]error, len(clients))
	var all sync.WaitGroup
	for i, client := range clients {
		all.Go(func() {
			for {
				n := int(next.Add(1)) - 1
				if n >= to || ctx.Err() != nil {
					return
				}
				if err := client.Write(ctx, Key(n), document); err != nil {
					failures[i] = fmt.Errorf("writing item %d: %w", n, err)
					return
				}
			}
		})
	}
	all.Wait()
	return errors.Join(append(failures, ctx.Err())...)
}
