package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"berth/drill/history"
)

// Options say where the server is and how it is spoken to.
type Options struct {
	// Address is where the Ingress listens, HOST:PORT.
	Address string `json:"address"`
	// Host is the name that the Ingress routes by.
	Host string `json:"host"`
	// Token is the bearer token.
	Token string `json:"token"`
	// Items is the path of the collection, such as /v1/items.
	Items string `json:"items"`
	// MemberHeader is the header in which the server says which pod answers.
	MemberHeader string `json:"memberHeader"`
	// RequestHeader is the header that the Ingress controller's log has of
	// each request that it could not pass on. Empty for none.
	RequestHeader string `json:"requestHeader"`
	// TimeoutSeconds is how long a request may take; longer than the server
	// itself tries.
	TimeoutSeconds float64 `json:"timeoutSeconds"`
	// Run marks every document.
	Run string `json:"-"`
}

// Client has one connection and is used by one goroutine.
type Client struct {
	options    Options
	connection connection
	number     int
	requests   int
	now        func() int64
}

// New makes a client. now is the clock of the history.
func New(options Options, number int, now func() int64) *Client {
	timeout := time.Duration(options.TimeoutSeconds * float64(time.Second))
	return &Client{
		options: options, number: number, now: now,
		connection: connection{address: options.Address, timeout: timeout},
	}
}

// Close closes the connection.
func (c *Client) Close() { c.connection.close() }

// document is what items of the drill look like. Filler makes them as large
// as items commonly are.
type document struct {
	Drill  string `json:"drill"`
	Value  string `json:"value"`
	Filler string `json:"filler,omitempty"`
}

var filler = strings.Repeat("-", 180)

// page is an answer to a list.
type page struct {
	Items []struct {
		ID       string          `json:"id"`
		ETag     string          `json:"etag"`
		Document json.RawMessage `json:"document"`
	} `json:"items"`
	Next string `json:"next"`
}

// Do makes the request that the operation describes and returns it with the
// answer. cursor is that of a further page; next that of the one after.
func (c *Client) Do(operation history.Operation, cursor string, limit int) (_ history.Operation, next string) {
	operation.Client = c.number
	request, err := c.request(operation, cursor, limit)
	if err != nil {
		panic(err) // of what this program itself put together
	}
	name := c.name(request)
	operation.Call = c.now()
	response, body, err := c.connection.do(request)
	operation.Return = c.now()
	if err != nil || response.Header.Get(c.options.MemberHeader) == "" {
		operation.Request = name
	}
	if err != nil {
		operation.Outcome, operation.Error = history.Unknown, reason(err)
		var notSent errNotSent
		if errors.As(err, &notSent) || isRead(operation.Kind) {
			operation.Outcome = history.Failed
		}
		return operation, ""
	}
	operation.Status = response.StatusCode
	operation.Member = response.Header.Get(c.options.MemberHeader)
	operation.Outcome = outcomeOf(operation, body)
	if operation.Outcome == history.Failed || operation.Outcome == history.Unknown {
		operation.Error = excerpt(body)
		return operation, ""
	}
	if operation.Outcome == history.OK {
		next, err = c.read(&operation, response.Header, body)
		if err != nil {
			operation.Outcome, operation.Error = history.Unknown, err.Error()
		}
	}
	return operation, next
}

// name gives a request a name of its own.
func (c *Client) name(request *http.Request) string {
	if c.options.RequestHeader == "" {
		return ""
	}
	c.requests++
	name := fmt.Sprintf("%s-%d-%d", c.options.Run, c.number, c.requests)
	request.Header.Set(c.options.RequestHeader, name)
	return name
}

func (c *Client) request(operation history.Operation, cursor string, limit int) (*http.Request, error) {
	path, method, body := c.options.Items+"/"+operation.Key, strings.ToUpper(string(operation.Kind)), ""
	header := http.Header{"Authorization": {"Bearer " + c.options.Token}}
	switch operation.Kind {
	case history.Put, history.Post:
		body = encode(document{c.options.Run, operation.Value, filler})
		header.Set("Content-Type", "application/json")
	case history.Patch:
		body = encode(document{Drill: c.options.Run, Value: operation.Value})
		header.Set("Content-Type", "application/merge-patch+json")
	case history.List:
		query := url.Values{"limit": {strconv.Itoa(limit)}}
		if cursor != "" {
			query.Set("cursor", cursor)
		} else if operation.Key != "" {
			query.Set("prefix", operation.Key)
		}
		method, path = http.MethodGet, c.options.Items+"?"+query.Encode()
	}
	if operation.Kind == history.Post {
		path = c.options.Items
	}
	request, err := http.NewRequest(method, "http://"+c.options.Host+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, value := range map[string]string{
		"If-Match": operation.IfMatch, "If-None-Match": operation.IfNoneMatch, "Idempotency-Key": operation.Idempotency,
	} {
		if value != "" {
			header.Set(name, value)
		}
	}
	request.Header = header
	return request, nil
}

func (c *Client) read(operation *history.Operation, header http.Header, body []byte) (next string, err error) {
	operation.ETag = header.Get("ETag")
	switch operation.Kind {
	case history.Get:
		if operation.Status == http.StatusOK {
			operation.Value, err = valueOf(body)
		}
	case history.Post:
		var stored struct{ ID string }
		err = json.Unmarshal(body, &stored)
		operation.Key = stored.ID
	case history.List:
		var found page
		if err = json.Unmarshal(body, &found); err != nil {
			return "", err
		}
		for _, item := range found.Items {
			var d document
			// Others may have items here, of any shape.
			if json.Unmarshal(item.Document, &d) == nil && d.Drill == c.options.Run {
				operation.Found = append(operation.Found, history.Found{Key: item.ID, Value: d.Value, ETag: item.ETag})
			}
		}
		operation.More = found.Next != ""
		return found.Next, nil
	}
	return "", err
}

func valueOf(body []byte) (string, error) {
	var d document
	err := json.Unmarshal(body, &d)
	return d.Value, err
}

// nobody is what skipper answers when it knows of no member to send a request
// to. In an outage these are thousands, and if it were not known that nothing
// was done, no check of the history would come to an end.
const nobody = "no endpoints"

// outcomeOf reads an answer as its specification has it. Without the header
// of a member it is that of a proxy, which does not know what the server did.
func outcomeOf(operation history.Operation, body []byte) history.Outcome {
	status := operation.Status
	switch {
	case 200 <= status && status < 300, status == http.StatusNotModified:
		return history.OK
	case status == http.StatusNotFound && operation.Kind != history.List, status == http.StatusPreconditionFailed:
		if operation.Member != "" {
			return history.Refused
		}
	case isRead(operation.Kind), operation.Member == "" && status == http.StatusBadGateway && strings.TrimSpace(string(body)) == nobody:
		return history.Failed
	case operation.Member != "" && (status < 500 || status == http.StatusInsufficientStorage || isUnavailable(body)):
		return history.Failed
	}
	if isRead(operation.Kind) {
		return history.Failed
	}
	return history.Unknown
}

// isUnavailable tells the 503 that says that nothing was changed from the one
// that says that it is not known.
func isUnavailable(body []byte) bool {
	var problem struct{ Type string }
	return json.Unmarshal(body, &problem) == nil && strings.HasSuffix(problem.Type, ":unavailable")
}

func isRead(kind history.Kind) bool { return kind == history.Get || kind == history.List }

func encode(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // of our own type
	}
	return string(text)
}

func excerpt(body []byte) string {
	var problem struct{ Detail string }
	if json.Unmarshal(body, &problem) == nil && problem.Detail != "" {
		return problem.Detail
	}
	return fmt.Sprintf("%.80s", strings.TrimSpace(string(body)))
}
