package api

import (
	"net/http"

	"example.com/berth/etag"
	"example.com/berth/item"
)

// get answers with an item's document, as it was sent.
func (h *Handler) get(w http.ResponseWriter, r *http.Request, id string) error {
	s, conditions, err := h.itemRequest(r, id)
	if err != nil {
		return err
	}
	found, err := s.Get(r.Context(), id)
	if err != nil {
		return err
	}
	tag := etag.Format(found.Revision)
	if conditions.IfMatch.Given() && !conditions.IfMatch.Strong(found.Revision) {
		return &item.Error{
			Code: item.PreconditionFailed, Detail: "the item is not in the state that If-Match asks for",
			Allowed: "its entity tag, which is " + tag,
		}
	}
	header := w.Header()
	header.Set("ETag", tag)
	// May be kept, but must be asked for each time with If-None-Match.
	header.Set("Cache-Control", "no-cache")
	if conditions.IfNoneMatch.Given() && conditions.IfNoneMatch.Weak(found.Revision) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	send(w, http.StatusOK, mediaJSON, found.Document)
	return nil
}
