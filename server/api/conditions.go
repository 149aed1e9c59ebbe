package api

import (
	"net/http"

	"example.com/berth/etag"
)

// conditionsOf reads the preconditions of a request. The error has the code
// item.InvalidHeader. Conditions on dates do not apply: there are no dates.
func conditionsOf(r *http.Request) (c etag.Conditions, err error) {
	if c.IfMatch, err = etag.Parse("If-Match", r.Header["If-Match"]); err != nil {
		return c, err
	}
	c.IfNoneMatch, err = etag.Parse("If-None-Match", r.Header["If-None-Match"])
	return c, err
}
