package item

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// member is a name and value of an object. The value is as it was written, so
// that numbers keep their digits; names that were not patched keep their order.
type member struct {
	name  string
	value jsontext.Value
}

// MergePatch is document changed by patch as RFC 7396 says. Both must have
// passed CheckDocument. Values that the patch does not name are kept byte for
// byte; names may be escaped in another way, and spaces between members go.
// The error has the code TooLarge when the result is more than a document may
// be.
func MergePatch(document, patch []byte) ([]byte, error) {
	merged, err := merge(jsontext.Value(document), jsontext.Value(patch))
	if err != nil {
		return nil, fmt.Errorf("merging: %w", err)
	}
	if err := checkSize(len(merged)); err != nil {
		return nil, err
	}
	return merged, nil
}

// merge follows the function MergePatch of RFC 7396, section 2. Its recursion
// is as deep as the patch, which CheckDocument bounds.
func merge(target, patch jsontext.Value) (jsontext.Value, error) {
	if patch.Kind() != '{' {
		return bytes.TrimSpace(patch), nil
	}
	changes, err := members(patch)
	if err != nil {
		return nil, err
	}
	var result []member
	if target.Kind() == '{' {
		if result, err = members(target); err != nil {
			return nil, err
		}
	}
	position := make(map[string]int, len(result)+len(changes))
	for i, m := range result {
		position[m.name] = i
	}
	for _, change := range changes {
		at, exists := position[change.name]
		if change.value.Kind() == 'n' {
			if exists {
				result[at].value = nil
			}
			continue
		}
		var old jsontext.Value
		if exists {
			old = result[at].value
		}
		value, err := merge(old, change.value)
		if err != nil {
			return nil, err
		}
		if exists {
			result[at].value = value
		} else {
			result = append(result, member{change.name, value})
		}
	}
	return object(result)
}

// members splits an object into its members.
func members(text jsontext.Value) ([]member, error) {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(text))
	if _, err := decoder.ReadToken(); err != nil {
		return nil, err
	}
	var result []member
	for decoder.PeekKind() != '}' {
		name, err := decoder.ReadToken()
		if err != nil {
			return nil, err
		}
		text := name.String()
		value, err := decoder.ReadValue()
		if err != nil {
			return nil, err
		}
		result = append(result, member{text, value.Clone()})
	}
	return result, nil
}

// object writes members as an object, leaving out those without a value.
func object(from []member) (jsontext.Value, error) {
	text := jsontext.Value{'{'}
	for _, m := range from {
		if m.value == nil {
			continue
		}
		if len(text) > 1 {
			text = append(text, ',')
		}
		var err error
		if text, err = jsontext.AppendQuote(text, m.name); err != nil {
			return nil, err
		}
		text = append(append(text, ':'), m.value...)
	}
	return append(text, '}'), nil
}
