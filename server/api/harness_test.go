package api

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/berth/store"
	"example.com/berth/store/storetest"
	"example.com/berth/tokens"
)

// fixture is a server over loopback, whose answers are held to openapi.json.
type fixture struct {
	t       *testing.T
	handler *Handler
	store   *store.Store
	url     string
	client  *http.Client
	// headers are sent with every request.
	headers http.Header
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// newFixture serves a store of its own.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := serveHandler(t, New(Options{Log: discard(), Version: "test"}), 5*time.Second)
	f.useStore(storetest.Open(t))
	return f
}

func (f *fixture) useStore(s *store.Store) {
	f.store = s
	f.handler.Serve(s)
}

func serveHandler(t *testing.T, handler *Handler, readTimeout time.Duration) *fixture {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: readTimeout, ReadTimeout: readTimeout, MaxHeaderBytes: 16 << 10}
	go server.Serve(listener)
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
	})
	return &fixture{
		t: t, handler: handler, url: "http://" + listener.Addr().String(), headers: http.Header{},
		client: &http.Client{Transport: transport, Timeout: 30 * time.Second},
	}
}

func tokensFile(t *testing.T, text string) *tokens.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return tokens.Open(path, discard())
}

// answer is a response that was read whole.
type answer struct {
	*http.Response
	body string
}

// do sends a request. Headers are pairs of a name and a value.
func (f *fixture) do(method, path, body string, headers ...string) answer {
	f.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	return f.doReader(method, path, reader, headers...)
}

func (f *fixture) doReader(method, path string, body io.Reader, headers ...string) answer {
	f.t.Helper()
	request, err := http.NewRequestWithContext(f.t.Context(), method, f.url+path, body)
	if err != nil {
		f.t.Fatal(err)
	}
	for name, values := range f.headers {
		request.Header[name] = values
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	response, err := f.client.Do(request)
	if err != nil {
		f.t.Fatalf("%s %s: %v", method, path, err)
	}
	text, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil {
		f.t.Fatalf("%s %s: reading the answer: %v", method, path, err)
	}
	response.Body = io.NopCloser(bytes.NewReader(text))
	hold(f.t, request, response, text)
	return answer{response, string(text)}
}

// want checks the status of an answer.
func (f *fixture) want(a answer, status int) answer {
	f.t.Helper()
	if a.StatusCode != status {
		f.t.Errorf("%s %s answers %d %s, want %d", a.Request.Method, a.Request.URL.RequestURI(), a.StatusCode, a.body, status)
	}
	return a
}

const (
	contentType = "Content-Type"
	aJSON       = mediaJSON
	aPatch      = mediaMergePatch
)

func (f *fixture) put(id, document string, headers ...string) answer {
	f.t.Helper()
	return f.do("PUT", "/v1/items/"+id, document, append(headers, contentType, aJSON)...)
}

func (f *fixture) patch(id, document string, headers ...string) answer {
	f.t.Helper()
	return f.do("PATCH", "/v1/items/"+id, document, append(headers, contentType, aPatch)...)
}

func (f *fixture) post(document string, headers ...string) answer {
	f.t.Helper()
	return f.do("POST", "/v1/items", document, append(headers, contentType, aJSON)...)
}

func (f *fixture) get(path string, headers ...string) answer {
	f.t.Helper()
	return f.do("GET", path, "", headers...)
}
