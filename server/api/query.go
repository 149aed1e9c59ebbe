package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/berth/item"
)

// query reads the query parameters. Each may be given once, and there may be
// no others: a misspelt prefix must not list everything.
func query(r *http.Request, allowed ...string) (map[string]string, error) {
	if r.URL.RawQuery == "" {
		return nil, nil
	}
	given, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, &item.Error{
			Code: item.InvalidParameter, Detail: "the query cannot be read",
			Value: item.Excerpt(r.URL.RawQuery), Allowed: "name=value, joined by &, percent-encoded",
		}
	}
	result := make(map[string]string, len(given))
	for name, values := range given {
		if !slices.Contains(allowed, name) {
			choice := "none"
			if len(allowed) > 0 {
				choice = strings.Join(allowed, ", ")
			}
			return nil, &item.Error{
				Code: item.InvalidParameter, Detail: "there is no such query parameter here",
				Value: item.Excerpt(name), Allowed: choice,
			}
		}
		if len(values) > 1 {
			return nil, &item.Error{
				Code: item.InvalidParameter, Detail: "a query parameter is given more than once",
				Value: name, Allowed: "each parameter once",
			}
		}
		result[name] = values[0]
	}
	return result, nil
}
