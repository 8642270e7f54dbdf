package door

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"

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
	// Rates bound how often and how much a subject asks; nil for no bound.
	Rates *Rates
	// AnswerTime is how long a query or mutation may be worked on; what it had not
	// committed by then is undone. 0 for no end.
	AnswerTime time.Duration
	// Streams serve subscriptions; nil for none.
	Streams *Streams
}

// Door serves GraphQL over HTTP: POST of one JSON object, answered by one object
// or by a stream of them, and a websocket on which many are asked. A caller's
// introspection is allowed, since the schema is the public contract.
type Door struct {
	limits     Limits
	log        *slog.Logger
	present    Present
	documents  *documents
	executor   *executor.Executor
	rates      *Rates
	answerTime time.Duration
	streams    *streams
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
	d := &Door{limits: o.Limits, log: o.Log, present: presenter(o.Present), documents: docs, executor: executor.New(o.Schema), rates: o.Rates, answerTime: o.AnswerTime}
	if d.streams, err = newStreams(o.Streams); err != nil {
		return nil, err
	}
	d.executor.SetErrorPresenter(graphql.ErrorPresenterFunc(d.present))
	d.executor.SetRecoverFunc(d.panicked)
	d.executor.SetQueryCache(loaded{})
	if o.Extension != nil {
		d.executor.Use(o.Extension)
	}
	return d, nil
}

// ServeHTTP answers one request, in the order that the package comment gives.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if IsUpgrade(r) {
		d.serveSocket(w, r)
		return
	}
	ctx := r.Context()
	media, streamed := negotiate(r), acceptsEvents(r)
	if media == "" && streamed == no {
		d.write(ctx, w, mediaJSON, http.StatusNotAcceptable, turnedAway(ctx, malformed("Answers come as %s or %s, and subscriptions as %s; accept one of them.", mediaResponse, mediaJSON, mediaEvents)))
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		d.write(ctx, w, orJSON(media), http.StatusMethodNotAllowed, turnedAway(ctx, malformed("GraphQL is served by POST only, not by %s; GET is for a websocket of %s.", r.Method, subprotocol)))
		return
	}
	if !isJSON(r) {
		w.Header().Set("Accept-Post", mediaJSON)
		d.write(ctx, w, orJSON(media), http.StatusUnsupportedMediaType, turnedAway(ctx, malformed("Send the request as Content-Type: application/json, in UTF-8 and without a Content-Encoding.")))
		return
	}
	req, status, err := read(w, r, d.limits.BodyBytes)
	if err != nil {
		d.write(ctx, w, orJSON(media), status, turnedAway(ctx, err))
		return
	}
	op, err := d.prepare(ctx, req, r.Header)
	if refused := (*Refusal)(nil); errors.As(err, &refused) && refused.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(refused.RetryAfter))
		d.write(ctx, w, orJSON(media), http.StatusTooManyRequests, turnedAway(ctx, err))
		return
	}
	subscribed := err == nil && op.subscription()
	if streamed == only || subscribed && streamed == too {
		d.serveEvents(w, r, op, err)
		return
	}
	if subscribed {
		err = malformed("A subscription is answered by a stream: accept %s, or use a websocket of %s. Or ask with a query instead.", mediaEvents, subprotocol)
	}
	if err != nil {
		status := http.StatusOK
		if media == mediaResponse {
			status = http.StatusBadRequest
		}
		d.write(ctx, w, media, status, turnedAway(ctx, err))
		return
	}
	d.write(ctx, w, media, http.StatusOK, d.once(ctx, op))
}

// orJSON is the media type of an answer to who takes none but a stream.
func orJSON(media string) string {
	if media == "" {
		return mediaJSON
	}
	return media
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
