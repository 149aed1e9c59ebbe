package api

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"example.com/berth/contract"
	"example.com/berth/store/storetest"
)

// description is openapi.json with what was seen of it in the tests so far.
var description struct {
	once      sync.Once
	validator validator.Validator
	// documented has "METHOD path status", with the media types of each.
	documented map[string][]string

	mutex sync.Mutex
	seen  map[string]bool
}

func loadDescription(t *testing.T) {
	t.Helper()
	description.once.Do(func() {
		document, err := libopenapi.NewDocument(openAPI)
		if err != nil {
			t.Fatal(err)
		}
		v, errs := validator.NewValidator(document)
		if errs != nil {
			t.Fatal(errs)
		}
		description.validator = v
		description.documented = documented(t)
		description.seen = map[string]bool{}
	})
}

// documented reads the description as plain JSON, to know what it promises.
func documented(t *testing.T) map[string][]string {
	t.Helper()
	var d struct {
		Paths      map[string]map[string]json.RawMessage
		Components struct {
			Responses map[string]struct{ Content map[string]any }
		}
	}
	if err := json.Unmarshal(openAPI, &d); err != nil {
		t.Fatal(err)
	}
	result := map[string][]string{}
	for path, operations := range d.Paths {
		for method, raw := range operations {
			if method == "parameters" {
				continue
			}
			var operation struct {
				Responses map[string]struct {
					Ref     string `json:"$ref"`
					Content map[string]any
				}
			}
			if err := json.Unmarshal(raw, &operation); err != nil {
				t.Fatal(err)
			}
			for status, response := range operation.Responses {
				content := response.Content
				if name, ok := strings.CutPrefix(response.Ref, "#/components/responses/"); ok {
					content = d.Components.Responses[name].Content
				}
				types := []string{}
				for mediaType := range content {
					types = append(types, mediaType)
				}
				result[strings.ToUpper(method)+" "+path+" "+status] = types
			}
		}
	}
	return result
}

// hold checks an answer against the description, if its method and path are
// in it at all.
func hold(t *testing.T, request *http.Request, response *http.Response, body []byte) {
	t.Helper()
	loadDescription(t)
	path := request.URL.Path
	// What is no single segment is none of the paths described.
	if id, ok := strings.CutPrefix(path, "/v1/items/"); ok && id != "" && !strings.Contains(id, "/") {
		path = "/v1/items/{id}"
	}
	if response.StatusCode >= 400 && request.Method != http.MethodHead {
		holdProblem(t, request, response, body)
	}
	if !isDescribed(request.Method + " " + path + " ") {
		return
	}
	key := fmt.Sprintf("%s %s %d", request.Method, path, response.StatusCode)
	types, ok := description.documented[key]
	if !ok {
		t.Errorf("%s is not in openapi.json", key)
		return
	}
	mediaType, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if len(types) > 0 && !slices.Contains(types, mediaType) {
		t.Errorf("%s has Content-Type %s, and %v in openapi.json", key, mediaType, types)
	}
	description.mutex.Lock()
	defer description.mutex.Unlock()
	description.seen[key] = true
	if request.Method == http.MethodHead || strings.Contains(request.URL.Path, "%") {
		return
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	if valid, problems := description.validator.ValidateHttpResponse(request, response); !valid {
		for _, problem := range problems {
			t.Errorf("%s is not as in openapi.json: %s: %s", key, problem.Message, problem.Reason)
		}
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
}

// isDescribed reports whether a method of a path, and a space, begins any of
// what is described.
func isDescribed(operation string) bool {
	for key := range description.documented {
		if strings.HasPrefix(key, operation) {
			return true
		}
	}
	return false
}

func holdProblem(t *testing.T, request *http.Request, response *http.Response, body []byte) {
	t.Helper()
	name := fmt.Sprintf("%s %s %d", request.Method, request.URL.RequestURI(), response.StatusCode)
	var p problem
	if err := json.Unmarshal(body, &p); err != nil {
		t.Errorf("%s: the problem %q is not JSON: %v", name, body, err)
	}
	if p.Status != response.StatusCode || p.Type == "" || p.Title == "" || p.Detail == "" {
		t.Errorf("%s: the problem is incomplete: %s", name, body)
	}
	if got := response.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("%s: the problem's Content-Type is %s", name, got)
	}
}

func keys[V any](m map[string]V) []string {
	result := make([]string, 0, len(m))
	for key := range m {
		result = append(result, key)
	}
	slices.Sort(result)
	return result
}

func TestTheDescriptionIsOpenAPI31(t *testing.T) {
	loadDescription(t)
	if valid, problems := description.validator.ValidateDocument(); !valid {
		for _, problem := range problems {
			t.Errorf("%s: %s", problem.Message, problem.Reason)
			for _, cause := range problem.SchemaValidationErrors {
				t.Errorf("  %s: %s", cause.FieldPath, cause.Reason)
			}
		}
	}
}

func TestTheDescriptionStatesTheLimitsOfTheContract(t *testing.T) {
	for _, text := range []string{
		fmt.Sprintf("%d bytes", contract.Get.Limits.BodyBytes),
		fmt.Sprintf(`"maximum": %d,`, largestLimit),
		fmt.Sprintf(`"default": %d`, defaultLimit),
	} {
		if !bytes.Contains(openAPI, []byte(text)) {
			t.Errorf("openapi.json does not have %q", text)
		}
	}
	h := New(Options{Log: discard()})
	for _, path := range h.paths() {
		if !bytes.Contains(openAPI, []byte(`"`+path+`": {`)) {
			t.Errorf("openapi.json does not have the path %s", path)
		}
	}
}

// TestTheServerDoesAllThatIsDescribed sees to it that every method of every
// path answers with every status that openapi.json has for it, as described.
func TestTheServerDoesAllThatIsDescribed(t *testing.T) {
	f := newFixture(t)
	exerciseSuccess(f)
	exerciseProblems(f)
	exerciseWithoutStore(t)
	exerciseUnauthorized(t)
	exerciseFullStore(t)
	exerciseSlowBody(t)
	exerciseFailure(t)
	for _, key := range keys(description.documented) {
		if !description.seen[key] {
			t.Errorf("%s is in openapi.json, and the server was not seen to do it", key)
		}
	}
}

// operations are the methods and paths that are described.
func operations() (result [][2]string) {
	for _, key := range keys(description.documented) {
		parts := strings.Fields(key)
		operation := [2]string{parts[0], strings.ReplaceAll(parts[1], "{id}", "x")}
		if !slices.Contains(result, operation) {
			result = append(result, operation)
		}
	}
	return result
}

func (f *fixture) doAs(operation [2]string) answer {
	f.t.Helper()
	switch method, path := operation[0], operation[1]; method {
	case "PATCH":
		return f.do(method, path, "{}", contentType, aPatch)
	case "PUT", "POST":
		return f.do(method, path, "{}", contentType, aJSON)
	default:
		return f.do(method, path, "")
	}
}

func exerciseSuccess(f *fixture) {
	f.want(f.put("x", `{"a":1}`), 201)
	tag := f.want(f.put("x", `{"a":2}`), 200).Header.Get("ETag")
	f.want(f.post(`{}`), 201)
	f.want(f.patch("x", `{"b":3}`), 200)
	for _, method := range []string{"GET", "HEAD"} {
		for _, path := range []string{"/livez", "/readyz", "/metrics", "/openapi.json", "/v1/items", "/v1/items/x", "/v1/items?limit=1&prefix=x"} {
			f.want(f.do(method, path, ""), 200)
		}
		f.want(f.do(method, "/v1/items/x", "", "If-None-Match", "*"), 304)
	}
	f.want(f.do("DELETE", "/v1/items/x", "", "If-None-Match", tag), 204)
}

func exerciseProblems(f *fixture) {
	f.want(f.put("x", "1"), 201)
	for _, method := range []string{"GET", "HEAD", "DELETE", "PATCH"} {
		f.want(f.do(method, "/v1/items/none", "{}", contentType, aPatch), 404)
		f.want(f.do(method, "/v1/items/x", "{}", "If-Match", `"1"`, contentType, aPatch), 412)
		f.want(f.do(method, "/v1/items/-", "{}", contentType, aPatch), 400)
	}
	f.want(f.put("x", "1", "If-Match", `"1"`), 412)
	future := base64.RawURLEncoding.EncodeToString(append(binary.AppendUvarint([]byte{1}, 1<<40), 0, 'a'))
	for _, method := range []string{"GET", "HEAD"} {
		f.want(f.do(method, "/v1/items?limit=0", ""), 400)
		f.want(f.do(method, "/v1/items?cursor="+future, ""), 410)
	}
	f.want(f.post("1", "Idempotency-Key", "k"), 201)
	f.want(f.post("2", "Idempotency-Key", "k"), 422)
	large := strings.Repeat(" ", int(contract.Get.Limits.BodyBytes)) + "1"
	for _, operation := range [][3]string{{"PUT", "/v1/items/x", aJSON}, {"POST", "/v1/items", aJSON}, {"PATCH", "/v1/items/x", aPatch}} {
		f.want(f.do(operation[0], operation[1], "{", contentType, operation[2]), 400)
		f.want(f.do(operation[0], operation[1], "{}", contentType, "text/plain"), 415)
		f.want(f.do(operation[0], operation[1], large, contentType, operation[2]), 413)
	}
}

func exerciseWithoutStore(t *testing.T) {
	setOpenPatience(t, time.Millisecond)
	f := serveHandler(t, New(Options{Log: discard()}), 5*time.Second)
	for _, operation := range operations() {
		a := f.doAs(operation)
		if path := operation[1]; strings.HasPrefix(path, "/v1") || path == "/readyz" {
			f.want(a, 503)
			if a.Header.Get("Retry-After") == "" {
				t.Errorf("%v: no Retry-After", operation)
			}
		} else {
			f.want(a, 200)
		}
	}
}

func exerciseUnauthorized(t *testing.T) {
	f := serveHandler(t, New(Options{Log: discard(), Tokens: tokensFile(t, "token\n")}), 5*time.Second)
	for _, operation := range operations() {
		if strings.HasPrefix(operation[1], "/v1") {
			f.want(f.doAs(operation), 401)
		}
	}
}

func exerciseFullStore(t *testing.T) {
	options := storetest.Options(t, t.TempDir())
	s := storetest.OpenWith(t, options)
	f := serveHandler(t, New(Options{Log: discard()}), 5*time.Second)
	f.useStore(s)
	f.want(f.put("x", "1"), 201)
	s.Close()
	options.Quota = 1
	s = storetest.OpenWith(t, options)
	t.Cleanup(s.Close)
	f = serveHandler(t, New(Options{Log: discard()}), 5*time.Second)
	f.useStore(s)
	f.want(f.put("x", "1"), 507)
	f.want(f.post("1"), 507)
	f.want(f.patch("x", "{}"), 507)
	f.want(f.get("/v1/items/x"), 200)
	f.want(f.do("DELETE", "/v1/items/x", ""), 204)
}

// stalled is a body that does not come.
type stalled chan struct{}

func (s stalled) Read([]byte) (int, error) {
	<-s
	return 0, io.EOF
}

func exerciseSlowBody(t *testing.T) {
	f := serveHandler(t, New(Options{Log: discard()}), 200*time.Millisecond)
	f.useStore(storetest.Open(t))
	for _, operation := range [][3]string{{"PUT", "/v1/items/x", aJSON}, {"POST", "/v1/items", aJSON}, {"PATCH", "/v1/items/x", aPatch}} {
		body := make(stalled)
		a := f.want(f.doReader(operation[0], operation[1], body, contentType, operation[2]), 408)
		close(body)
		if !a.Close {
			t.Errorf("%s: the connection is kept after 408", operation[0])
		}
	}
	f.want(f.get("/v1/items/x"), 404)
}

func exerciseFailure(t *testing.T) {
	handler := New(Options{Log: discard()})
	n := 0
	broken := func(http.ResponseWriter, *http.Request, string) error {
		if n++; n%2 == 0 {
			panic("broken on purpose")
		}
		return errors.New("broken on purpose")
	}
	for _, route := range append(slices.Collect(maps.Values(handler.exact)), handler.one) {
		for method := range route.methods {
			route.methods[method] = broken
		}
	}
	f := serveHandler(t, handler, 5*time.Second)
	for range 2 {
		for _, operation := range operations() {
			if a := f.want(f.doAs(operation), 500); strings.Contains(a.body, "on purpose") {
				t.Errorf("%v tells what went wrong inside: %s", operation, a.body)
			}
		}
	}
}
