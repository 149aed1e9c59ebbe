package api

import (
	"net/http"

	"example.com/berth/etag"
	"example.com/berth/item"
)

// patch changes parts of a document (RFC 7396), and answers with the whole.
func (h *Handler) patch(w http.ResponseWriter, r *http.Request, id string) error {
	s, err := h.opened()
	if err != nil {
		return err
	}
	if err := item.CheckID(id); err != nil {
		return err
	}
	if _, err := query(r); err != nil {
		return err
	}
	conditions, err := conditionsOf(r)
	if err != nil {
		return err
	}
	patch, err := readBody(w, r, mediaMergePatch)
	if err != nil {
		return err
	}
	changed, err := s.Update(r.Context(), id, conditions, func(document []byte) ([]byte, error) {
		return item.MergePatch(document, patch)
	})
	if err != nil {
		return err
	}
	w.Header().Set("ETag", etag.Format(changed.Revision))
	send(w, http.StatusOK, mediaJSON, changed.Document)
	return nil
}
