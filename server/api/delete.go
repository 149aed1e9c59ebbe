package api

import (
	"net/http"
)

// delete removes an item.
func (h *Handler) delete(w http.ResponseWriter, r *http.Request, id string) error {
	s, conditions, err := h.itemRequest(r, id)
	if err != nil {
		return err
	}
	if err := s.Delete(r.Context(), id, conditions); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
