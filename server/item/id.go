package item

import (
	"fmt"

	"github.com/google/uuid"
)

// LongestID is the greatest number of characters in an id.
const LongestID = 128

// AllowedIDs says in words what CheckID accepts. It is fixed for ever, since
// ids are keys of the store: it may grow, but no id may become invalid.
const AllowedIDs = "1 to 128 characters: letters and digits of ASCII, and after the first also - . _ ~ :"

// CheckID reports whether id may name an item; if not, the error has the code
// InvalidID. Ids begin with a letter or digit, so none reads as a path (".."),
// and need no percent-encoding in a URL.
func CheckID(id string) error {
	switch {
	case id == "":
		return invalidID(id, "the id is empty")
	case len(id) > LongestID:
		return invalidID(id, fmt.Sprintf("the id has %d characters", len(id)))
	case !isAlphanumeric(id[0]):
		return invalidID(id, fmt.Sprintf("the id starts with %q", Excerpt(id[:1])))
	}
	if at := firstOutside(id); at >= 0 {
		return invalidID(id, fmt.Sprintf("the id has a character that is not allowed at position %d", at+1))
	}
	return nil
}

// CheckPrefix reports whether prefix may begin an id; the empty one begins all.
func CheckPrefix(prefix string) error {
	if prefix == "" || CheckID(prefix) == nil {
		return nil
	}
	return &Error{
		Code: InvalidParameter, Detail: "no id can start with this prefix",
		Value: Excerpt(prefix), Allowed: "the beginning of an id; ids are " + AllowedIDs,
	}
}

// NewID makes an id that sorts after those made before it: a UUID version 7
// (RFC 9562), in which the time comes first.
func NewID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("making an id: %w", err)
	}
	return id.String(), nil
}

func invalidID(id, detail string) error {
	return &Error{Code: InvalidID, Detail: detail, Value: Excerpt(id), Allowed: AllowedIDs}
}

func firstOutside(id string) int {
	for i := range len(id) {
		switch c := id[i]; {
		case isAlphanumeric(c), c == '-', c == '.', c == '_', c == '~', c == ':':
		default:
			return i
		}
	}
	return -1
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}
