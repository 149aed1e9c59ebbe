package api

import (
	"net/http"

	"example.com/berth/item"
)

// ready answers whether requests for items should be sent here.
func (h *Handler) ready(w http.ResponseWriter, _ *http.Request, _ string) error {
	s := h.store.Load()
	switch {
	case h.draining.Load():
		return notReady("the server is stopping")
	case s == nil:
		return notReady("the store is still being opened")
	case !s.Ready():
		return notReady("the store has not answered a read since it was opened, or for some seconds, has no vote yet, or was told to retire")
	}
	send(w, http.StatusOK, mediaText, []byte("ok\n"))
	return nil
}

func notReady(detail string) error {
	return &item.Error{Code: item.Unavailable, Detail: detail}
}
