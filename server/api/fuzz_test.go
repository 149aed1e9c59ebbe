package api

import (
	"errors"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"example.com/berth/item"
)

// told fails unless err, if there is one, is for the client.
func told(t *testing.T, err error) bool {
	t.Helper()
	var problem *item.Error
	if err != nil && !errors.As(err, &problem) {
		t.Fatalf("not an error for the client: %v", err)
	}
	return err == nil
}

func FuzzAQueryHasOnlyWhatIsAllowedAndOnce(f *testing.F) {
	for _, seed := range []string{"", "prefix=a&limit=1", "limit=1&limit=2", "limitt=1", "prefix=%zz", "prefix=a;b", "limit=+1", "limit=1001", "&&="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := &http.Request{URL: &url.URL{RawQuery: text}}
		parameters, err := query(r, "prefix", "limit")
		if !told(t, err) {
			return
		}
		again := url.Values{}
		for name, value := range parameters {
			if name != "prefix" && name != "limit" {
				t.Errorf("%q gives the parameter %q", text, name)
			}
			again.Set(name, value)
		}
		if given, _ := url.ParseQuery(text); given.Encode() != again.Encode() {
			t.Errorf("%q is read as %v", text, parameters)
		}
		limit, err := parseLimit(parameters)
		if told(t, err) && (limit < 1 || limit > largestLimit || again.Has("limit") && strconv.Itoa(limit) != again.Get("limit")) {
			t.Errorf("%q has the limit %d", text, limit)
		}
	})
}

func FuzzAMediaTypeIsTheOneAskedForInUTF8(f *testing.F) {
	for _, seed := range []string{"application/json", "application/json; charset=UTF-8", "APPLICATION/JSON", "application/json; charset=latin1", "text/plain", "", ";", "application/json;"} {
		f.Add(seed, "")
	}
	f.Add("application/json", "gzip")
	f.Fuzz(func(t *testing.T, given, coding string) {
		r := httptest.NewRequest(http.MethodPut, "/", nil)
		r.Header["Content-Type"], r.Header["Content-Encoding"] = []string{given}, []string{coding}
		if !told(t, checkMediaType(httptest.NewRecorder(), r, mediaJSON)) {
			return
		}
		parsed, parameters, err := mime.ParseMediaType(given)
		charset, has := parameters["charset"]
		if err != nil || parsed != mediaJSON || has && !strings.EqualFold(charset, "utf-8") {
			t.Errorf("%q is taken for %s in UTF-8", given, mediaJSON)
		}
		if coding != "" && !strings.EqualFold(coding, "identity") {
			t.Errorf("a body in %q is taken as it is", coding)
		}
	})
}

func FuzzAnIdempotencyKeyIsOneVisibleLine(f *testing.F) {
	for _, seed := range []string{"", "a", "a b", "\x7f", "é", strings.Repeat("x", 255), strings.Repeat("x", 256)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		key, err := idempotencyKey(&http.Request{Header: http.Header{"Idempotency-Key": {text}}})
		if !told(t, err) {
			return
		}
		outside := func(r rune) bool { return r < '!' || r > '~' }
		if key != text || text == "" || len(text) > 255 || strings.ContainsFunc(text, outside) {
			t.Errorf("%q is taken as the key %q", text, key)
		}
		if _, err := idempotencyKey(&http.Request{Header: http.Header{"Idempotency-Key": {text, text}}}); err == nil {
			t.Error("two keys are taken for one")
		}
	})
}
