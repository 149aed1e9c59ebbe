package membership

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"example.com/berth/peerdns"
)

// askTimeout is how long a member may take to tell its status: longer than it
// takes to hear from a majority, shorter than anybody minds to wait.
const askTimeout = 2 * time.Second

// reachTimeout is how long a member near by may take to take a connection.
const reachTimeout = 200 * time.Millisecond

// Client asks other members.
type Client struct {
	http   *http.Client
	config *tls.Config
	book   *peerdns.Book
}

// NewClient makes a client that shows the certificate in config, and notes in
// book which members it met; nil notes nothing.
func NewClient(config *tls.Config, book *peerdns.Book) *Client {
	c := &Client{config: config.Clone(), book: book}
	c.http = &http.Client{Transport: &http.Transport{
		DialTLSContext: c.connect,
		// Requests are rare, and a member's address changes with its pod.
		DisableKeepAlives: true,
	}}
	return c
}

// Confirm has it noted that the member called host is at address, an address
// and a port, if it takes a connection there. A request of a member's own is a
// hint and no more: it need not come from where the member is reached, with a
// service mesh between them for one. If it is not there, nor can it be relied
// on that it still is where it was.
func (c *Client) Confirm(ctx context.Context, host, address string) {
	if at, err := netip.ParseAddrPort(address); err != nil || at.Addr().Unmap() == c.book.At(host) {
		return
	}
	if connection, err := c.dial(ctx, host, address); err == nil {
		connection.Close()
	}
}

// connect connects to the member at address.
func (c *Client) connect(ctx context.Context, _, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	return c.dial(ctx, host, address)
}

// dial connects to the member called host at address, and notes whether it was
// met. It has a limit of its own: an HTTP client lets a connection be made
// although whoever wanted it has gone.
func (c *Client) dial(ctx context.Context, host, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	noted := c.book.At(host)
	dialer := tls.Dialer{Config: c.config.Clone()}
	dialer.Config.ServerName = host
	connection, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		c.book.Missed(host, noted)
		return nil, err
	}
	c.book.Met(host, connection.RemoteAddr().String())
	return connection, nil
}

// Ask asks all members at addresses, by whatever they are keyed with, at the
// same time. Those that do not answer in time are left out.
func (c *Client) Ask(ctx context.Context, addresses map[int]string) map[int]Status {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	var mutex sync.Mutex
	var wait sync.WaitGroup
	answers := map[int]Status{}
	for key, address := range addresses {
		wait.Go(func() {
			var status Status
			if err := c.do(ctx, http.MethodGet, address, statusPath, &status); err != nil {
				return
			}
			mutex.Lock()
			defer mutex.Unlock()
			answers[key] = status
		})
	}
	wait.Wait()
	return answers
}

// Join asks the member at address to let in the member of this name.
func (c *Client) Join(ctx context.Context, address, name string) (Admission, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*requestTimeout)
	defer cancel()
	var admission Admission
	err := c.do(ctx, http.MethodPost, address, strings.Replace(joinPath, "{name}", name, 1), &admission)
	return admission, err
}

// Leave asks the member at address to take the member of this name off the
// list.
func (c *Client) Leave(ctx context.Context, address, name string) error {
	return c.post(ctx, address, strings.Replace(leavePath, "{name}", name, 1))
}

// Return asks the member at address to let the member of this name in again.
func (c *Client) Return(ctx context.Context, address, name string) error {
	return c.post(ctx, address, strings.Replace(returnPath, "{name}", name, 1))
}

// Retire asks the member at address to be unready and not to lead.
func (c *Client) Retire(ctx context.Context, address string) error {
	return c.post(ctx, address, retirePath)
}

// Resume asks the member at address to be ready again.
func (c *Client) Resume(ctx context.Context, address string) error {
	return c.post(ctx, address, resumePath)
}

// Attend returns at once when the member at address ends, however it does: of
// a process that is killed the system closes the connections. ended is false
// when ctx ends, and if the member cannot be reached at first, or does not
// know this request. One that hangs or is cut off is attended on. begun is
// called once it is attended.
func (c *Client) Attend(ctx context.Context, address string, begun func()) (ended bool) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+address+attendPath, http.NoBody)
	if err != nil {
		return false
	}
	response, err := c.http.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return false
	}
	begun()
	_, _ = io.Copy(io.Discard, response.Body)
	return ctx.Err() == nil
}

// Reaches reports whether anybody takes connections at address.
func (c *Client) Reaches(ctx context.Context, address string) bool {
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return false
	}
	connection.Close()
	return true
}

func (c *Client) post(ctx context.Context, address, path string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*requestTimeout)
	defer cancel()
	return c.do(ctx, http.MethodPost, address, path, &struct{}{})
}

// longestAnswer is in bytes; a list of five members is far below it.
const longestAnswer = 64 << 10

func (c *Client) do(ctx context.Context, method, address, path string, into any) error {
	request, err := http.NewRequestWithContext(ctx, method, "https://"+address+path, http.NoBody)
	if err != nil {
		return err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %d: %s", address, response.StatusCode, strings.TrimSpace(string(text)))
	}
	return json.Unmarshal(text, into)
}
