package door

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// request is what a caller asks for.
type request struct {
	query         string
	operationName string
	variables     map[string]any
	extensions    map[string]any
	// bytes is how long it was.
	bytes int
}

// read reads and decodes a request's body. Its refusals carry the HTTP status
// that fits: 413 for what is too large, 400 for what is no GraphQL request. They
// never repeat the body, which may hold a secret.
func read(w http.ResponseWriter, r *http.Request, limit int64) (request, int, error) {
	if r.ContentLength > limit {
		return request{}, http.StatusRequestEntityTooLarge, tooMuch("The request body has %d bytes; the limit is %d.", r.ContentLength, limit)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return request{}, http.StatusRequestEntityTooLarge, tooMuch("The request body has more than %d bytes; the limit is %d.", limit, limit)
	}
	if err != nil {
		return request{}, http.StatusBadRequest, malformed("The request body ended before it was complete.")
	}
	req, err := decode(body)
	return req, http.StatusBadRequest, err
}

// decode reads a request from JSON. It is strict about the four known members
// and lets others stand, as the GraphQL-over-HTTP specification asks.
func decode(body []byte) (request, error) {
	var req request
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return req, malformed(`The request has no body; send a JSON object such as {"query": "{ viewer { subject } }"}.`)
	}
	if body[0] == '[' {
		return req, malformed("A request is one JSON object with one operation; lists of requests are not taken. Put several fields into one operation instead.")
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return req, malformed("The request body is not a JSON object: %s.", where(err))
	}
	if err := member(members, "query", "a string", &req.query); err != nil {
		return req, err
	}
	if err := member(members, "operationName", "a string or null", &req.operationName); err != nil {
		return req, err
	}
	if err := member(members, "variables", "an object or null", &req.variables); err != nil {
		return req, err
	}
	if err := member(members, "extensions", "an object or null", &req.extensions); err != nil {
		return req, err
	}
	if req.query == "" {
		if _, asked := req.extensions["persistedQuery"]; asked {
			return req, malformed(`Documents are not kept under a hash here; send the document itself in "query".`)
		}
		return req, malformed(`The request has no "query"; it must be a string with the document to run.`)
	}
	req.bytes = len(body)
	return req, nil
}

// member decodes one member of the request. Numbers stay as they were written,
// so that a large integer in a variable loses no digit.
func member(members map[string]json.RawMessage, name, kind string, into any) error {
	raw, ok := members[name]
	if !ok {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return malformed(`The request's %q must be %s.`, name, kind)
	}
	return nil
}

// where says at which byte JSON went wrong, without repeating what stood there.
func where(err error) string {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Sprintf("it cannot be read at byte %d", syntax.Offset)
	}
	return "it is another kind of value"
}

func malformed(format string, args ...any) *Refusal {
	return &Refusal{Code: BadUserInput, Message: fmt.Sprintf(format, args...)}
}
