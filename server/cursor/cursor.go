// Package cursor holds where a list goes on, as clients carry it from page to
// page.
package cursor

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"

	"example.com/berth/item"
)

// Cursor is what a list reads, and how far it came.
type Cursor struct {
	// Revision is the state of the store that all pages are read from.
	Revision int64
	// Prefix is what the ids of the list begin with.
	Prefix string
	// Last is the id that the page before ended with.
	Last string
}

// version is the first byte of an encoded cursor. Cursors live for
// minutes, so another form need only be told from this one.
const version = 1

// Encode writes a cursor in characters that URLs take as they are.
func (c Cursor) Encode() string {
	text := binary.AppendUvarint([]byte{version}, uint64(c.Revision))
	text = append(text, byte(len(c.Prefix)))
	text = append(append(text, c.Prefix...), c.Last...)
	return base64.RawURLEncoding.EncodeToString(text)
}

var errNone = errors.New("not a cursor")

// Parse reads what Encode wrote. The error has the code
// item.InvalidParameter.
func Parse(text string) (Cursor, error) {
	c, err := decode(text)
	// Written again it must be the same, or there were two spellings of it.
	if err != nil || c.Encode() != text {
		return Cursor{}, &item.Error{
			Code: item.InvalidParameter, Detail: "the cursor is not one that this server made",
			Value: item.Excerpt(text), Allowed: "next of an earlier page, unchanged",
		}
	}
	return c, nil
}

func decode(text string) (Cursor, error) {
	const longest = 1 + binary.MaxVarintLen64 + 1 + 2*item.LongestID
	if base64.RawURLEncoding.DecodedLen(len(text)) > longest {
		return Cursor{}, errNone
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) < 1 || raw[0] != version {
		return Cursor{}, errNone
	}
	revision, n := binary.Uvarint(raw[1:])
	if n <= 0 || revision == 0 || revision > 1<<62 {
		return Cursor{}, errNone
	}
	raw = raw[1+n:]
	if len(raw) < 1 || len(raw) < 1+int(raw[0]) {
		return Cursor{}, errNone
	}
	prefix, last := string(raw[1:1+int(raw[0])]), string(raw[1+int(raw[0]):])
	if item.CheckPrefix(prefix) != nil || item.CheckID(last) != nil || !strings.HasPrefix(last, prefix) {
		return Cursor{}, errNone
	}
	return Cursor{Revision: int64(revision), Prefix: prefix, Last: last}, nil
}
