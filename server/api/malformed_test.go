package api

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/berth/contract"
)

// malformed makes one request that must be refused, as it is on the wire.
func malformed(r *rand.Rand) string {
	garbage := func(n int) string {
		text := make([]byte, r.IntN(n)+1)
		for i := range text {
			text[i] = byte(r.IntN(256))
		}
		return string(text)
	}
	request := func(method, target, headers, body string) string {
		return fmt.Sprintf("%s %s HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n\r\n%s", method, target, headers, len(body), body)
	}
	const jsonType, patchType = "Content-Type: application/json\r\n", "Content-Type: application/merge-patch+json\r\n"
	pick := func(choices ...string) string { return choices[r.IntN(len(choices))] }
	switch r.IntN(10) {
	case 0:
		return request("PUT", "/v1/items/x", jsonType, "{"+garbage(200))
	case 1:
		return request("POST", "/v1/items", jsonType, pick("", "{", "[1,]", `{"a":1,"a":2}`, "\"\xff\"", strings.Repeat("[", 65)+strings.Repeat("]", 65)))
	case 2:
		return request("PATCH", "/v1/items/kept", patchType, pick("", "{", "}{", garbage(50)+"}", `{"a":}`))
	case 3:
		return request("PUT", "/v1/items/"+pick("%00", "-", "%ff", "a%2Fb", "a/b", strings.Repeat("y", 200)), jsonType, "1")
	case 4:
		return request("GET", "/v1/items?"+pick("limit=", "cursor=", "prefix=%2F&", "x")+fmt.Sprint("x", r.Uint64()), "", "")
	case 5:
		return request(pick("PUT", "PATCH", "DELETE"), "/v1/items/kept", jsonType+"If-Match: "+pick("1", `"`, "W/1", `"a" "b"`)+"\r\n", "1")
	case 6:
		return request(pick("BREW", "DELETE", "PUT"), pick("/v1/items", "/livez", "/none"), jsonType, "1")
	case 7:
		return request("POST", "/v1/items", pick("", "Content-Type: text/plain\r\n", jsonType+"Content-Encoding: br\r\n", jsonType+"Idempotency-Key: a b\r\n"), "1")
	case 8: // refused by net/http
		return pick("", "GET /\r\n\r\n", "PUT /v1/items/x HTTP/1.1\r\n\r\n", "GET / HTTP/9.9\r\nHost: x\r\n\r\n", "POST /v1/items HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n") + garbage(100) + "\r\n\r\n"
	default: // chunks that are none, or a body cut off
		return pick(
			"PUT /v1/items/x HTTP/1.1\r\nHost: x\r\n"+jsonType+"Transfer-Encoding: chunked\r\n\r\nzz\r\n1\r\n0\r\n\r\n",
			"PUT /v1/items/x HTTP/1.1\r\nHost: x\r\n"+jsonType+"Content-Length: 100\r\n\r\n1",
			"PUT /v1/items/x HTTP/1.1\r\nHost: x\r\nX: "+strings.Repeat("x", 40<<10)+"\r\n\r\n",
		)
	}
}

func TestTenThousandMalformedRequestsChangeNothing(t *testing.T) {
	f := newFixture(t)
	f.want(f.put("kept", `{"a":1}`), 201)
	before, err := f.store.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f.client.CloseIdleConnections()
	goroutines := settled(0)

	address := strings.TrimPrefix(f.url, "http://")
	const total, workers = 10_000, 40
	var wait sync.WaitGroup
	for worker := range workers {
		wait.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(worker)))
			for range total / workers {
				sendMalformed(t, address, malformed(r))
			}
		})
	}
	wait.Wait()

	after, err := f.store.Stats(t.Context())
	if err != nil || after.Revision != before.Revision || after.Items != 1 {
		t.Errorf("the store is at revision %d with %d items, %v; it was at %d with 1", after.Revision, after.Items, err, before.Revision)
	}
	if got := f.want(f.get("/v1/items/kept"), 200); got.body != `{"a":1}` {
		t.Errorf("the item is %s", got.body)
	}
	f.client.CloseIdleConnections()
	// One or two belong to timers of the store.
	if left := settled(goroutines + 3); left > goroutines+3 {
		stacks := make([]byte, 1<<20)
		t.Errorf("%d goroutines are left of %d before:\n%s", left, goroutines, stacks[:runtime.Stack(stacks, true)])
	}
	if n := f.handler.UnderWay(); n != 0 {
		t.Errorf("%d requests are still under way", n)
	}
}

// sendMalformed sends a request, and checks that the answer, if there is one,
// is a refusal.
func sendMalformed(t *testing.T, address, text string) {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Error(err)
		return
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(10 * time.Second))
	_, _ = io.WriteString(connection, text)
	_ = connection.(*net.TCPConn).CloseWrite()
	answer, _ := io.ReadAll(connection) // it may be reset when the server does not want the rest
	if len(answer) > 0 {
		response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(answer)), nil)
		if err != nil {
			t.Errorf("%.200q is answered with %.200q: %v", text, answer, err)
			return
		}
		if response.StatusCode < 400 || response.StatusCode >= 500 && response.StatusCode != http.StatusNotImplemented && response.StatusCode != http.StatusHTTPVersionNotSupported {
			t.Errorf("%.200q is answered with %s", text, response.Status)
		}
	}
}

// settled waits until there are no more than most goroutines, or some time.
func settled(most int) (n int) {
	for range 100 {
		if n = runtime.NumGoroutine(); n <= most {
			return n
		}
		time.Sleep(20 * time.Millisecond)
	}
	return n
}

func TestASlowHeaderIsNotWaitedForLong(t *testing.T) {
	f := serveHandler(t, New(Options{Log: discard()}), 200*time.Millisecond)
	connection, err := net.Dial("tcp", strings.TrimPrefix(f.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	fmt.Fprint(connection, "GET /livez HTTP/1.1\r\nHost:")
	began := time.Now()
	_ = connection.SetReadDeadline(began.Add(10 * time.Second))
	_, _ = io.ReadAll(connection)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the connection was closed after %s", took)
	}
}

func TestAnEndlessBodyIsCutAtTheLimit(t *testing.T) {
	f := newFixture(t)
	connection, err := net.Dial("tcp", strings.TrimPrefix(f.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	fmt.Fprint(connection, "PUT /v1/items/x HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
	chunk := fmt.Sprintf("%x\r\n%s\r\n", 64<<10, strings.Repeat(" ", 64<<10))
	sent := int64(0)
	for sent < 64*contract.Get.Limits.BodyBytes {
		n, err := io.WriteString(connection, chunk)
		sent += int64(n)
		if err != nil {
			break
		}
	}
	if sent >= 64*contract.Get.Limits.BodyBytes {
		t.Errorf("the server took %d bytes of a body", sent)
	}
	f.want(f.get("/v1/items/x"), 404)
}
