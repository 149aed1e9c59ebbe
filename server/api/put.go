package api

import (
	"net/http"

	"example.com/berth/contract"
	"example.com/berth/etag"
)

// put creates or replaces an item.
func (h *Handler) put(w http.ResponseWriter, r *http.Request, id string) error {
	s, conditions, err := h.itemRequest(r, id)
	if err != nil {
		return err
	}
	document, err := readBody(w, r, mediaJSON)
	if err != nil {
		return err
	}
	revision, created, err := s.Put(r.Context(), id, document, conditions)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	sendStored(w, status, id, revision)
	return nil
}

// stored is the body of the answer to a write.
type stored struct {
	ID   string `json:"id"`
	ETag string `json:"etag"`
}

func sendStored(w http.ResponseWriter, status int, id string, revision int64) {
	tag := etag.Format(revision)
	w.Header().Set("ETag", tag)
	if status == http.StatusCreated {
		w.Header().Set("Location", contract.Get.Paths.Items+"/"+id)
	}
	send(w, status, mediaJSON, encode(stored{id, tag}))
}
