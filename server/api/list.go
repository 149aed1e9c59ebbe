package api

import (
	"fmt"
	"net/http"
	"strconv"

	"example.com/berth/item"
	"example.com/berth/store"
)

const (
	// defaultLimit is how many items a page has at most if nothing is said.
	defaultLimit = 100
	// largestLimit is how many may be asked for.
	largestLimit = 1000
)

// list answers with a page of items.
func (h *Handler) list(w http.ResponseWriter, r *http.Request, _ string) error {
	s, err := h.opened(r.Context())
	if err != nil {
		return err
	}
	parameters, err := query(r, "prefix", "limit", "cursor")
	if err != nil {
		return err
	}
	prefix := parameters["prefix"]
	if err := item.CheckPrefix(prefix); err != nil {
		return err
	}
	limit, err := parseLimit(parameters)
	if err != nil {
		return err
	}
	cursor, given := parameters["cursor"]
	if given && cursor == "" {
		return &item.Error{
			Code: item.InvalidParameter, Detail: "the cursor is empty",
			Allowed: "next of an earlier page", Fix: "leave out cursor for the first page",
		}
	}
	page, err := s.List(r.Context(), prefix, limit, cursor)
	if err != nil {
		return err
	}
	send(w, http.StatusOK, mediaJSON, encodePage(page))
	return nil
}

func parseLimit(parameters map[string]string) (int, error) {
	text, given := parameters["limit"]
	if !given {
		return defaultLimit, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > largestLimit || strconv.Itoa(limit) != text {
		return 0, &item.Error{
			Code: item.InvalidParameter, Detail: "the limit is not valid",
			Value: item.Excerpt(text), Allowed: fmt.Sprintf("a whole number from 1 to %d", largestLimit),
		}
	}
	return limit, nil
}

// encodePage writes JSON by hand, since documents go in as they are. Neither
// ids nor cursors have characters that would need escaping.
func encodePage(page store.Page) []byte {
	size := 64 + len(page.Next)
	for _, found := range page.Items {
		size += len(found.ID) + len(found.Document) + 64
	}
	text := append(make([]byte, 0, size), `{"items":[`...)
	for i, found := range page.Items {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(append(text, `{"id":"`...), found.ID...)
		text = append(text, `","etag":"\"`...)
		text = strconv.AppendInt(text, found.Revision, 10)
		text = append(append(text, `\"","document":`...), found.Document...)
		text = append(text, '}')
	}
	text = append(text, ']')
	if page.Next != "" {
		text = append(append(append(text, `,"next":"`...), page.Next...), '"')
	}
	return append(text, '}', '\n')
}
