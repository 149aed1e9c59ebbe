// Package item holds the rules of the domain: which ids and documents there
// are, how a merge patch changes one, and the ways in which that goes wrong.
// It knows neither HTTP nor the store.
package item

import (
	"strings"
	"unicode/utf8"
)

// Code names a kind of failure. The HTTP status of each is in package api.
type Code string

// The kinds of failure, in the order of the statuses they become.
const (
	InvalidDocument      Code = "invalid-document"
	InvalidID            Code = "invalid-id"
	InvalidParameter     Code = "invalid-parameter"
	InvalidHeader        Code = "invalid-header"
	Unauthorized         Code = "unauthorized"
	NotFound             Code = "not-found"
	MethodNotAllowed     Code = "method-not-allowed"
	RequestTimeout       Code = "request-timeout"
	CursorExpired        Code = "cursor-expired"
	PreconditionFailed   Code = "precondition-failed"
	TooLarge             Code = "too-large"
	UnsupportedMediaType Code = "unsupported-media-type"
	IdempotencyKeyReused Code = "idempotency-key-reused"
	Internal             Code = "internal"
	Unavailable          Code = "unavailable"
	OutcomeUnknown       Code = "outcome-unknown"
	StoreFull            Code = "store-full"
)

// Error is a failure told in full: what was wrong, the value that was, which
// values are allowed, and how to put it right. Only Code and Detail are
// always there.
type Error struct {
	Code    Code
	Detail  string
	Value   string
	Allowed string
	Fix     string
}

// Error is the whole of it in one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Detail)
	for _, part := range []struct{ name, text string }{
		{"value", e.Value}, {"allowed", e.Allowed}, {"fix", e.Fix},
	} {
		if part.text != "" {
			b.WriteString("; " + part.name + ": " + part.text)
		}
	}
	return b.String()
}

// Excerpt is the beginning of a value that somebody sent, short enough to
// send back, in valid UTF-8.
func Excerpt(value string) string {
	const longest = 80
	cut := value
	if len(cut) > longest {
		cut = cut[:longest]
		for len(cut) > longest-utf8.UTFMax && !utf8.ValidString(cut) {
			cut = cut[:len(cut)-1]
		}
		cut += "…"
	}
	return strings.ToValidUTF8(cut, "\uFFFD")
}
