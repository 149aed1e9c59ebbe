// Package history holds what clients asked for and were answered, one
// operation a line, so that it can be checked by another program, later and
// again.
package history

// Kind is what a client asked for.
type Kind string

// The kinds, by the requests they are.
const (
	Put    Kind = "put"
	Patch  Kind = "patch"
	Post   Kind = "post"
	Get    Kind = "get"
	Delete Kind = "delete"
	List   Kind = "list"
)

// Outcome is what the client knows afterwards.
type Outcome string

const (
	// OK is an answer that says it was done.
	OK Outcome = "ok"
	// Refused is an answer that says it was not, because of the state that
	// the item was in: 404 and 412.
	Refused Outcome = "refused"
	// Failed is that nothing was done, for sure, and should have been: the
	// server said so, or the request never left.
	Failed Outcome = "failed"
	// Unknown is all else, such as a connection that ended: it may have been
	// done, may be done later, or never.
	Unknown Outcome = "unknown"
)

// Operation is one request and its answer: an attempt, as nothing is tried
// again below it.
type Operation struct {
	Client int  `json:"client"`
	Kind   Kind `json:"op"`
	// Key is the item's id, or the prefix of a list. A POST has none until
	// it is answered.
	Key string `json:"key,omitempty"`
	// Value is what was written, or read. Each is written by one request
	// only, but for a POST that is sent again with its Idempotency-Key.
	Value string `json:"value,omitempty"`
	// IfMatch and IfNoneMatch are entity tags, the latter also "*".
	IfMatch     string `json:"ifMatch,omitempty"`
	IfNoneMatch string `json:"ifNoneMatch,omitempty"`
	// Idempotency is the Idempotency-Key.
	Idempotency string `json:"idempotency,omitempty"`
	// Call and Return are in nanoseconds since the run began, on a clock that
	// is never set. Return is when the client gave up, if it did.
	Call   int64 `json:"call"`
	Return int64 `json:"return"`

	Outcome Outcome `json:"outcome"`
	// Status is HTTP's, 0 without an answer.
	Status int `json:"status,omitempty"`
	// ETag is the entity tag that was answered.
	ETag string `json:"etag,omitempty"`
	// Member is the pod that answered; empty if it was none, but what stands
	// in front of them.
	Member string `json:"member,omitempty"`
	// Error says why there was no answer, or what an unexpected one said.
	Error string `json:"error,omitempty"`

	// Request is the request's name in the log of the Ingress controller, of
	// one that no member answered.
	Request string `json:"request,omitempty"`

	// Read numbers the lists of a client: the pages of one have the same.
	Read int `json:"read,omitempty"`
	// Page is 1 for the first.
	Page  int     `json:"page,omitempty"`
	Found []Found `json:"found,omitempty"`
	// More says that another page follows.
	More bool `json:"more,omitempty"`
	// Final marks the last look at everything.
	Final bool `json:"final,omitempty"`
}

// Found is an item of a list.
type Found struct {
	Key   string `json:"key"`
	Value string `json:"value"`
	ETag  string `json:"etag"`
}

// Header is the first line of a history.
type Header struct {
	// Run names the run; every item of it starts with it, or says it.
	Run string `json:"run"`
	// Started is when the clock of Call and Return was 0, in milliseconds
	// since 1970.
	Started float64 `json:"started"`
	Clients int     `json:"clients"`
	Seed    uint64  `json:"seed"`
}
