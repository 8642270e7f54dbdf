package door

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"gatehouse/internal/viewer"
)

// Options say what stands behind the door.
type Options struct {
	Schema  graphql.ExecutableSchema
	Limits  Limits
	Present Present
	Log     *slog.Logger
	// Extension runs around operations; nil for none.
	Extension graphql.HandlerExtension
}

// Door serves GraphQL over HTTP: POST of one JSON object, and nothing else. A
// caller's introspection is allowed, since the schema is the public contract.
type Door struct {
	limits    Limits
	log       *slog.Logger
	documents *documents
	executor  *executor.Executor
}

// New makes the handler of /graphql. The request id in answers and logs is the
// one in the request's context.
func New(o Options) (*Door, error) {
	if o.Schema == nil || o.Present == nil || o.Log == nil {
		return nil, errors.New("the door needs a schema, a presenter of errors and a log")
	}
	docs, err := newDocuments(o.Schema.Schema(), o.Limits)
	if err != nil {
		return nil, err
	}
	d := &Door{limits: o.Limits, log: o.Log, documents: docs, executor: executor.New(o.Schema)}
	d.executor.SetErrorPresenter(presenter(o.Present))
	d.executor.SetRecoverFunc(d.panicked)
	d.executor.SetQueryCache(loaded{})
	if o.Extension != nil {
		d.executor.Use(o.Extension)
	}
	return d, nil
}

// ServeHTTP answers one request, in the order that the package comment gives.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	media := negotiate(r)
	if media == "" {
		d.write(ctx, w, mediaJSON, http.StatusNotAcceptable, turnedAway(ctx, malformed("Answers come as %s or %s; accept one of them.", mediaResponse, mediaJSON)))
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		d.write(ctx, w, media, http.StatusMethodNotAllowed, turnedAway(ctx, malformed("GraphQL is served by POST only, not by %s.", r.Method)))
		return
	}
	if !isJSON(r) {
		w.Header().Set("Accept-Post", mediaJSON)
		d.write(ctx, w, media, http.StatusUnsupportedMediaType, turnedAway(ctx, malformed("Send the request as Content-Type: application/json, in UTF-8 and without a Content-Encoding.")))
		return
	}
	req, status, err := read(w, r, d.limits.BodyBytes)
	if err != nil {
		d.write(ctx, w, media, status, turnedAway(ctx, err))
		return
	}
	a, err := d.run(ctx, req, r.Header)
	if err != nil {
		status := http.StatusOK
		if media == mediaResponse {
			status = http.StatusBadRequest
		}
		d.write(ctx, w, media, status, turnedAway(ctx, err))
		return
	}
	d.write(ctx, w, media, http.StatusOK, a)
}

// run executes a well-formed request. An error means that nothing was executed.
func (d *Door) run(ctx context.Context, req request, headers http.Header) (answer, error) {
	doc, err := d.documents.load(req.query)
	if err != nil {
		return answer{}, err
	}
	op, err := pick(doc, req.operationName)
	if err != nil {
		return answer{}, err
	}
	if op.Operation == ast.Subscription {
		return answer{}, malformed("Subscriptions are not served over POST; ask with a query instead.")
	}
	if err := CheckVariables(req.variables, d.limits); err != nil {
		return answer{}, err
	}
	ctx = graphql.StartOperationTrace(withLoaded(ctx, doc))
	operation, list := d.executor.CreateOperationContext(ctx, &graphql.RawParams{
		Query: req.query, OperationName: req.operationName, Variables: req.variables, Extensions: req.extensions, Headers: headers,
	})
	if len(list) > 0 {
		return answer{}, list
	}
	operation.DisableIntrospection = false
	responses, ctx := d.executor.DispatchOperation(ctx, operation)
	response := responses(ctx)
	if response == nil {
		// The executor gives nothing when the caller is gone or out of time.
		return answer{Executed: true, Errors: gqlerror.List{identified(ctx, Coded(Unavailable, "The request was given up before it was answered; try again."))}}, nil
	}
	return answer{Errors: response.Errors, Executed: true, Data: response.Data, Extensions: response.Extensions}, nil
}

// panicked logs a panic of a resolver with its stack, and hides it.
func (d *Door) panicked(ctx context.Context, cause any) error {
	d.log.ErrorContext(ctx, "a resolver panicked", "requestId", viewer.RequestFrom(ctx).ID, "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
	return errPanicked
}

// loaded is the executor's document cache: it hands over the document that this
// request has already loaded, so that the executor neither parses nor validates
// on its own.
type loaded struct{}

type loadedKey struct{}

func withLoaded(ctx context.Context, doc *ast.QueryDocument) context.Context {
	return context.WithValue(ctx, loadedKey{}, doc)
}

func (loaded) Get(ctx context.Context, _ string) (*ast.QueryDocument, bool) {
	doc, ok := ctx.Value(loadedKey{}).(*ast.QueryDocument)
	return doc, ok
}

func (loaded) Add(context.Context, string, *ast.QueryDocument) {}
