package load

import (
	"fmt"
	"math/rand/v2"

	"berth/drill/client"
	"berth/drill/history"
)

// worker is one client with its own choices.
type worker struct {
	run    *Run
	client *client.Client
	random *rand.Rand
	number int
	// writes and reads number this worker's values and lists.
	writes, reads int
	// own are items that this worker posted and will delete.
	own []string
	// failed is whether the last request was not answered as it should be.
	failed bool
}

// keepPosted is how many items each worker leaves behind at a time.
const keepPosted = 16

// step makes one choice and the requests that follow from it.
func (w *worker) step() {
	prefix := shelf(w.run.header.Run, w.run.epoch(), w.random.IntN(shelves))
	key := key(prefix, w.random.IntN(keys))
	put := history.Operation{Kind: history.Put, Key: key}
	switch n := w.random.IntN(100); {
	case n < 26:
		w.do(history.Operation{Kind: history.Get, Key: key})
	case n < 30:
		if id := w.run.board.recent(w.random.IntN(1 << 20)); id != "" {
			w.do(history.Operation{Kind: history.Get, Key: id})
		}
	case n < 34:
		w.do(history.Operation{Kind: history.Get, Key: key, IfNoneMatch: w.run.board.tag(key)})
	case n < 56:
		w.write(put)
	case n < 66:
		put.IfMatch = w.run.board.tag(key)
		w.write(put)
	case n < 71:
		put.IfNoneMatch = "*"
		w.write(put)
	case n < 76:
		w.write(history.Operation{Kind: history.Patch, Key: key})
	case n < 82:
		w.do(history.Operation{Kind: history.Delete, Key: key})
	case n < 86:
		w.do(history.Operation{Kind: history.Delete, Key: key, IfMatch: w.run.board.tag(key)})
	case n < 92:
		w.post()
	default:
		w.list(prefix)
	}
}

// write gives the operation a value that no other has.
func (w *worker) write(operation history.Operation) history.Operation {
	w.writes++
	operation.Value = fmt.Sprintf("%d-%d", w.number, w.writes)
	return w.do(operation)
}

// post creates an item, half the time with an Idempotency-Key. With one, it
// is sent again while its outcome is not known, and sometimes for no reason.
func (w *worker) post() {
	operation := history.Operation{Kind: history.Post}
	if w.random.IntN(2) == 0 {
		operation.Idempotency = fmt.Sprintf("drill-%s-%d-%d", w.run.header.Run, w.number, w.writes+1)
	}
	answered := w.write(operation)
	for i := 0; operation.Idempotency != "" && i < 3; i++ {
		if answered.Outcome == history.OK && w.random.IntN(4) > 0 {
			break
		}
		operation.Value = answered.Value
		again := w.do(operation)
		if again.Outcome == history.OK {
			answered = again
		}
	}
	if answered.Outcome != history.OK {
		return
	}
	w.run.board.post(answered.Key)
	w.own = append(w.own, answered.Key)
	if len(w.own) > keepPosted {
		w.do(history.Operation{Kind: history.Delete, Key: w.own[0]})
		w.own = w.own[1:]
	}
}

// list reads a shelf, half the time in pages.
func (w *worker) list(prefix string) {
	limit := 100
	if w.random.IntN(2) == 0 {
		limit = 2
	}
	w.pages(history.Operation{Kind: history.List, Key: prefix}, limit)
}

// pages reads a list to its end, or as far as it can be read.
func (w *worker) pages(operation history.Operation, limit int) (complete bool, found []history.Found) {
	w.reads++
	operation.Read = w.reads
	cursor := ""
	for page := 1; ; page++ {
		operation.Page = page
		answered, next := w.client.Do(operation, cursor, limit)
		w.record(answered)
		if answered.Outcome != history.OK {
			return false, found
		}
		found = append(found, answered.Found...)
		if next == "" {
			return true, found
		}
		cursor = next
	}
}

// do makes one request, and tells the others what it found.
func (w *worker) do(operation history.Operation) history.Operation {
	answered, _ := w.client.Do(operation, "", 0)
	w.record(answered)
	if answered.Outcome == history.OK && answered.ETag != "" && answered.Kind != history.Post {
		w.run.board.see(answered.Key, answered.ETag)
	}
	return answered
}

func (w *worker) record(answered history.Operation) {
	w.run.out.Add(answered)
	w.failed = w.run.pulse.count(answered)
}
