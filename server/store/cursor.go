package store

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"

	"example.com/berth/item"
)

// cursor is where a list goes on: what it reads, and the id it came to.
type cursor struct {
	// revision is the state of the store that all pages are read from.
	revision int64
	prefix   string
	last     string
}

// cursorVersion is the first byte of an encoded cursor. Cursors live for
// minutes, so another form need only be told from this one.
const cursorVersion = 1

func (c cursor) encode() string {
	text := binary.AppendUvarint([]byte{cursorVersion}, uint64(c.revision))
	text = append(text, byte(len(c.prefix)))
	text = append(append(text, c.prefix...), c.last...)
	return base64.RawURLEncoding.EncodeToString(text)
}

var errCursor = errors.New("not a cursor")

// parseCursor reads what encode wrote. The error has the code
// item.InvalidParameter.
func parseCursor(text string) (cursor, error) {
	c, err := decodeCursor(text)
	// Written again it must be the same, or there were two spellings of it.
	if err != nil || c.encode() != text {
		return cursor{}, &item.Error{
			Code: item.InvalidParameter, Detail: "the cursor is not one that this server made",
			Value: item.Excerpt(text), Allowed: "next of an earlier page, unchanged",
		}
	}
	return c, nil
}

func decodeCursor(text string) (cursor, error) {
	const longest = 1 + binary.MaxVarintLen64 + 1 + 2*item.LongestID
	if base64.RawURLEncoding.DecodedLen(len(text)) > longest {
		return cursor{}, errCursor
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) < 1 || raw[0] != cursorVersion {
		return cursor{}, errCursor
	}
	revision, n := binary.Uvarint(raw[1:])
	if n <= 0 || revision == 0 || revision > 1<<62 {
		return cursor{}, errCursor
	}
	raw = raw[1+n:]
	if len(raw) < 1 || len(raw) < 1+int(raw[0]) {
		return cursor{}, errCursor
	}
	prefix, last := string(raw[1:1+int(raw[0])]), string(raw[1+int(raw[0]):])
	if item.CheckPrefix(prefix) != nil || item.CheckID(last) != nil || !strings.HasPrefix(last, prefix) {
		return cursor{}, errCursor
	}
	return cursor{revision: int64(revision), prefix: prefix, last: last}, nil
}
