package door

import (
	"context"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"gatehouse/internal/fault"
)

// operation is one that has passed every check and has not been executed.
type operation struct {
	doc *ast.QueryDocument
	op  *graphql.OperationContext
	// cost is what it costs, and most what it may.
	cost, most int64
	// bytes is how long its request was.
	bytes int
}

// subscription reports whether there may be many answers.
func (o *operation) subscription() bool { return o.op.Operation.Operation == ast.Subscription }

// prepare is the one way in for a well-formed request, by whatever transport it
// came: the caller's rate, the document, the variables, the cost. An error means
// that nothing was executed.
func (d *Door) prepare(ctx context.Context, req request, headers http.Header) (*operation, error) {
	if err := d.rates.Call(ctx); err != nil {
		return nil, err
	}
	doc, err := d.documents.load(req.query)
	if err != nil {
		return nil, err
	}
	picked, err := pick(doc, req.operationName)
	if err != nil {
		return nil, err
	}
	if err := CheckVariables(req.variables, d.limits); err != nil {
		return nil, err
	}
	if no := strictly(d.documents.schema, picked, req.variables); no != nil {
		return nil, ofVariables(d.documents.schema, picked, gqlerror.List{no})
	}
	ctx = graphql.StartOperationTrace(withLoaded(ctx, doc))
	op, list := d.executor.CreateOperationContext(ctx, &graphql.RawParams{
		Query: req.query, OperationName: req.operationName, Variables: req.variables, Extensions: req.extensions, Headers: headers,
	})
	if len(list) > 0 {
		return nil, ofVariables(d.documents.schema, picked, list)
	}
	op.DisableIntrospection = false
	if op.Operation.Operation == ast.Subscription && req.bytes > mostKept {
		return nil, tooMuch("A subscription's request may have up to %d bytes, since it is kept for as long as the subscription goes on; this one has %d. Name fewer things in it, or spread them over several subscriptions.", mostKept, req.bytes)
	}
	if op.Operation.Operation == ast.Subscription {
		switch n := len(graphql.CollectFields(op, op.Operation.SelectionSet, nil)); n {
		case 0:
			return nil, malformed("A subscription asks for exactly one field, and @skip or @include leave none of this one.")
		case 1:
		default:
			return nil, malformed("A subscription asks for exactly one field, and this one for %d; begin one for each.", n)
		}
	}
	cost, most, err := d.limits.afford(op.Operation, op.Variables)
	if err != nil {
		return nil, err
	}
	return &operation{doc: doc, op: op, cost: cost, most: most, bytes: req.bytes}, d.rates.spend(ctx, cost)
}

// once executes an operation that has one answer.
func (d *Door) once(ctx context.Context, op *operation) answer {
	if d.answerTime > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d.answerTime)
		defer cancel()
	}
	next := d.execute(ctx, op)
	a, ok := next()
	if !ok {
		// The executor gives nothing when the caller is gone or out of time.
		return answer{Executed: true, Errors: gqlerror.List{identified(ctx, Coded(Unavailable, "The request was given up before it was answered; try again."))}}
	}
	return a
}

// execute begins to execute an operation. What it returns gives the answers one by
// one, and false after the last; of a subscription it waits for the next one. When
// a stream ends for a reason, the last answer tells it, with Ended set.
func (d *Door) execute(ctx context.Context, op *operation) func() (answer, bool) {
	ctx, ending := fault.WithEnding(graphql.StartOperationTrace(withLoaded(ctx, op.doc)))
	responses, ctx := d.executor.DispatchOperation(ctx, op.op)
	ended := false
	return func() (answer, bool) {
		if ended {
			return answer{}, false
		}
		if response := responses(ctx); response != nil {
			a := answer{Errors: response.Errors, Executed: true, Data: response.Data, Extensions: told(response.Extensions, op)}
			// A stream that could not begin has errors and no data, and nothing follows.
			ended = op.subscription() && len(response.Data) == 0
			a.Ended = ended
			return a, true
		}
		ended = true
		if reason := ending.Err(); reason != nil {
			return answer{Ended: true, Executed: true, Errors: gqlerror.List{d.present(ctx, reason)}}, true
		}
		return answer{}, false
	}
}

// told is an answer's extensions, with what the operation cost.
func told(extensions map[string]any, op *operation) map[string]any {
	all := make(map[string]any, len(extensions)+1)
	for name, value := range extensions {
		all[name] = value
	}
	all["cost"] = map[string]int64{"requested": op.cost, "limit": op.most}
	return all
}
