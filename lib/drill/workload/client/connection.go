// Package client sends requests to the server as a program of a user would,
// except that one request is one attempt: net/http's Transport sends some
// again on another connection without a word, and a drill must not miss the
// first one's failure.
package client

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"
)

// connection is one that is kept open between requests, as long as the other
// side keeps it.
type connection struct {
	address string
	// timeout is how long one request may take.
	timeout time.Duration
	conn    net.Conn
	reader  *bufio.Reader
}

// errNotSent wraps an error of a request that never left this machine.
type errNotSent struct{ error }

// do sends a request and reads the whole answer.
func (c *connection) do(request *http.Request) (*http.Response, []byte, error) {
	deadline := time.Now().Add(c.timeout)
	if err := c.ensure(deadline); err != nil {
		return nil, nil, errNotSent{err}
	}
	_ = c.conn.SetDeadline(deadline)
	response, body, err := c.exchange(request)
	if err != nil || response.Close {
		c.close()
	}
	return response, body, err
}

func (c *connection) exchange(request *http.Request) (*http.Response, []byte, error) {
	if err := request.Write(c.conn); err != nil {
		return nil, nil, err
	}
	response, err := http.ReadResponse(c.reader, request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response, body, err
}

// ensure opens a connection unless there is one. One that the other side has
// closed while nothing was under way is none: every client looks before it
// sends.
func (c *connection) ensure(deadline time.Time) error {
	if c.conn != nil && c.isClosed() {
		c.close()
	}
	if c.conn != nil {
		return nil
	}
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.address)
	if err != nil {
		return err
	}
	c.conn, c.reader = conn, bufio.NewReader(conn)
	return nil
}

// isClosed looks at what arrived since the last answer, without waiting:
// nothing should have.
func (c *connection) isClosed() bool {
	raw, err := c.conn.(syscall.Conn).SyscallConn()
	if err != nil {
		return true
	}
	closed := false
	err = raw.Read(func(fd uintptr) bool {
		var one [1]byte
		_, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		closed = !errors.Is(err, syscall.EAGAIN)
		return true
	})
	return closed || err != nil
}

func (c *connection) close() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}

// reason puts an error of the network in a few words that are the same each
// time, so that they can be counted.
func reason(err error) string {
	var notSent errNotSent
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed"
	case errors.As(err, &notSent):
		return "not connected: " + notSent.Error()
	default:
		return err.Error()
	}
}
