package load

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
)

// rest speaks HTTP/1.1 over one connection.
type rest struct {
	http  http.Client
	base  string
	token string
}

func newREST(address, token string) *rest {
	transport := &http.Transport{MaxConnsPerHost: 1, MaxIdleConnsPerHost: 1, DisableCompression: true}
	c := &rest{http: http.Client{Transport: transport}, base: "http://" + address + "/v1/items/"}
	if token != "" {
		c.token = "Bearer " + token
	}
	return c
}

func (c *rest) Write(ctx context.Context, key string, document []byte) error {
	return c.do(ctx, http.MethodPut, key, document)
}

func (c *rest) Read(ctx context.Context, key string) error {
	return c.do(ctx, http.MethodGet, key, nil)
}

func (c *rest) do(ctx context.Context, method, key string, body []byte) error {
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+key, reader)
	if err != nil {
		return err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		request.Header.Set("Authorization", c.token)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 300))
		return fmt.Errorf("%s %s: %s: %s", method, key, response.Status, text)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

func (c *rest) Close() error {
	c.http.CloseIdleConnections()
	return nil
}
