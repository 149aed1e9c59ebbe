package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/berth/contract"
)

// binary is the server as it is shipped, built for these tests.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		directory, err := os.MkdirTemp("", "berth-server-test")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(directory)
		binary = filepath.Join(directory, "berth-server")
		build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -X main.version=1.2.3-test", "-o", binary, ".")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "building the server: %v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// process is a running server.
type process struct {
	t       *testing.T
	command *exec.Cmd
	url     string
	// exited is closed when the process has ended.
	exited chan struct{}

	mutex sync.Mutex
	lines []string
}

// start runs a server on directory and waits until it is ready.
func start(t *testing.T, directory string, settings ...string) *process {
	t.Helper()
	p := startUnready(t, directory, settings...)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		response, err := http.Get(p.url + contract.Get.Paths.Ready)
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return p
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("the server is not ready after 20 s; it logged:\n%s", p.log())
		}
	}
}

func startUnready(t *testing.T, directory string, settings ...string) *process {
	t.Helper()
	env := contract.Get.Environment
	p := &process{t: t, command: exec.Command(binary), exited: make(chan struct{})}
	p.command.Env = append([]string{
		env.HTTPAddress + "=127.0.0.1:0", env.DataDirectory + "=" + directory, env.DrainDelay + "=0s",
	}, settings...)
	stderr, err := p.command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.command.Process.Kill()
		<-p.exited
	})
	address := make(chan string, 1)
	go p.follow(stderr, address)
	select {
	case at := <-address:
		p.url = "http://" + at
	case <-time.After(20 * time.Second):
		t.Fatalf("the server does not listen after 20 s; it logged:\n%s", p.log())
	}
	return p
}

// follow keeps the log, and finds in it where the server listens.
func (p *process) follow(stderr io.Reader, address chan<- string) {
	defer close(p.exited)
	scanner := bufio.NewScanner(stderr)
	for scanner.Scan() {
		p.mutex.Lock()
		p.lines = append(p.lines, scanner.Text())
		p.mutex.Unlock()
		var line struct{ Msg, Address string }
		if json.Unmarshal(scanner.Bytes(), &line) == nil && line.Msg == "listening" {
			address <- line.Address
		}
	}
	_ = p.command.Wait() // the state has the result
}

func (p *process) log() string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return strings.Join(p.lines, "\n")
}

func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.command.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// wait returns the exit status.
func (p *process) wait() int {
	p.t.Helper()
	select {
	case <-p.exited:
		return p.command.ProcessState.ExitCode()
	case <-time.After(30 * time.Second):
		p.t.Fatalf("the server has not ended after 30 s; it logged:\n%s", p.log())
		return -1
	}
}

func (p *process) stop() {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	if status := p.wait(); status != 0 {
		p.t.Errorf("the server exits with %d, want 0; it logged:\n%s", status, p.log())
	}
}

// request answers with the status, 0 if there was no whole answer.
func request(client *http.Client, method, url, body string, headers ...string) (int, string, error) {
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, "", err
	}
	return response.StatusCode, string(text), nil
}

// runOnce runs the server to its end, without waiting for it to listen.
func runOnce(t *testing.T, environ []string, arguments ...string) (status int, stdout, stderr string) {
	t.Helper()
	command := exec.Command(binary, arguments...)
	command.Env = environ
	var out, err bytes.Buffer
	command.Stdout, command.Stderr = &out, &err
	failure := command.Run()
	var exit *exec.ExitError
	if failure != nil && !errors.As(failure, &exit) {
		t.Fatal(failure)
	}
	return command.ProcessState.ExitCode(), out.String(), err.String()
}
