package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"example.com/berth/item"
)

// problem is the body of every answer that is not a success (RFC 9457).
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	// Value, Allowed and Fix are extension members: what was sent, what may
	// be, and what to do. Each may be absent.
	Value   string `json:"value,omitempty"`
	Allowed string `json:"allowed,omitempty"`
	Fix     string `json:"fix,omitempty"`
}

// problemType begins the URI of every type of problem: it only identifies
// (RFC 9457, section 3.1.1, recommends tags for that).
const problemType = "tag:berth.example.com,2026:"

// kinds has the status and title of each code. It is the only such table.
var kinds = map[item.Code]struct {
	status int
	title  string
}{
	item.InvalidDocument:      {http.StatusBadRequest, "The document is not valid"},
	item.InvalidID:            {http.StatusBadRequest, "The id is not valid"},
	item.InvalidParameter:     {http.StatusBadRequest, "A query parameter is not valid"},
	item.InvalidHeader:        {http.StatusBadRequest, "A header is not valid"},
	item.Unauthorized:         {http.StatusUnauthorized, "A bearer token is needed"},
	item.NotFound:             {http.StatusNotFound, "There is nothing here"},
	item.MethodNotAllowed:     {http.StatusMethodNotAllowed, "The method is not allowed"},
	item.RequestTimeout:       {http.StatusRequestTimeout, "The request took too long to arrive"},
	item.CursorExpired:        {http.StatusGone, "The cursor has expired"},
	item.PreconditionFailed:   {http.StatusPreconditionFailed, "A precondition does not hold"},
	item.TooLarge:             {http.StatusRequestEntityTooLarge, "The document is too large"},
	item.UnsupportedMediaType: {http.StatusUnsupportedMediaType, "The media type is not supported"},
	item.IdempotencyKeyReused: {http.StatusUnprocessableEntity, "The Idempotency-Key was used before"},
	item.Internal:             {http.StatusInternalServerError, "The server failed"},
	item.Unavailable:          {http.StatusServiceUnavailable, "The server cannot answer now"},
	item.OutcomeUnknown:       {http.StatusServiceUnavailable, "It is not known whether the write was made"},
	item.StoreFull:            {http.StatusInsufficientStorage, "The store is full"},
}

// retryAfter is in seconds: an election takes less.
const retryAfter = "1"

// fail answers with the problem that err is.
func (h *Handler) fail(w *recorder, r *http.Request, err error) {
	var told *item.Error
	if !errors.As(err, &told) {
		h.log.Error("a request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		told = &item.Error{Code: item.Internal, Detail: "the server failed; its log has more"}
	}
	if w.started() {
		// Too late for a problem: let the client see an answer cut off.
		panic(http.ErrAbortHandler)
	}
	kind := kinds[told.Code]
	header := w.Header()
	switch kind.status {
	case http.StatusServiceUnavailable:
		header.Set("Retry-After", retryAfter)
	case http.StatusRequestTimeout:
		// What is left of the body would be taken for the next request.
		header.Set("Connection", "close")
	}
	header.Del("ETag")
	header.Set("Cache-Control", "no-store")
	send(w, kind.status, "application/problem+json", encode(problem{
		problemType + string(told.Code), kind.title, kind.status, told.Detail, told.Value, told.Allowed, told.Fix,
	}))
}

func encode(value any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	// These are read by people too.
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err) // of our own types, which have no values that cannot be encoded
	}
	return b.Bytes()
}

// paths are those there are, in order.
func (h *Handler) paths() []string {
	paths := []string{h.one.name}
	for path := range h.exact {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}

func contentLength(w http.ResponseWriter, n int) {
	w.Header().Set("Content-Length", strconv.Itoa(n))
}
