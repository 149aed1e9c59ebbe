package api

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/berth/store/storetest"
	"example.com/berth/tokens"
)

func TestItemsNeedATokenAndNothingElseDoes(t *testing.T) {
	f := serveHandler(t, New(Options{Log: discard(), Tokens: tokensFile(t, "# people\nfirst\nsecond\n")}), 5*time.Second)
	f.useStore(storetest.Open(t))
	const challenge = `Bearer realm="berth"`
	for _, test := range []struct {
		headers   []string
		status    int
		challenge string
	}{
		{nil, 401, challenge},
		{[]string{"Authorization", "Bearer first"}, 200, ""},
		{[]string{"Authorization", "bearer  second"}, 200, ""},
		{[]string{"Authorization", "Bearer third"}, 401, challenge + `, error="invalid_token"`},
		{[]string{"Authorization", "Bearer "}, 401, challenge},
		{[]string{"Authorization", "Bearer"}, 401, challenge},
		{[]string{"Authorization", "Basic Zmlyc3Q6"}, 401, challenge},
		{[]string{"Authorization", "first"}, 401, challenge},
		{[]string{"Authorization", "Bearer first", "Authorization", "Bearer first"}, 401, challenge},
		{[]string{"Authorization", "Bearer # people"}, 401, challenge + `, error="invalid_token"`},
	} {
		a := f.want(f.get("/v1/items", test.headers...), test.status)
		if got := a.Header.Get("WWW-Authenticate"); got != test.challenge {
			t.Errorf("%v: WWW-Authenticate is %q, want %q", test.headers, got, test.challenge)
		}
		if strings.Contains(a.body, "third") || strings.Contains(a.body, "first") {
			t.Errorf("%v: the answer tells tokens: %s", test.headers, a.body)
		}
	}
	// Whether there is an item, a path or a method is not told either.
	f.want(f.get("/v1/none"), 401)
	f.want(f.do("BREW", "/v1/items/x", ""), 401)
	f.want(f.put("x", "{"), 401)
	for _, path := range []string{"/livez", "/readyz", "/metrics", "/openapi.json"} {
		f.want(f.get(path), 200)
	}
}

func TestWithoutTokensEveryRequestIsRefusedWithAHint(t *testing.T) {
	missing := tokens.Open(filepath.Join(t.TempDir(), "none"), slog.New(slog.DiscardHandler))
	for name, file := range map[string]*tokens.File{"missing": missing, "empty": tokensFile(t, "# none yet\n\n")} {
		f := serveHandler(t, New(Options{Log: discard(), Tokens: file}), 5*time.Second)
		a := f.want(f.get("/v1/items", "Authorization", "Bearer x"), 401)
		for _, text := range []string{"BERTH_TOKENS_FILE", "berth-tokens", "one a line"} {
			if !strings.Contains(a.body, text) {
				t.Errorf("%s: the hint does not have %q: %s", name, text, a.body)
			}
		}
	}
}

func TestNewTokensAreGoodWithoutARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens")
	f := serveHandler(t, New(Options{Log: discard(), Tokens: tokens.Open(path, discard())}), 5*time.Second)
	f.useStore(storetest.Open(t))
	f.want(f.get("/v1/items", "Authorization", "Bearer new"), 401)
	if err := os.WriteFile(path, []byte("new\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	time.Sleep(1100 * time.Millisecond)
	f.want(f.get("/v1/items", "Authorization", "Bearer new"), 200)
}
