// Command wrong-answers is the server with a defect that no probe sees: it is ready, keeps what is written, and
// answers every GET of an item with another document. The real server runs behind it, in the same container.
package main

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	const behind = "127.0.0.1:18080"
	server := exec.Command("/real/berth-server")
	server.Env = append(os.Environ(), "BERTH_HTTP_ADDRESS="+behind)
	server.Stdout, server.Stderr = os.Stdout, os.Stderr
	if err := server.Start(); err != nil {
		log.Fatal(err)
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	go func() { _ = server.Process.Signal(<-signals) }()

	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: behind})
	proxy.ModifyResponse = func(answer *http.Response) error {
		if answer.Request.Method == http.MethodGet && answer.StatusCode == http.StatusOK &&
			strings.HasPrefix(answer.Request.URL.Path, "/v1/items/") {
			wrong := []byte(`{"wrong":true}`)
			answer.Body = io.NopCloser(bytes.NewReader(wrong))
			answer.ContentLength = int64(len(wrong))
			answer.Header.Set("Content-Length", "14")
		}
		return nil
	}
	go func() { log.Print(http.ListenAndServe(":8080", proxy)) }()
	if server.Wait() != nil {
		os.Exit(1)
	}
}
