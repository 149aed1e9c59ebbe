// Package tokens checks bearer tokens (RFC 6750) against a file of them.
//
// The file has one token a line; space around it, blank lines and lines that
// begin with # do not count. It is read again when it changes, so that tokens
// are replaced without a restart.
package tokens

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// checkEvery is how often, at most, the file is looked at.
const checkEvery = time.Second

// largestFile is the greatest number of bytes in the file: a Secret of
// Kubernetes has no more.
const largestFile = 1 << 20

type digest = [sha256.Size]byte

// File is the tokens of one file. Its methods may be called concurrently.
type File struct {
	path    string
	log     *slog.Logger
	now     func() time.Time
	digests atomic.Pointer[[]digest]

	// checked is when the file was last looked at, in nanoseconds of now.
	checked atomic.Int64
	mutex   sync.Mutex
	// complaint is what was last wrong, so that it is logged once.
	complaint string
}

// Open reads the tokens at path. A file that is missing or cannot be read is
// not an error: it gives no tokens until it can.
func Open(path string, log *slog.Logger) *File {
	return open(path, log, time.Now)
}

func open(path string, log *slog.Logger, now func() time.Time) *File {
	f := &File{path: path, log: log, now: now}
	f.digests.Store(&[]digest{})
	f.checked.Store(now().UnixNano())
	f.reload()
	return f
}

// Empty reports whether there are no tokens, so that none can be right.
func (f *File) Empty() bool {
	f.refresh()
	return len(*f.digests.Load()) == 0
}

// Has reports whether token is in the file. The time it takes depends neither
// on which token it is nor on how much of it is right.
func (f *File) Has(token string) bool {
	f.refresh()
	given := sha256.Sum256([]byte(token))
	found := 0
	for _, known := range *f.digests.Load() {
		found |= subtle.ConstantTimeCompare(given[:], known[:])
	}
	return found == 1
}

func (f *File) refresh() {
	now, checked := f.now().UnixNano(), f.checked.Load()
	if now-checked < int64(checkEvery) || !f.checked.CompareAndSwap(checked, now) {
		return
	}
	f.reload()
}

func (f *File) reload() {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	digests, err := load(f.path)
	switch {
	case err == nil:
		if len(digests) == 0 {
			f.complain("the file of tokens is empty: every request will be refused", nil)
		} else if f.complaint != "" {
			f.log.Info("read tokens", "file", f.path, "tokens", len(digests))
			f.complaint = ""
		}
	case errors.Is(err, fs.ErrNotExist):
		f.complain("there is no file of tokens: every request will be refused", nil)
	default:
		// Half a change must not lock everybody out.
		f.complain("cannot read the file of tokens: keeping those from before", err)
		return
	}
	f.digests.Store(&digests)
}

func (f *File) complain(message string, err error) {
	complaint := fmt.Sprint(message, err)
	if complaint == f.complaint {
		return
	}
	f.complaint = complaint
	f.log.Warn(message, "file", f.path, "error", err)
}

func load(path string) ([]digest, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, largestFile+1))
	if err != nil {
		return nil, err
	}
	return Parse(text)
}

// Parse reads the text of a file of tokens, and returns their SHA-256. The
// error names the line, never what is in it.
func Parse(text []byte) ([]digest, error) {
	if len(text) > largestFile {
		return nil, fmt.Errorf("more than %d bytes", largestFile)
	}
	digests := []digest{}
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		token := strings.TrimSpace(line)
		if token == "" || token[0] == '#' {
			continue
		}
		if !isToken(token) {
			return nil, fmt.Errorf("line %d is not a bearer token; allowed: letters, digits, - . _ ~ + /, and = at the end", number)
		}
		digests = append(digests, sha256.Sum256([]byte(token)))
	}
	return digests, nil
}

// isToken follows b64token of RFC 6750, section 2.1.
func isToken(text string) bool {
	text = strings.TrimRight(text, "=")
	for i := range len(text) {
		switch c := text[i]; {
		case '0' <= c && c <= '9', 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z':
		case strings.IndexByte("-._~+/", c) >= 0:
		default:
			return false
		}
	}
	return text != ""
}
