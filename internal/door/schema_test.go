package door

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"gatehouse/internal/fault"
	"gatehouse/internal/viewer"
)

// testSDL is a schema with one field for each thing that can happen.
const testSDL = `
type Query {
  "Answers with the text."
  echo(text: String, list: [String!], filter: Filter): String
  "Panics."
  panics: String
  "Fails with an error that was not written for callers."
  fails: String
  "Fails with an error that was."
  forbidden: String
  self: Query!
  other: Query!
  needs(id: ID!): String
}
type Mutation {
  approveEnrollment(id: ID!): String
  rejectEnrollment(id: ID!): String
  redeemEnrollment(code: String): String
}
type Subscription {
  "Three answers, and the end."
  changed: String
  "Nothing, for ever."
  waits: String
  "Large answers, for ever."
  floods: String
  "One answer, and then an end for a reason."
  breaks: String
  "Does not begin."
  forbidden: String
  panics: String
}
input Filter { text: String, all: [Filter!], list: [[String!]!] }
`

// newSchema is a schema that executes the root fields of testSDL and nothing
// below them, which is all that the door can be seen through.
func newSchema(t testing.TB) graphql.ExecutableSchema {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "test.graphqls", Input: testSDL})
	if err != nil {
		t.Fatalf("load the test schema: %v", err)
	}
	return &graphql.ExecutableSchemaMock{
		SchemaFunc: func() *ast.Schema { return schema },
		ExecFunc: func(ctx context.Context) graphql.ResponseHandler {
			if graphql.GetOperationContext(ctx).Operation.Operation == ast.Subscription {
				return follow(ctx)
			}
			first := true
			return func(ctx context.Context) *graphql.Response {
				if !first {
					return nil
				}
				first = false
				return execute(ctx, graphql.GetOperationContext(ctx))
			}
		},
	}
}

// follow is the subscriptions of the test schema.
func follow(began context.Context) graphql.ResponseHandler {
	field := graphql.GetOperationContext(began).Operation.SelectionSet[0].(*ast.Field).Name
	if field == "forbidden" {
		graphql.AddError(began, Coded("FORBIDDEN", "You may not look at this."))
		return nil
	}
	n := 0
	return func(ctx context.Context) *graphql.Response {
		n++
		switch {
		case field == "changed" && n <= 3, field == "breaks" && n == 1:
			return &graphql.Response{Data: fmt.Appendf(nil, `{"%s":"%d"}`, field, n)}
		case field == "breaks":
			fault.End(began, Coded("TOO_SLOW", "Read faster."))
			fault.End(began, errors.New("a second reason"))
		case field == "panics":
			panic("pq: the secret is 4711")
		case field == "floods" && ctx.Err() == nil:
			return &graphql.Response{Data: fmt.Appendf(nil, `{"floods":"%s"}`, strings.Repeat("x", 100_000))}
		case field == "waits":
			<-ctx.Done()
		}
		return nil
	}
}

func execute(ctx context.Context, op *graphql.OperationContext) *graphql.Response {
	object := map[string]any{}
	for _, field := range graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Query", "Mutation"}) {
		object[field.Alias] = resolve(ctx, op, field)
	}
	data, err := json.Marshal(object)
	if err != nil {
		return graphql.ErrorResponse(ctx, "encode: %v", err)
	}
	return &graphql.Response{Data: data}
}

func resolve(ctx context.Context, op *graphql.OperationContext, field graphql.CollectedField) (value any) {
	defer func() {
		if cause := recover(); cause != nil {
			graphql.AddError(ctx, op.RecoverFunc(ctx, cause))
		}
	}()
	switch field.Name {
	case "__typename":
		return field.ObjectDefinition.Name
	case "echo":
		return field.ArgumentMap(op.Variables)["text"]
	case "panics":
		panic("pq: the secret is 4711")
	case "fails":
		graphql.AddError(ctx, &gqlerror.Error{Err: errors.New("pq: relation seats"), Message: "pq: relation seats", Path: ast.Path{ast.PathName("fails")}})
	case "forbidden":
		graphql.AddError(ctx, Coded("FORBIDDEN", "You may not look at this."))
	}
	return nil
}

// testDoor serves the test schema, with a presenter that passes what has a code
// and is careless about the rest, and a log to look into.
func testDoor(t testing.TB, limits Limits) (*Door, *bytes.Buffer) {
	t.Helper()
	log := &bytes.Buffer{}
	d, err := New(Options{
		Schema: newSchema(t),
		Limits: limits,
		Log:    slog.New(slog.NewTextHandler(log, nil)),
		Present: func(_ context.Context, err error) *gqlerror.Error {
			return gqlerror.WrapIfUnwrapped(err)
		},
	})
	if err != nil {
		t.Fatalf("make the door: %v", err)
	}
	return d, log
}

// reply is what came back, decoded as far as a test looks at it.
type reply struct {
	status int
	header http.Header
	body   string
	Data   json.RawMessage `json:"data"`
	Errors []struct {
		Message    string         `json:"message"`
		Locations  []any          `json:"locations"`
		Path       []any          `json:"path"`
		Extensions map[string]any `json:"extensions"`
	} `json:"errors"`
}

// code is the code of the only error, "" when there is none.
func (r reply) code(t testing.TB) string {
	t.Helper()
	if len(r.Errors) == 0 {
		return ""
	}
	if len(r.Errors) > 1 {
		t.Fatalf("more than one error: %s", r.body)
	}
	if id := r.Errors[0].Extensions["requestId"]; id != "req-1" {
		t.Errorf("the error's request id is %v, want req-1: %s", id, r.body)
	}
	s, _ := r.Errors[0].Extensions["code"].(string)
	return s
}

// send passes a request through the door, as request req-1.
func send(t testing.TB, d http.Handler, r *http.Request) reply {
	t.Helper()
	recorder := httptest.NewRecorder()
	d.ServeHTTP(recorder, r.WithContext(viewer.WithRequest(r.Context(), viewer.Request{ID: "req-1"})))
	got := reply{status: recorder.Code, header: recorder.Header(), body: recorder.Body.String()}
	if err := json.Unmarshal(recorder.Body.Bytes(), &got); err != nil {
		t.Fatalf("the answer is not JSON: %v: %s", err, got.body)
	}
	return got
}

// post makes a request with a JSON body.
func post(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

// ask makes a request for a document with variables.
func ask(t testing.TB, query string, variables map[string]any) *http.Request {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatalf("encode the request: %v", err)
	}
	return post(string(body))
}
