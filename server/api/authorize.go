package api

import (
	"net/http"
	"strings"

	"example.com/berth/contract"
	"example.com/berth/item"
)

// guarded begins the paths that need a token: those with the version in them.
var guarded = contract.Get.Paths.Items[:1+strings.IndexByte(contract.Get.Paths.Items[1:], '/')]

func isGuarded(path string) bool {
	return path == guarded || strings.HasPrefix(path, guarded+"/")
}

// authorize wants a bearer token, if the server has a file of them. The error
// has the code item.Unauthorized.
func (h *Handler) authorize(w http.ResponseWriter, r *http.Request) error {
	if h.tokens == nil {
		return nil
	}
	token, given := bearer(r)
	if given && h.tokens.Has(token) {
		return nil
	}
	// RFC 6750, section 3.1: no error code for a request without a token.
	challenge := `Bearer realm="` + contract.Get.Name + `"`
	told := &item.Error{
		Code: item.Unauthorized, Detail: "the request has no bearer token",
		Allowed: "the header Authorization: Bearer, with a token of the server's",
	}
	if given {
		challenge += `, error="invalid_token"`
		told.Detail = "the bearer token is not one of the server's"
	}
	if h.tokens.Empty() {
		told.Detail = "the server has no tokens yet, so it refuses every request"
		told.Fix = "write tokens, one a line, to the file that " + contract.Get.Environment.TokensFile +
			" names (in Kubernetes the key " + contract.Get.Tokens.Key + " of the Secret " + contract.Get.Tokens.Secret + ")"
	}
	w.Header().Set("WWW-Authenticate", challenge)
	return told
}

// bearer is the token of the request's only Authorization header. The scheme
// is not case-sensitive (RFC 9110, section 11.1).
func bearer(r *http.Request) (token string, given bool) {
	lines := r.Header["Authorization"]
	if len(lines) != 1 {
		return "", false
	}
	scheme, token, ok := strings.Cut(lines[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	return strings.TrimLeft(token, " "), true
}
