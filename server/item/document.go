package item

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/berth/contract"
)

// Deepest is the greatest depth of arrays and objects within each other. It
// bounds the stack of every reader of a document, ours and the clients'.
const Deepest = 64

// CheckDocument reports whether text is one JSON value as RFC 8259 and the
// stricter I-JSON (RFC 7493) have it: UTF-8, no name twice in an object, at
// most Deepest levels, and nothing after it. The error has the code
// InvalidDocument, or TooLarge for more bytes than the contract allows.
func CheckDocument(text []byte) error {
	if err := checkSize(len(text)); err != nil {
		return err
	}
	// Before parsing, so that no parser's stack grows with the input.
	if depth, at := depthOf(text); depth > Deepest {
		return invalidDocument(fmt.Sprintf("arrays and objects are more than %d deep at byte %d", Deepest, at),
			fmt.Sprintf("at most %d levels", Deepest))
	}
	decoder := jsontext.NewDecoder(bytes.NewBuffer(text))
	if err := decoder.SkipValue(); err != nil {
		return notJSON(err)
	}
	if _, err := decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return invalidDocument(fmt.Sprintf("there is something after the JSON value, at byte %d", decoder.InputOffset()),
			"one JSON value")
	}
	return nil
}

func checkSize(size int) error {
	limit := contract.Get.Limits.BodyBytes
	if int64(size) <= limit {
		return nil
	}
	return &Error{
		Code: TooLarge, Detail: "the document is too large",
		Value: fmt.Sprintf("%d bytes", size), Allowed: fmt.Sprintf("at most %d bytes", limit),
		Fix: "split the document into several items",
	}
}

func notJSON(err error) error {
	if errors.Is(err, io.EOF) {
		return invalidDocument("there is no JSON value: the document is empty", "one JSON value")
	}
	detail := fmt.Sprintf("the document is not JSON: %v", err)
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		detail = fmt.Sprintf("the document is not JSON: %v at byte %d", syntax.Err, syntax.ByteOffset)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			detail = fmt.Sprintf("the document is not JSON: it ends early, at byte %d", syntax.ByteOffset)
		}
		if errors.Is(err, jsontext.ErrDuplicateName) {
			detail = fmt.Sprintf("an object has the same name twice, at byte %d", syntax.ByteOffset)
		}
	}
	return invalidDocument(detail, "one JSON value in UTF-8 without duplicate names (RFC 8259, RFC 7493)")
}

func invalidDocument(detail, allowed string) error {
	return &Error{Code: InvalidDocument, Detail: detail, Allowed: allowed}
}

// depthOf counts brackets outside strings. For text that is not JSON the
// answer means nothing, and the parser that comes next refuses it.
func depthOf(text []byte) (deepest, at int) {
	depth, inString := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			if depth++; depth > deepest {
				deepest, at = depth, i
			}
			if deepest > Deepest {
				return deepest, at
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest, at
}
