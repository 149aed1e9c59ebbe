package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"

	"example.com/berth/contract"
	"example.com/berth/item"
)

const (
	mediaJSON       = "application/json"
	mediaMergePatch = "application/merge-patch+json"
)

// readBody reads a document or patch of the given media type, and checks that
// it is JSON. Its errors have the codes item.UnsupportedMediaType,
// item.TooLarge, item.RequestTimeout and item.InvalidDocument.
func readBody(w http.ResponseWriter, r *http.Request, mediaType string) ([]byte, error) {
	if err := checkMediaType(w, r, mediaType); err != nil {
		return nil, err
	}
	limit := contract.Get.Limits.BodyBytes
	if r.ContentLength > limit {
		return nil, bodyTooLarge(fmt.Sprintf("%d bytes", r.ContentLength), limit)
	}
	body, err := readAll(http.MaxBytesReader(w, r.Body, limit), r.ContentLength)
	if err != nil {
		return nil, bodyError(err, limit)
	}
	return body, item.CheckDocument(body)
}

// readAll reads to the end. A length that is known saves copying, but only so
// much is set aside before there is anything: a client that announces a large
// body and never sends it costs little.
func readAll(from io.Reader, length int64) ([]byte, error) {
	const most = 64 << 10
	var body bytes.Buffer
	body.Grow(int(min(max(length, 0), most)) + bytes.MinRead)
	_, err := body.ReadFrom(from)
	return body.Bytes(), err
}

func bodyError(err error, limit int64) error {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return bodyTooLarge(fmt.Sprintf("more than %d bytes", limit), limit)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &item.Error{
			Code: item.RequestTimeout, Detail: "the body did not arrive in time",
			Allowed: fmt.Sprintf("%d seconds for the whole request", contract.Get.Limits.RequestSeconds),
		}
	default:
		return &item.Error{Code: item.InvalidDocument, Detail: "the body could not be read to its end"}
	}
}

func bodyTooLarge(value string, limit int64) error {
	return &item.Error{
		Code: item.TooLarge, Detail: "the body is too large", Value: value,
		Allowed: fmt.Sprintf("at most %d bytes", limit), Fix: "split the document into several items",
	}
}

// checkMediaType wants mediaType in UTF-8, as it is: there is no decoding of
// contents here.
func checkMediaType(w http.ResponseWriter, r *http.Request, mediaType string) error {
	given := r.Header.Get("Content-Type")
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		// RFC 9110, section 15.5.16.
		w.Header().Set("Accept-Encoding", "identity")
		return &item.Error{
			Code: item.UnsupportedMediaType, Detail: "the body has a Content-Encoding",
			Value: item.Excerpt(coding), Allowed: "no Content-Encoding", Fix: "send the body uncompressed",
		}
	}
	if given == mediaType {
		return nil
	}
	parsed, parameters, err := mime.ParseMediaType(given)
	charset, hasCharset := parameters["charset"]
	if err == nil && parsed == mediaType && (!hasCharset || strings.EqualFold(charset, "utf-8")) {
		return nil
	}
	switch r.Method {
	case http.MethodPatch:
		w.Header().Set("Accept-Patch", mediaType) // RFC 5789, section 2.2
	case http.MethodPost:
		w.Header().Set("Accept-Post", mediaType)
	}
	detail := "the Content-Type is not one this method takes"
	if given == "" {
		detail = "there is no Content-Type"
	}
	return &item.Error{
		Code: item.UnsupportedMediaType, Detail: detail, Value: item.Excerpt(given),
		Allowed: mediaType, Fix: "send the header Content-Type: " + mediaType,
	}
}
