// Package etag reads and writes entity tags, and compares them, as RFC 9110
// sections 8.8.3 and 13.1 say. An item's tag is the store's revision of its
// last change, which no two states of an item share: a strong validator.
package etag

import (
	"strconv"
	"strings"

	"example.com/berth/item"
)

// Allowed says in words what Parse accepts.
const Allowed = `* or a list of entity tags, each in double quotes, such as "17", W/"17"`

// Format is the strong entity tag of a revision, with its quotes.
func Format(revision int64) string {
	// Quotes and the digits of an int64.
	buffer := make([]byte, 0, 22)
	buffer = append(buffer, '"')
	buffer = strconv.AppendInt(buffer, revision, 10)
	return string(append(buffer, '"'))
}

// List is the value of If-Match or If-None-Match. The zero List is that of a
// request without the header.
type List struct {
	// Any is true for the list "*".
	Any bool
	// Tags are the members, none for "*".
	Tags []Tag
}

// Tag is one entity tag.
type Tag struct {
	// Weak is true with the prefix W/.
	Weak bool
	// Opaque is what is between the quotes.
	Opaque string
}

// Given reports whether the request has the header at all.
func (l List) Given() bool { return l.Any || l.Tags != nil }

// Parse reads all the field lines of one header. Without lines it is the zero
// List. The error has the code item.InvalidHeader.
func Parse(header string, lines []string) (List, error) {
	if len(lines) == 0 {
		return List{}, nil
	}
	text := strings.Join(lines, ",")
	if strings.Trim(text, " \t") == "*" {
		return List{Any: true}, nil
	}
	var list List
	// Empty members of a list are allowed (RFC 9110, section 5.6.1.2).
	for rest := strings.TrimLeft(text, " \t,"); rest != ""; rest = strings.TrimLeft(rest, " \t,") {
		tag, after, ok := cutTag(rest)
		after = strings.TrimLeft(after, " \t")
		if !ok || after != "" && after[0] != ',' {
			return List{}, invalid(header, text)
		}
		list.Tags = append(list.Tags, tag)
		rest = after
	}
	if list.Tags == nil {
		return List{}, invalid(header, text)
	}
	return list, nil
}

// Strong reports whether the list has revision's tag, comparing strongly: a
// weak tag never matches. If-Match compares like this.
func (l List) Strong(revision int64) bool { return l.has(revision, false) }

// Weak reports whether the list has revision's tag, weak or not.
// If-None-Match compares like this.
func (l List) Weak(revision int64) bool { return l.has(revision, true) }

// Only is the revision that the list names, if it is one strong tag of ours.
func (l List) Only() (revision int64, ok bool) {
	if len(l.Tags) != 1 || l.Tags[0].Weak {
		return 0, false
	}
	revision, err := strconv.ParseInt(l.Tags[0].Opaque, 10, 64)
	// Format must give the tag back, or "017" would match "17".
	return revision, err == nil && revision > 0 && strconv.FormatInt(revision, 10) == l.Tags[0].Opaque
}

func (l List) has(revision int64, weak bool) bool {
	if l.Any {
		return true
	}
	want := strconv.FormatInt(revision, 10)
	for _, tag := range l.Tags {
		if tag.Opaque == want && (weak || !tag.Weak) {
			return true
		}
	}
	return false
}

// cutTag reads the tag at the beginning of text.
func cutTag(text string) (tag Tag, after string, ok bool) {
	text, tag.Weak = strings.CutPrefix(text, "W/")
	if text == "" || text[0] != '"' {
		return Tag{}, "", false
	}
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			tag.Opaque = text[1:i]
			return tag, text[i+1:], true
		case c < 0x21 || c == 0x7f:
			return Tag{}, "", false
		}
	}
	return Tag{}, "", false
}

func invalid(header, text string) error {
	return &item.Error{
		Code: item.InvalidHeader, Detail: header + " is not a list of entity tags",
		Value: item.Excerpt(text), Allowed: Allowed,
		Fix: "send the ETag of an earlier answer as it was, with its quotes",
	}
}
