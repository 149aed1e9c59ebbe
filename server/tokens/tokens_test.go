package tokens

import (
	"bytes"
	"crypto/sha256"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// clock is a time that tests set.
type clock struct{ now time.Time }

func (c *clock) advance(d time.Duration) { c.now = c.now.Add(d) }

func write(t *testing.T, path, text string) {
	t.Helper()
	// As Kubernetes does: another file in place of the old one.
	temporary := path + ".new"
	if err := os.WriteFile(temporary, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(temporary, path); err != nil {
		t.Fatal(err)
	}
}

func openTest(t *testing.T, text string) (*File, string, *clock, *bytes.Buffer) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tokens")
	if text != "" {
		write(t, path, text)
	}
	var log bytes.Buffer
	c := &clock{time.Unix(1000, 0)}
	return open(path, slog.New(slog.NewTextHandler(&log, nil)), func() time.Time { return c.now }), path, c, &log
}

func TestEveryTokenOfTheFileIsGood(t *testing.T) {
	f, _, _, _ := openTest(t, "# comment\n\n first \r\nsecond==\n")
	for token, want := range map[string]bool{
		"first": true, "second==": true, "": false, "firs": false, "first ": false, "# comment": false, "FIRST": false,
	} {
		if got := f.Has(token); got != want {
			t.Errorf("Has(%q) = %v, want %v", token, got, want)
		}
	}
}

func TestAChangedFileIsReadAgainAfterASecond(t *testing.T) {
	f, path, clock, log := openTest(t, "old\n")
	write(t, path, "new\n")
	if clock.advance(999 * time.Millisecond); !f.Has("old") {
		t.Error("the file is looked at more than once a second")
	}
	if clock.advance(2 * time.Millisecond); f.Has("old") || !f.Has("new") {
		t.Error("the new tokens are not used")
	}
	if strings.Contains(log.String(), "new") {
		t.Errorf("the log tells tokens: %s", log)
	}
}

func TestContentThatCannotBeReadKeepsTheTokens(t *testing.T) {
	f, path, clock, log := openTest(t, "old\n")
	write(t, path, "new\nnot a token\n")
	for range 3 {
		if clock.advance(2 * time.Second); !f.Has("old") || f.Has("new") {
			t.Error("the old tokens are not kept")
		}
	}
	if got := log.String(); strings.Count(got, "line 2") != 1 || strings.Contains(got, "not a token\\n") {
		t.Errorf("the log should tell once that line 2 is wrong: %s", got)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if clock.advance(2 * time.Second); !f.Has("old") {
		t.Error("the old tokens are not kept when the file is a directory")
	}
}

func TestAMissingOrEmptyFileHasNoTokens(t *testing.T) {
	f, path, clock, log := openTest(t, "")
	if !f.Empty() || f.Has("") || !strings.Contains(log.String(), "no file of tokens") {
		t.Errorf("a missing file: empty %v; log %s", f.Empty(), log)
	}
	write(t, path, "token")
	if clock.advance(2 * time.Second); f.Empty() || !f.Has("token") {
		t.Error("the file that came is not read")
	}
	write(t, path, "# none\n")
	if clock.advance(2 * time.Second); !f.Empty() || f.Has("token") {
		t.Error("the tokens of an emptied file are still good")
	}
}

func FuzzAFileOfTokensHasItsLines(f *testing.F) {
	f.Add([]byte("# c\n\na-token\n  b==  \n"))
	f.Add([]byte("a b"))
	f.Fuzz(func(t *testing.T, text []byte) {
		digests, err := Parse(text)
		if err != nil {
			if digests != nil {
				t.Errorf("Parse(%q) gives tokens with error %v", text, err)
			}
			return
		}
		count := 0
		for _, line := range strings.Split(string(text), "\n") {
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' {
				continue
			}
			count++
			if !slices.Contains(digests, sha256.Sum256([]byte(line))) {
				t.Errorf("Parse(%q) does not have %q", text, line)
			}
			if strings.ContainsAny(line, " \t,\"\\") {
				t.Errorf("Parse(%q) takes %q, which no header can carry", text, line)
			}
		}
		if count != len(digests) {
			t.Errorf("Parse(%q) has %d tokens, want %d", text, len(digests), count)
		}
	})
}
