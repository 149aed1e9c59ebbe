package api

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"example.com/berth/contract"
)

func TestADocumentComesBackAsItWasSent(t *testing.T) {
	f := newFixture(t)
	for i, document := range []string{`{"a": 1.50}`, " null\n", `"é\u00e9"`, "1.0e300", `{"b":1,"a":[ ]}`, "0"} {
		id := fmt.Sprintf("id-%d", i)
		created := f.want(f.put(id, document), 201)
		if got := created.Header.Get("Location"); got != "/v1/items/"+id {
			t.Errorf("Location is %q", got)
		}
		got := f.want(f.get("/v1/items/"+id), 200)
		if got.body != document || got.Header.Get("ETag") != created.Header.Get("ETag") || got.Header.Get("Content-Type") != mediaJSON {
			t.Errorf("GET gives %q with %v, want %q", got.body, got.Header, document)
		}
		if head := f.want(f.do("HEAD", "/v1/items/"+id, ""), 200); head.ContentLength != int64(len(document)) ||
			head.Header.Get("ETag") != got.Header.Get("ETag") || head.body != "" {
			t.Errorf("HEAD has length %d, ETag %s", head.ContentLength, head.Header.Get("ETag"))
		}
	}
}

func TestTheAnswerToAWriteNamesTheItemAndItsState(t *testing.T) {
	f := newFixture(t)
	a := f.want(f.post(`{"a":1}`), 201)
	var got stored
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || got.ETag != a.Header.Get("ETag") || a.Header.Get("Location") != "/v1/items/"+got.ID {
		t.Errorf("POST answers %s with %v, %v", a.body, a.Header, err)
	}
	if read := f.want(f.get(a.Header.Get("Location")), 200); read.Header.Get("ETag") != got.ETag {
		t.Errorf("the ETag is %s, and was %s in the answer to POST", read.Header.Get("ETag"), got.ETag)
	}
}

func TestIdsMayBePercentEncoded(t *testing.T) {
	f := newFixture(t)
	f.want(f.put("a%2Db%3Ac", "1"), 201)
	f.want(f.get("/v1/items/a-b:c"), 200)
	for _, path := range []string{"", "a%2Fb", "a/b", "%2e%2e", "..", "a%00", "%ff", "a%20b", strings.Repeat("x", 129), "-"} {
		f.want(f.put(path, "1"), 400)
		f.want(f.get("/v1/items/"+path), 400)
	}
}

func TestConditionalRequestsFollowRFC9110(t *testing.T) {
	f := newFixture(t)
	first := f.want(f.put("x", "1", "If-None-Match", "*"), 201).Header.Get("ETag")
	f.want(f.put("x", "1", "If-None-Match", "*"), 412)
	f.want(f.put("y", "1", "If-Match", "*"), 412)
	second := f.want(f.put("x", "2", "If-Match", `"none", `+first), 200).Header.Get("ETag")
	lost := f.want(f.put("x", "3", "If-Match", first), 412)
	if !strings.Contains(lost.body, strings.ReplaceAll(second, `"`, `\"`)) {
		t.Errorf("the problem does not tell the present ETag %s: %s", second, lost.body)
	}
	f.want(f.get("/v1/items/x", "If-None-Match", "W/"+second), 304)
	f.want(f.get("/v1/items/x", "If-None-Match", first), 200)
	f.want(f.get("/v1/items/x", "If-Match", first), 412)
	f.want(f.get("/v1/items/x", "If-Match", second, "If-None-Match", second), 304)
	f.want(f.patch("x", "3", "If-Match", "W/"+second), 412)
	third := f.want(f.patch("x", "3", "If-Match", second), 200).Header.Get("ETag")
	f.want(f.do("DELETE", "/v1/items/x", "", "If-Match", second), 412)
	f.want(f.do("DELETE", "/v1/items/x", "", "If-Match", third), 204)
	f.want(f.do("DELETE", "/v1/items/x", "", "If-Match", third), 404)
	for _, header := range []string{"If-Match", "If-None-Match"} {
		for _, value := range []string{"5", `"5`, `*, "5"`, ""} {
			f.want(f.put("x", "1", header, value), 400)
		}
	}
	f.want(f.get("/v1/items/x"), 404)
}

func TestAnIdempotencyKeyGetsTheSameAnswerAgain(t *testing.T) {
	f := newFixture(t)
	first := f.want(f.post(`{"a":1}`, "Idempotency-Key", "k"), 201)
	again := f.want(f.post(`{"a":1}`, "Idempotency-Key", "k"), 201)
	if first.body != again.body || first.Header.Get("Location") != again.Header.Get("Location") || first.Header.Get("ETag") != again.Header.Get("ETag") {
		t.Errorf("answers are %s and %s, want the same", first.body, again.body)
	}
	f.want(f.post(`{"a":2}`, "Idempotency-Key", "k"), 422)
	for _, key := range []string{"", "a b", "é", strings.Repeat("x", 256)} {
		f.want(f.post("1", "Idempotency-Key", key), 400)
	}
	f.want(f.post("1", "Idempotency-Key", "a", "Idempotency-Key", "b"), 400)
	if page := f.page("/v1/items"); len(page.Items) != 1 {
		t.Errorf("there are %d items, want 1", len(page.Items))
	}
}

type page struct {
	Items []struct {
		ID       string
		ETag     string
		Document json.RawMessage
	}
	Next string
}

func (f *fixture) page(path string) (p page) {
	f.t.Helper()
	a := f.want(f.get(path), 200)
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		f.t.Fatalf("%s: %v", a.body, err)
	}
	return p
}

func TestAListHasAllPages(t *testing.T) {
	f := newFixture(t)
	for i := range 7 {
		f.want(f.put(fmt.Sprintf("a-%d", i), fmt.Sprint(i)), 201)
	}
	f.want(f.put("b", "1"), 201)
	var ids []string
	for path := "/v1/items?prefix=a-&limit=3"; path != ""; {
		p := f.page(path)
		for _, one := range p.Items {
			ids = append(ids, one.ID)
			if got := f.get("/v1/items/" + one.ID); got.Header.Get("ETag") != one.ETag || got.body != string(one.Document) {
				t.Errorf("%s is %s %s in the list, and %s %s", one.ID, one.ETag, one.Document, got.Header.Get("ETag"), got.body)
			}
		}
		if path = ""; p.Next != "" {
			path = "/v1/items?limit=3&cursor=" + url.QueryEscape(p.Next)
		}
	}
	if want := []string{"a-0", "a-1", "a-2", "a-3", "a-4", "a-5", "a-6"}; !slices.Equal(ids, want) {
		t.Errorf("the list has %v, want %v", ids, want)
	}
}

func TestBadQueriesAreRefused(t *testing.T) {
	f := newFixture(t)
	for _, query := range []string{
		"limit=0", "limit=-1", "limit=1001", "limit=x", "limit=", "limit=1.5", "limit=01", "limit=%2B1", "limit=1&limit=2", "limit=99999999999999999999",
		"cursor=", "cursor=x", "cursor=!!!!", "cursor=" + strings.Repeat("A", 5000), "prefix=/", "prefix=%00", "prefix=-", "prefix=" + strings.Repeat("x", 129),
		"prefx=a", "a", "%zz", "prefix=a;limit=1", "cursor=AQEAYQ&prefix=b",
	} {
		f.want(f.get("/v1/items?"+query), 400)
	}
	for _, method := range []string{"GET", "PUT", "PATCH", "DELETE"} {
		f.want(f.do(method, "/v1/items/x?limit=1", "1", contentType, aJSON), 400)
	}
	f.want(f.do("POST", "/v1/items?limit=1", "1", contentType, aJSON), 400)
}

func TestOnlyJSONAsItIsIsTaken(t *testing.T) {
	f := newFixture(t)
	for _, given := range []string{"", "text/plain", "application/xml", "application/json; charset=latin1", "application/merge-patch+json", "application/json;;", "json"} {
		f.want(f.do("PUT", "/v1/items/x", "1", contentType, given), 415)
	}
	if a := f.want(f.do("PATCH", "/v1/items/x", "1", contentType, aJSON), 415); a.Header.Get("Accept-Patch") != mediaMergePatch {
		t.Errorf("Accept-Patch is %q", a.Header.Get("Accept-Patch"))
	}
	f.want(f.put("x", "1", "Content-Encoding", "gzip"), 415)
	f.want(f.get("/v1/items/x"), 404)
	for _, given := range []string{"application/json; charset=utf-8", `Application/JSON;charset="UTF-8"`} {
		a := f.do("PUT", "/v1/items/x", "1", contentType, given)
		if a.StatusCode/100 != 2 {
			t.Errorf("%s answers %d", given, a.StatusCode)
		}
	}
}

func TestDocumentsUpToTheLimitAreTaken(t *testing.T) {
	f := newFixture(t)
	limit := int(contract.Get.Limits.BodyBytes)
	largest := `"` + strings.Repeat("x", limit-2) + `"`
	f.want(f.put("x", largest), 201)
	if got := f.want(f.get("/v1/items/x"), 200); got.body != largest {
		t.Error("the largest document does not come back as it was")
	}
	f.want(f.post(largest, "Idempotency-Key", "k"), 201)
	f.want(f.put("x", largest+" "), 413)
	f.want(f.patch("x", `{"a":"`+strings.Repeat("x", limit-8)+`"}`), 200)
	f.want(f.patch("x", `{"b":"x"}`), 413)
	// A length that is not known before is counted as it comes.
	f.want(f.doReader("PUT", "/v1/items/y", onlyReader{strings.NewReader(largest + " ")}, contentType, aJSON), 413)
	f.want(f.doReader("PUT", "/v1/items/y", onlyReader{strings.NewReader("1")}, contentType, aJSON), 201)
}

// onlyReader hides what would tell the length.
type onlyReader struct{ *strings.Reader }

func TestOtherMethodsAndPathsAreProblems(t *testing.T) {
	f := newFixture(t)
	for path, allow := range map[string]string{
		"/v1/items": "GET, HEAD, POST", "/v1/items/x": "GET, HEAD, PUT, PATCH, DELETE",
		"/livez": "GET, HEAD", "/readyz": "GET, HEAD", "/metrics": "GET, HEAD", "/openapi.json": "GET, HEAD",
	} {
		for _, method := range []string{"OPTIONS", "TRACE", "PUT", "POST", "PATCH", "DELETE", "BREW"} {
			if strings.Contains(allow, method) {
				continue
			}
			if a := f.want(f.do(method, path, ""), 405); a.Header.Get("Allow") != allow {
				t.Errorf("%s %s: Allow is %q, want %q", method, path, a.Header.Get("Allow"), allow)
			}
		}
	}
	for _, path := range []string{"/", "/v1", "/v1/", "/v1/item", "/v2/items", "//v1/items", "/livez/", "/openapi.json/x", "/v1//items", "/v1/items%2Fx/.."} {
		f.do("GET", path, "")
		if a := f.do("GET", path, ""); a.StatusCode != 404 && a.StatusCode != 400 {
			t.Errorf("GET %s answers %d, want 404", path, a.StatusCode)
		}
	}
}
