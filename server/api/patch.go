package api

import (
	"net/http"

	"example.com/berth/etag"
	"example.com/berth/item"
)

// patch changes parts of a document (RFC 7396), and answers with the whole.
func (h *Handler) patch(w http.ResponseWriter, r *http.Request, id string) error {
	s, conditions, err := h.itemRequest(r, id)
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
