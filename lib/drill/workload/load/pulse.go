package load

import (
	"sync/atomic"

	"berth/drill/history"
)

// Pulse counts what was answered so far, for those who watch.
type Pulse struct{ requests, failed atomic.Int64 }

// Counts are of all requests so far.
func (p *Pulse) Counts() (requests, failed int64) { return p.requests.Load(), p.failed.Load() }

// count reports whether the request failed.
func (p *Pulse) count(operation history.Operation) (failed bool) {
	failed = operation.Outcome == history.Failed || operation.Outcome == history.Unknown
	p.requests.Add(1)
	if failed {
		p.failed.Add(1)
	}
	return failed
}
