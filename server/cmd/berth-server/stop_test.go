package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/berth/contract"
)

// TestAStoppingServerAnswersAllThatItAccepts stops a server under load. Each
// request must either be answered, and then be there after a restart, or not
// have been made at all.
func TestAStoppingServerAnswersAllThatItAccepts(t *testing.T) {
	directory := t.TempDir()
	env := contract.Get.Environment
	p := start(t, directory, env.DrainDelay+"=300ms")
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	var mutex sync.Mutex
	answered, refused, unanswered := map[string]bool{}, 0, []string{}
	var wait sync.WaitGroup
	for writer := range 8 {
		wait.Go(func() {
			for i := range 1_000_000 {
				id := fmt.Sprintf("stop-%d-%d", writer, i)
				status, text, err := request(client, "PUT", p.url+contract.Get.Paths.Items+"/"+id, "1", "If-None-Match", "*")
				mutex.Lock()
				switch {
				case err == nil && status == http.StatusCreated:
					answered[id] = true
				case err == nil:
					t.Errorf("%s answers %d %s", id, status, text)
				case errors.Is(err, syscall.ECONNREFUSED):
					refused++
				default:
					unanswered = append(unanswered, id)
				}
				mutex.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	time.Sleep(300 * time.Millisecond)
	before := len(answeredCopy(&mutex, answered))
	p.stop()
	wait.Wait()
	p = start(t, directory)
	for id := range answered {
		if status, _, err := request(http.DefaultClient, "GET", p.url+contract.Get.Paths.Items+"/"+id, ""); err != nil || status != http.StatusOK {
			t.Errorf("%s was answered, and is %d, %v after a restart", id, status, err)
		}
	}
	for _, id := range unanswered {
		if status, _, err := request(http.DefaultClient, "GET", p.url+contract.Get.Paths.Items+"/"+id, ""); err != nil || status != http.StatusNotFound {
			t.Errorf("%s was not answered, and is %d, %v after a restart: it was cut off", id, status, err)
		}
	}
	p.stop()
	if before == 0 || len(answered) <= before {
		t.Errorf("%d requests were answered before the signal and %d in all: want some after it", before, len(answered))
	}
	t.Logf("%d answered, %d of them after the signal; %d refused, %d reset before they were read", len(answered), len(answered)-before, refused, len(unanswered))
}

func answeredCopy(mutex *sync.Mutex, m map[string]bool) []string {
	mutex.Lock()
	defer mutex.Unlock()
	result := make([]string, 0, len(m))
	for key := range m {
		result = append(result, key)
	}
	return result
}

// halfSent sends the header and half the body of a PUT.
func halfSent(t *testing.T, p *process) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	fmt.Fprintf(connection, "PUT %s/slow HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\"", contract.Get.Paths.Items)
	time.Sleep(100 * time.Millisecond)
	return connection
}

func TestARequestUnderWayWhenToldToStopIsAnswered(t *testing.T) {
	p := start(t, t.TempDir())
	connection := halfSent(t, p)
	idle, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	fmt.Fprint(idle, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
	if _, err := http.ReadResponse(bufio.NewReader(idle), nil); err != nil {
		t.Fatal(err)
	}
	p.signal(syscall.SIGTERM)
	time.Sleep(200 * time.Millisecond)
	// A connection that nothing is under way on is closed in order, not reset.
	if n, err := idle.Read(make([]byte, 1)); n != 0 && !errors.Is(err, io.EOF) {
		t.Errorf("the idle connection reads %d bytes, %v, want its end", n, err)
	}
	fmt.Fprint(connection, ":1}")
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatalf("the request was cut off: %v; log:\n%s", err, p.log())
	}
	if response.StatusCode != http.StatusCreated || !response.Close {
		t.Errorf("it answers %d, close %v, want 201 and that the connection ends", response.StatusCode, response.Close)
	}
	if status := p.wait(); status != 0 {
		t.Errorf("the server exits with %d", status)
	}
}

func TestARequestThatNeverEndsIsCutOffInTime(t *testing.T) {
	p := start(t, t.TempDir(), contract.Get.Environment.ShutdownTimeout+"=1s")
	halfSent(t, p)
	p.signal(syscall.SIGTERM)
	began := time.Now()
	if status := p.wait(); status != exitFailed {
		t.Errorf("the server exits with %d, want %d, for it cut a request off", status, exitFailed)
	}
	if took := time.Since(began); took > 6*time.Second {
		t.Errorf("it took %s to stop, want little more than 1 s", took)
	}
	if !strings.Contains(p.log(), "1 requests were cut off") {
		t.Errorf("the log does not say that a request was cut off:\n%s", p.log())
	}
}

func TestAStoppingServerIsNotReadyAndGoesOnServing(t *testing.T) {
	p := start(t, t.TempDir(), contract.Get.Environment.DrainDelay+"=10s")
	p.signal(syscall.SIGTERM)
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if status, _, err := request(http.DefaultClient, "GET", p.url+contract.Get.Paths.Ready, ""); err == nil && status == http.StatusServiceUnavailable {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the server is still ready 5 s after it was told to stop")
		}
	}
	if status, _, err := request(http.DefaultClient, "PUT", p.url+contract.Get.Paths.Items+"/x", "1"); err != nil || status != http.StatusCreated {
		t.Errorf("a write answers %d, %v while draining", status, err)
	}
	// A second signal does not wait any longer.
	began := time.Now()
	p.stop()
	if took := time.Since(began); took > 6*time.Second {
		t.Errorf("it took %s to stop after a second signal", took)
	}
}

// Whatever routes may let go of a member late, on a machine that is busy.
func TestAStoppingServerServesOnWhileRequestsCome(t *testing.T) {
	p := start(t, t.TempDir(), contract.Get.Environment.DrainDelay+"=1s")
	p.signal(syscall.SIGTERM)
	// Far apart, and each on a connection of its own.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answered := 0
	for began := time.Now(); time.Since(began) < 4*time.Second; time.Sleep(100 * time.Millisecond) {
		status, _, err := request(client, "PUT", p.url+contract.Get.Paths.Items+"/x", "1")
		if err != nil || status != http.StatusCreated && status != http.StatusOK {
			t.Fatalf("request %d answers %d, %v, %s after the signal", answered, status, err, time.Since(began))
		}
		answered++
	}
	if status := p.wait(); status != 0 {
		t.Errorf("the server exits with %d", status)
	}
	if strings.Contains(p.log(), "still come") {
		t.Errorf("the server gave up on requests that had ended; it logged:\n%s", p.log())
	}
}

func TestAStoppingServerStopsAlthoughProbesAndRequestsGoOn(t *testing.T) {
	p := start(t, t.TempDir(), contract.Get.Environment.DrainDelay+"=400ms")
	p.signal(syscall.SIGTERM)
	// Several at once: one client alone may fall silent for as long as the
	// delay on a machine that is busy, and requests would have ended.
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for {
				if _, _, err := request(http.DefaultClient, "GET", p.url+contract.Get.Paths.Items+"/x", ""); err != nil {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
	clients.Wait()
	p.wait()
	if !strings.Contains(p.log(), "still come") {
		t.Errorf("the log does not say that requests did not end:\n%s", p.log())
	}
	p = start(t, t.TempDir(), contract.Get.Environment.DrainDelay+"=100ms")
	p.signal(syscall.SIGTERM)
	for {
		if _, _, err := request(http.DefaultClient, "GET", p.url+contract.Get.Paths.Ready, ""); err != nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.wait()
	if strings.Contains(p.log(), "still come") {
		t.Errorf("probes are taken for requests of clients:\n%s", p.log())
	}
}

// A member that waits for the others may wait for long, and has nothing to
// finish but to tell who waits for it.
func TestAServerThatWaitsForItsPeersStopsAtOnce(t *testing.T) {
	env := contract.Get.Environment
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(strings.Repeat("0123456789abcdef", 2)), 0o600); err != nil {
		t.Fatal(err)
	}
	p := startUnready(t, t.TempDir(), env.PodName+"=berth-1", env.Replicas+"=3",
		env.PeerDomain+"=berth-peers.test.invalid", env.PeerSecretFile+"="+secret, env.DrainDelay+"=60s")
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(p.log(), `"waiting"`); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the server does not wait; it logged:\n%s", p.log())
		}
	}
	connection, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	fmt.Fprintf(connection, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", contract.Get.Paths.Items)
	// A request that was not read is not answered, so others are read after it.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for range 50 {
		if status, _, err := request(client, "GET", p.url+contract.Get.Paths.Live, ""); err != nil || status != http.StatusOK {
			t.Fatalf("the server answers %d, %v that it is alive", status, err)
		}
	}
	// Far less than the drain, which is for servers that have been ready.
	p.stop()
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatalf("a request that waited is not answered: %v", err)
	}
	text, _ := io.ReadAll(response.Body)
	if response.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(text), "still being opened") {
		t.Errorf("a request that waited is answered %d %s", response.StatusCode, text)
	}
	if log := p.log(); strings.Contains(log, "told to stop\"") || !strings.Contains(log, "told to stop while starting") {
		t.Errorf("the server logged:\n%s", log)
	}
}
