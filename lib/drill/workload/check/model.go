package check

import (
	"fmt"
	"strings"

	"github.com/anishathalye/porcupine"

	"berth/drill/history"
)

// shelfKeys is how many items one object of the model can have.
const shelfKeys = 8

// cell is an item: which value it has, 0 for none, and the revision in its
// entity tag, 0 if no client ever saw it.
type cell struct {
	value    int
	revision int64
}

// state is that of one object: the items of a shelf, or one that was posted.
type state struct {
	cells [shelfKeys]cell
	// newest is the greatest revision so far. Revisions are the store's own
	// count of its transactions, so none that follows is less. Those of one
	// item are greater: a transaction has each item once.
	newest int64
}

// asked is an operation as the model knows it.
type asked struct {
	operation *history.Operation
	// item is the index of its item in the shelf.
	item int
	// written is the value, and revision the one that its tag says, or that
	// others saw it with.
	written  int
	revision int64
	// ifMatch and ifNone are the revisions of the conditions; 0 is none
	// given, and any is "*".
	ifMatch, ifNone int64
	// seen are the items of a list, as far as it was read: covered says
	// which.
	seen    [shelfKeys]cell
	covered [shelfKeys]bool
}

const anyRevision = -1

// model says what a store does, one request after the other. It is the whole
// of the specification that histories are held to:
//
//   - A write that succeeded found its conditions to hold, and made its value
//     the item's, under a revision not less than all before it, and greater
//     than all of this item.
//   - A write that was refused found that they do not hold.
//   - A read found what the writes before it left. A list is one read of
//     every item it covers, at one moment.
//   - A write whose outcome is unknown may have been made, if its conditions
//     held, at any moment after it was asked for, or never: it is taken to
//     be made after everything else then.
//   - A write that failed was not made, ever, so it is not in the history.
var model = porcupine.Model{
	Init: func() any { return state{} },
	Step: func(before, input, _ any) (bool, any) {
		possible, after := step(before.(state), input.(*asked))
		return possible, after
	},
	Hash: func(of any) uint64 {
		s := of.(state)
		hash := uint64(s.newest)
		for _, c := range s.cells {
			hash = hash*31 + uint64(c.value)
		}
		return hash
	},
	DescribeOperation: func(input, _ any) string { return describe(input.(*asked).operation) },
	DescribeState:     func(of any) string { return fmt.Sprint(of) },
}

func step(s state, a *asked) (possible bool, after state) {
	now := s.cells[a.item]
	switch a.operation.Kind {
	case history.Get:
		return get(now, a), s
	case history.List:
		for i, covered := range a.covered {
			if covered && s.cells[i] != a.seen[i] {
				return false, s
			}
		}
		return true, s
	case history.Post:
		return post(s, a)
	}
	exists := now.value != 0
	holds := a.hold(now) && (exists || a.operation.Kind == history.Put)
	switch a.operation.Outcome {
	case history.Refused:
		// 404 is only for an item that is not there.
		return !holds && (a.operation.Status != 404 || !exists), s
	case history.OK:
		created := a.operation.Kind == history.Put && a.operation.Status == 201
		if !holds || a.operation.Kind == history.Put && created == exists {
			return false, s
		}
	default:
		if !holds {
			return true, s
		}
	}
	if a.operation.Kind == history.Delete {
		s.cells[a.item] = cell{}
		return true, s
	}
	return s.put(a)
}

// put makes the value of a write the item's.
func (s state) put(a *asked) (possible bool, after state) {
	if a.revision != 0 {
		if a.revision < s.newest || a.revision <= s.cells[a.item].revision {
			return false, s
		}
		s.newest = a.revision
	}
	s.cells[a.item] = cell{a.written, a.revision}
	return true, s
}

// post creates an item, once: sent again with its key, the answer is as it
// was, and nothing changes.
func post(s state, a *asked) (possible bool, after state) {
	if s.newest != 0 {
		return s.newest == a.revision, s
	}
	return s.put(a)
}

func get(now cell, a *asked) bool {
	switch a.operation.Status {
	case 200:
		return now == cell{a.written, a.revision}
	case 304:
		return now.value != 0 && now.revision == a.ifNone
	default:
		return now.value == 0
	}
}

// hold reports whether the conditions are met by the item as it is.
func (a *asked) hold(now cell) bool {
	exists := now.value != 0
	switch {
	case a.ifMatch != 0:
		return exists && a.ifMatch == now.revision
	case a.ifNone == anyRevision:
		return !exists
	default:
		return true
	}
}

// describe says an operation and its answer in a line.
func describe(o *history.Operation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", strings.ToUpper(string(o.Kind)), o.Key)
	for name, text := range map[string]string{" If-Match ": o.IfMatch, " If-None-Match ": o.IfNoneMatch} {
		if text != "" {
			b.WriteString(name + text)
		}
	}
	if o.Value != "" && o.Kind != history.Get {
		b.WriteString(" ← " + o.Value)
	}
	fmt.Fprintf(&b, ": %s", o.Outcome)
	if o.Status != 0 {
		fmt.Fprintf(&b, " %d", o.Status)
	}
	if o.Kind == history.Get {
		b.WriteString(" " + o.Value)
	}
	if o.ETag != "" {
		b.WriteString(" " + o.ETag)
	}
	for _, found := range o.Found {
		fmt.Fprintf(&b, " %s=%s %s", found.Key, found.Value, found.ETag)
	}
	if o.Member != "" {
		b.WriteString(" by " + o.Member)
	}
	return b.String()
}
