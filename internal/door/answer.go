package door

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"gatehouse/internal/viewer"
)

// answer is a GraphQL response.
type answer struct {
	Errors gqlerror.List
	// Executed says that there is data, be it null. A request that was turned away
	// before has none, and its answer has no such member.
	Executed   bool
	Data       json.RawMessage
	Extensions map[string]any
	// Ended says that it tells why a stream has ended, or could not begin.
	Ended bool
}

// turnedAway is the answer to a request that was not executed.
func turnedAway(ctx context.Context, err error) answer {
	list := refused(err)
	for i := range list {
		list[i] = identified(ctx, list[i])
	}
	return answer{Errors: list}
}

// encode writes an answer as JSON, errors first, so that a person reading it
// does not miss them. The data is already JSON and is passed on as it is:
// decoding it to encode it again would cost as much as many a query.
func (a answer) encode() ([]byte, error) {
	body := bytes.NewBuffer(make([]byte, 0, len(a.Data)+512))
	separator := "{"
	add := func(name string, value []byte) {
		fmt.Fprintf(body, "%s%q:", separator, name)
		body.Write(value)
		separator = ","
	}
	if len(a.Errors) > 0 {
		list, err := json.Marshal(a.Errors)
		if err != nil {
			return nil, fmt.Errorf("encode the errors: %w", err)
		}
		add("errors", list)
	}
	if a.Executed {
		if len(a.Data) == 0 {
			a.Data = json.RawMessage("null")
		}
		add("data", a.Data)
	}
	if len(a.Extensions) > 0 {
		extensions, err := json.Marshal(a.Extensions)
		if err != nil {
			return nil, fmt.Errorf("encode the extensions: %w", err)
		}
		add("extensions", extensions)
	}
	body.WriteString("}")
	return body.Bytes(), nil
}

// write sends an answer. Answers are never to be stored: what they hold depends
// on who asks.
func (d *Door) write(ctx context.Context, w http.ResponseWriter, media string, status int, a answer) {
	body, err := a.encode()
	if err != nil {
		d.log.ErrorContext(ctx, "an answer could not be written as JSON", "requestId", viewer.RequestFrom(ctx).ID, "error", err)
		status = http.StatusInternalServerError
		body = []byte(`{"errors":[{"message":"Something went wrong on our side.","extensions":{"code":"INTERNAL"}}]}`)
	}
	header := w.Header()
	header.Set("Content-Type", media+"; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Add("Vary", "Accept")
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		d.log.DebugContext(ctx, "the caller went away before the answer was written", "requestId", viewer.RequestFrom(ctx).ID, "error", err)
	}
}
