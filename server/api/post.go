package api

import (
	"net/http"

	"example.com/berth/item"
)

// longestIdempotencyKey is the greatest number of characters in one.
const longestIdempotencyKey = 255

// post creates an item under an id that the server makes.
func (h *Handler) post(w http.ResponseWriter, r *http.Request, _ string) error {
	s, err := h.opened(r.Context())
	if err != nil {
		return err
	}
	if _, err := query(r); err != nil {
		return err
	}
	key, err := idempotencyKey(r)
	if err != nil {
		return err
	}
	document, err := readBody(w, r, mediaJSON)
	if err != nil {
		return err
	}
	id, revision, err := s.Create(r.Context(), document, key)
	if err != nil {
		return err
	}
	sendStored(w, http.StatusCreated, id, revision)
	return nil
}

// idempotencyKey is the request's, empty if it has none.
func idempotencyKey(r *http.Request) (string, error) {
	lines, given := r.Header["Idempotency-Key"]
	if !given {
		return "", nil
	}
	if len(lines) == 1 && isIdempotencyKey(lines[0]) {
		return lines[0], nil
	}
	return "", &item.Error{
		Code: item.InvalidHeader, Detail: "the Idempotency-Key is not valid",
		Value: item.Excerpt(lines[0]), Allowed: "one line of 1 to 255 visible characters of ASCII",
		Fix: "use a random UUID for each request",
	}
}

func isIdempotencyKey(text string) bool {
	for i := range len(text) {
		if text[i] < 0x21 || text[i] > 0x7e {
			return false
		}
	}
	return 0 < len(text) && len(text) <= longestIdempotencyKey
}
