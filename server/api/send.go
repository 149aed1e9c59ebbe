package api

import (
	"net/http"
	"time"

	"example.com/berth/contract"
)

// piece is how much of an answer is written at once.
const piece = 64 << 10

// writeTimeout is how long a client may take to read one piece. A slow client
// that goes on reading is never cut off; one that stopped is.
var writeTimeout = time.Duration(contract.Get.Limits.RequestSeconds) * time.Second

// send writes a whole answer. Errors of writing are the client's going away,
// of which nobody is left to be told.
func send(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	contentLength(w, len(body))
	w.WriteHeader(status)
	if len(body) <= piece {
		_, _ = w.Write(body)
		return
	}
	controller := http.NewResponseController(w)
	for len(body) > 0 {
		n := min(piece, len(body))
		// The server's own deadline is for the answer as a whole.
		_ = controller.SetWriteDeadline(time.Now().Add(writeTimeout))
		if _, err := w.Write(body[:n]); err != nil {
			return
		}
		body = body[n:]
	}
}
