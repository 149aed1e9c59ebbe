package client

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"berth/drill/history"
)

func connect(t *testing.T, handler http.HandlerFunc, timeout float64) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	c := New(Options{
		Address: strings.TrimPrefix(server.URL, "http://"), Host: "berth.localhost", Items: "/v1/items",
		MemberHeader: "Berth-Member", TimeoutSeconds: timeout,
	}, 0, func() int64 { return time.Now().UnixNano() })
	t.Cleanup(c.Close)
	return c
}

func TestARequestIsSentOnceWhateverBecomesOfIt(t *testing.T) {
	var arrived atomic.Int32
	c := connect(t, func(w http.ResponseWriter, _ *http.Request) {
		if arrived.Add(1) == 2 {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Berth-Member", "berth-0")
		w.WriteHeader(404)
	}, 5)
	get := history.Operation{Kind: history.Get, Key: "a"}
	for _, want := range []history.Outcome{history.Refused, history.Failed, history.Refused} {
		if answered, _ := c.Do(get, "", 0); answered.Outcome != want {
			t.Errorf("the outcome is %+v, want %s", answered, want)
		}
	}
	if n := arrived.Load(); n != 3 {
		t.Errorf("3 requests arrived %d times", n)
	}
}

func TestARequestThatNoMemberAnsweredIsFoundByTheNameThatTheIngressSaw(t *testing.T) {
	var seen []string
	c := connect(t, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("X-Flow-Id"))
		if len(seen) == 1 {
			w.Header().Set("Berth-Member", "berth-0")
		}
		w.WriteHeader(404)
	}, 5)
	c.options.Run, c.options.RequestHeader = "run", "X-Flow-Id"
	get := history.Operation{Kind: history.Get, Key: "a"}
	answered, _ := c.Do(get, "", 0)
	refused, _ := c.Do(get, "", 0)
	if answered.Request != "" || refused.Request == "" || refused.Request != seen[1] || seen[0] == seen[1] {
		t.Errorf("the Ingress saw %q; recorded are %q and %q", seen, answered.Request, refused.Request)
	}
}

func TestAWriteIsKnownNotToBeDoneWhereTheIngressHadNobodyToSendItTo(t *testing.T) {
	answer := "no endpoints"
	c := connect(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, answer, http.StatusBadGateway) }, 5)
	put := history.Operation{Kind: history.Put, Key: "a", Value: "1"}
	if answered, _ := c.Do(put, "", 0); answered.Outcome != history.Failed {
		t.Errorf("the outcome is %s", answered.Outcome)
	}
	answer = "Bad Gateway"
	if answered, _ := c.Do(put, "", 0); answered.Outcome != history.Unknown {
		t.Errorf("of one that may have been sent it is %s", answered.Outcome)
	}
}

func TestAConnectionThatWasClosedWhileIdleIsNotUsed(t *testing.T) {
	c := connect(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Berth-Member", "berth-0")
		hijacked, buffer, _ := w.(http.Hijacker).Hijack()
		_, _ = buffer.WriteString("HTTP/1.1 404 Not Found\r\nBerth-Member: berth-0\r\nContent-Length: 0\r\n\r\n")
		_ = buffer.Flush()
		hijacked.Close()
	}, 5)
	for range 3 {
		if answered, _ := c.Do(history.Operation{Kind: history.Get, Key: "a"}, "", 0); answered.Outcome != history.Refused {
			t.Errorf("the outcome is %+v", answered)
		}
		for deadline := time.Now().Add(5 * time.Second); c.connection.conn != nil && !c.connection.isClosed() && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
	}
}

func TestWhatIsKnownOfAWrite(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		member string
		body   string
		want   history.Outcome
	}{
		{"made", 201, "berth-0", `{"id":"a"}`, history.OK},
		{"its condition does not hold", 412, "berth-0", "", history.Refused},
		{"nothing was changed", 503, "berth-0", `{"type":"tag:x:unavailable"}`, history.Failed},
		{"not known by the server", 503, "berth-0", `{"type":"tag:x:outcome-unknown"}`, history.Unknown},
		{"the store is full", 507, "berth-0", "", history.Failed},
		{"a proxy that has no answer", 502, "", "", history.Unknown},
		{"a proxy that has no route", 404, "", "", history.Unknown},
	} {
		client := connect(t, func(w http.ResponseWriter, _ *http.Request) {
			if c.member != "" {
				w.Header().Set("Berth-Member", c.member)
			}
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
		}, 5)
		answered, _ := client.Do(history.Operation{Kind: history.Put, Key: "a", Value: "1"}, "", 0)
		if answered.Outcome != c.want || answered.Member != c.member {
			t.Errorf("%s: %+v, want %s", c.name, answered, c.want)
		}
	}
	silent := connect(t, func(http.ResponseWriter, *http.Request) { time.Sleep(300 * time.Millisecond) }, 0.05)
	if answered, _ := silent.Do(history.Operation{Kind: history.Put, Key: "a"}, "", 0); answered.Outcome != history.Unknown {
		t.Errorf("no answer in time: %+v", answered)
	}
	gone := connect(t, nil, 5)
	gone.connection.address = "127.0.0.1:1"
	if answered, _ := gone.Do(history.Operation{Kind: history.Put, Key: "a"}, "", 0); answered.Outcome != history.Failed {
		t.Errorf("nobody to ask: %+v", answered)
	}
}
