package api

import (
	_ "embed"
	"net/http"
)

//go:embed openapi.json
var openAPI []byte

// openAPI answers with the description of this interface (OpenAPI 3.1).
func (h *Handler) openAPI(w http.ResponseWriter, _ *http.Request, _ string) error {
	w.Header().Set("Cache-Control", "no-cache")
	send(w, http.StatusOK, mediaJSON, openAPI)
	return nil
}
