package api

import (
	"net/http"

	"example.com/berth/item"
)

// delete removes an item.
func (h *Handler) delete(w http.ResponseWriter, r *http.Request, id string) error {
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
	if err := s.Delete(r.Context(), id, conditions); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
