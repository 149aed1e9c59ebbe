// Package load is many clients that read and write the same few items, and
// whose every request is recorded.
package load

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"berth/drill/client"
	"berth/drill/history"
)

// Settings are how much is asked for.
type Settings struct {
	Client client.Options `json:"client"`
	// History is the file that is written.
	History string `json:"history"`
	Run     string `json:"run"`
	Clients int    `json:"clients"`
	// Rate is how many requests a second all clients make at most together,
	// on average.
	Rate float64 `json:"rate"`
	// MostRequests ends the run by itself.
	MostRequests int64 `json:"mostRequests"`
	// EpochRequests is after how many requests other items are used.
	EpochRequests int64 `json:"epochRequests"`
	// Seed decides what each client does. What comes of it depends on who is
	// answered first.
	Seed uint64 `json:"seed"`
}

// Run is a run under way.
type Run struct {
	settings Settings
	header   history.Header
	out      *history.Writer
	board    *board
	pulse    *Pulse
	began    time.Time
	issued   atomic.Int64
	era      atomic.Int64
}

// Start begins a history. Pulse tells how it goes.
func Start(settings Settings) (*Run, error) {
	began := time.Now()
	header := history.Header{
		Run: settings.Run, Started: float64(began.UnixMicro()) / 1000, Clients: settings.Clients, Seed: settings.Seed,
	}
	out, err := history.Create(settings.History, header)
	if err != nil {
		return nil, err
	}
	settings.Client.Run = settings.Run
	return &Run{settings: settings, header: header, out: out, board: newBoard(), pulse: &Pulse{}, began: began}, nil
}

// Pulse is how the run goes.
func (r *Run) Pulse() *Pulse { return r.pulse }

func (r *Run) now() int64 { return int64(time.Since(r.began)) }

// epoch is the number of the items used now.
func (r *Run) epoch() int64 {
	epoch := r.issued.Load() / r.settings.EpochRequests
	if before := r.era.Load(); epoch > before && r.era.CompareAndSwap(before, epoch) {
		r.board.forget()
	}
	return epoch
}

// Work has every client make requests until ctx ends, and then looks up
// everything. The error is one of the history's file, or of a store that does
// not answer in the end.
func (r *Run) Work(ctx context.Context) error {
	var clients sync.WaitGroup
	for n := range r.settings.Clients {
		clients.Go(func() { r.client(ctx, n) })
	}
	clients.Wait()
	err := r.lookUp()
	if closing := r.out.Close(); err == nil {
		err = closing
	}
	return err
}

func (r *Run) worker(n int) *worker {
	return &worker{
		run: r, number: n, client: client.New(r.settings.Client, n, r.now),
		random: rand.New(rand.NewPCG(r.settings.Seed, uint64(n))),
	}
}

// afterFailure is how long a client waits before its next choice when it was
// refused. One that asked again at once, as fast as it is refused, would make
// an outage a flood: of requests whose outcomes are not known, above all, which
// no check of the history comes to an end with.
const afterFailure = 50 * time.Millisecond

// client makes its share of the requests, at moments that follow from nobody
// else's, as users' do: the pauses between them have an exponential
// distribution. With pauses that are all alike, clients that were held up
// together would come together ever after. One that was held up does not make
// up for it afterwards: users do not, either.
func (r *Run) client(ctx context.Context, n int) {
	w := r.worker(n)
	defer w.client.Close()
	mean := float64(time.Second) * float64(r.settings.Clients) / r.settings.Rate
	pause := func() time.Duration { return time.Duration(w.random.ExpFloat64() * mean) }
	next := time.Now().Add(pause())
	for ctx.Err() == nil && r.issued.Add(1) <= r.settings.MostRequests {
		if wait := time.Until(next); wait > 0 {
			select {
			case <-ctx.Done():
				return
			case <-time.After(wait):
			}
		} else {
			next = time.Now()
		}
		next = next.Add(pause())
		w.step()
		if earliest := time.Now().Add(afterFailure); w.failed && next.Before(earliest) {
			next = earliest
		}
	}
}

// lookUp reads everything there is at one moment, in the end.
func (r *Run) lookUp() error {
	w := r.worker(r.settings.Clients)
	defer w.client.Close()
	for deadline := time.Now().Add(time.Minute); ; {
		whole := history.Operation{Kind: history.List, Final: true}
		if complete, found := w.pages(whole, 1000); complete {
			return r.tidy(found)
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the items could not be listed in the end, for a minute")
		}
		time.Sleep(time.Second)
	}
}

// tidy deletes what the run left, unrecorded: the history has ended. What
// cannot be deleted stays, and harms nobody.
func (r *Run) tidy(left []history.Found) error {
	var deleting sync.WaitGroup
	for n := range r.settings.Clients {
		deleting.Go(func() {
			c := client.New(r.settings.Client, n, r.now)
			defer c.Close()
			for i := n; i < len(left); i += r.settings.Clients {
				c.Do(history.Operation{Kind: history.Delete, Key: left[i].Key}, "", 0)
			}
		})
	}
	deleting.Wait()
	return nil
}
