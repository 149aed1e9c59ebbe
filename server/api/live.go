package api

import "net/http"

const mediaText = "text/plain; charset=utf-8"

// live answers as long as the process does. It must not depend on the other
// members: restarting this one would not bring them back.
func (h *Handler) live(w http.ResponseWriter, _ *http.Request, _ string) error {
	send(w, http.StatusOK, mediaText, []byte("ok\n"))
	return nil
}
