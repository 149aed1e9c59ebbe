// Command empty-server answers every request with nothing, as soon as it is
// read: what net/http and the machine can do at most.
package main

import (
	"flag"
	"io"
	"log"
	"net/http"
)

func main() {
	address := flag.String("address", "127.0.0.1:8080", "listen here")
	flag.Parse()
	log.Fatal(http.ListenAndServe(*address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusNoContent)
	})))
}
