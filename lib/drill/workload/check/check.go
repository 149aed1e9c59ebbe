// Package check holds a history against what a store promises.
package check

import (
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"

	"berth/drill/history"
)

// Verdict is what was found. It is a good one if nothing was lost, nothing is
// an anomaly, nothing could not be decided, and the last look was had.
type Verdict struct {
	Operations int `json:"operations"`
	// Objects are the parts that were checked one by one.
	Objects int `json:"objects"`
	// Acknowledged is how many writes were, each of which was looked for.
	Acknowledged int `json:"acknowledged"`
	// Unknown is how many writes have an outcome that no client knows.
	Unknown int `json:"unknown"`
	// Lost are writes that were acknowledged and are gone, though nothing
	// came after them.
	Lost []Anomaly `json:"lost"`
	// Anomalies are answers that no order of the requests explains, and
	// writes that were made twice.
	Anomalies []Anomaly `json:"anomalies"`
	// Undecided are objects for which the checker had not enough time, which
	// is no pass.
	Undecided []string `json:"undecided"`
	// LookedUp is whether everything was read in the end.
	LookedUp bool `json:"lookedUp"`
}

// Anomaly is something that must not happen. At is when it was asked for.
type Anomaly struct {
	// At is when, in nanoseconds since the run began.
	At   int64  `json:"at"`
	What string `json:"what"`
	// Drawing is a file that shows it, empty if there is none.
	Drawing string `json:"drawing,omitempty"`
}

// Good reports whether the store kept its promises.
func (v Verdict) Good() bool {
	return len(v.Lost)+len(v.Anomalies)+len(v.Undecided) == 0 && v.LookedUp
}

// Options are how long the check may take, and where drawings go.
type Options struct {
	// Patience is for one object.
	Patience time.Duration
	// Drawings is a directory, or empty for none.
	Drawings string
	// Progress is told how many objects of all are done. May be nil.
	Progress func(done, of int)
}

// mostDrawings bounds how many anomalies are drawn.
const mostDrawings = 10

// History checks operations in any order.
func History(operations []history.Operation, options Options) Verdict {
	whole := readTogether(operations)
	revisions, twice := seen(whole)
	objects := divide(whole, revisions)
	verdict := Verdict{
		Operations: len(operations), Objects: len(objects), Anomalies: twice, Lost: lost(whole), Undecided: []string{},
	}
	for _, o := range whole {
		verdict.LookedUp = verdict.LookedUp || o.Final && !o.More
		if isWrite(o) && o.Outcome == history.OK {
			verdict.Acknowledged++
		}
		if o.Outcome == history.Unknown {
			verdict.Unknown++
		}
	}
	var mutex sync.Mutex
	done := 0
	each(objects, func(o *object) {
		result, info := o.check(options.Patience)
		mutex.Lock()
		defer mutex.Unlock()
		done++
		if options.Progress != nil {
			options.Progress(done, len(objects))
		}
		switch result {
		case porcupine.Unknown:
			verdict.Undecided = append(verdict.Undecided, o.name)
		case porcupine.Illegal:
			anomaly := o.anomaly(info)
			if options.Drawings != "" && len(verdict.Anomalies) < mostDrawings {
				path := filepath.Join(options.Drawings, fmt.Sprintf("anomaly-%d.html", len(verdict.Anomalies)+1))
				if porcupine.VisualizePath(model, info, path) == nil {
					anomaly.Drawing = path
				}
			}
			verdict.Anomalies = append(verdict.Anomalies, anomaly)
		}
	})
	slices.SortFunc(verdict.Anomalies, func(a, b Anomaly) int { return int(min(1, max(-1, a.At-b.At))) })
	return verdict
}

// each does work for all objects, on every processor.
func each(objects []*object, work func(*object)) {
	var workers sync.WaitGroup
	next := make(chan *object)
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for o := range next {
				work(o)
			}
		})
	}
	for _, o := range objects {
		next <- o
	}
	close(next)
	workers.Wait()
}

// check looks for an order that explains every answer. A request without an
// answer may be part of it or not, so the search grows with the power of their
// number. An order without them is enough, and those that nobody saw anything
// of are most likely not needed for one: so it is looked for without them
// first. That there is none is said only of all.
func (o *object) check(patience time.Duration) (porcupine.CheckResult, porcupine.LinearizationInfo) {
	unseen := func(a *asked) bool { return a.operation.Outcome == history.Unknown && a.revision == 0 }
	before := len(o.operations)
	for _, leaveOut := range []func(*asked) bool{
		unseen,
		func(a *asked) bool { return unseen(a) && a.operation.Kind != history.Delete },
	} {
		part := o.history(leaveOut)
		if len(part) == before {
			continue // as before, or all
		}
		before = len(part)
		if porcupine.CheckOperationsTimeout(model, part, patience) == porcupine.Ok {
			return porcupine.Ok, porcupine.LinearizationInfo{}
		}
	}
	return porcupine.CheckOperationsVerbose(model, o.history(func(*asked) bool { return false }), patience)
}

// history is what porcupine takes. What is not known to have ended has not.
func (o *object) history(leaveOut func(*asked) bool) []porcupine.Operation {
	operations := make([]porcupine.Operation, 0, len(o.operations))
	for _, a := range o.operations {
		if leaveOut(a) {
			continue
		}
		end := a.operation.Return
		if a.operation.Outcome == history.Unknown {
			end = math.MaxInt64
		}
		operations = append(operations, porcupine.Operation{ClientId: a.operation.Client, Input: a, Call: a.operation.Call, Return: end})
	}
	return operations
}

// anomaly names the first answer that the longest explanation leaves out.
func (o *object) anomaly(info porcupine.LinearizationInfo) Anomaly {
	explained := map[*asked]bool{}
	for _, partial := range info.PartialLinearizationsOperations() {
		for _, longest := range partial {
			if len(longest) <= len(explained) {
				continue
			}
			explained = map[*asked]bool{}
			for _, operation := range longest {
				explained[operation.Input.(*asked)] = true
			}
		}
	}
	var first *history.Operation
	for _, a := range o.operations {
		if !explained[a] && a.operation.Outcome != history.Unknown && (first == nil || a.operation.Return < first.Return) {
			first = a.operation
		}
	}
	if first == nil {
		return Anomaly{What: o.name + ": no order of the requests explains the answers"}
	}
	return Anomaly{At: first.Call, What: "no order of the requests explains " + o.only(first)}
}

// only describes an operation without what a list found of other objects.
func (o *object) only(operation *history.Operation) string {
	copied := *operation
	copied.Found = slices.DeleteFunc(slices.Clone(operation.Found), func(found history.Found) bool { return shelfOf(found.Key) != o.name })
	if operation.Final {
		copied.Key = "everything, in the end, and there of " + o.name
	}
	return describe(&copied)
}
