package api

import (
	"net/http"

	"example.com/berth/etag"
	"example.com/berth/item"
	"example.com/berth/store"
)

// itemRequest reads what all requests for one item have in common, before any
// of them reads a body: the store, and the conditions they are made under.
func (h *Handler) itemRequest(r *http.Request, id string) (*store.Store, etag.Conditions, error) {
	s, err := h.opened(r.Context())
	if err != nil {
		return nil, etag.Conditions{}, err
	}
	if err := item.CheckID(id); err != nil {
		return nil, etag.Conditions{}, err
	}
	if _, err := query(r); err != nil {
		return nil, etag.Conditions{}, err
	}
	conditions, err := conditionsOf(r)
	return s, conditions, err
}

// conditionsOf reads the preconditions of a request. The error has the code
// item.InvalidHeader. Conditions on dates do not apply: there are no dates.
func conditionsOf(r *http.Request) (c etag.Conditions, err error) {
	if c.IfMatch, err = etag.Parse("If-Match", r.Header["If-Match"]); err != nil {
		return c, err
	}
	c.IfNoneMatch, err = etag.Parse("If-None-Match", r.Header["If-None-Match"])
	return c, err
}
