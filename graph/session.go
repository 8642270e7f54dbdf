package graph

import (
	"context"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

// Session runs around each operation: it fixes the operation's instant, so that
// everything it reads and writes agrees about what has expired, and turns away
// who is not signed in.
type Session struct {
	// Pin fixes the instant of a context.
	Pin func(context.Context) context.Context
	// Begin notes where the stream of changes stands, before anything is read.
	Begin func(context.Context) context.Context
}

// ExtensionName names the extension.
func (Session) ExtensionName() string { return "Session" }

// Validate accepts every schema.
func (Session) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptOperation is called once per operation, before any field.
func (s Session) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	ctx = s.Pin(ctx)
	if _, ok := viewer.From(ctx); !ok && needsLogin(graphql.GetOperationContext(ctx)) {
		return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{{
			Message: signIn, Extensions: map[string]any{"code": codeUnauthenticated, "requestId": viewer.RequestFrom(ctx).ID},
		}}})
	}
	// The fields of a query are read side by side, and the cursor must not be younger
	// than what it stands beside.
	if asks(graphql.GetOperationContext(ctx), "eventCursor") && s.Begin != nil {
		ctx = s.Begin(ctx)
	}
	return next(ctx)
}

// asks reports whether a field stands at the top of a query.
func asks(oc *graphql.OperationContext, name string) bool {
	return oc.Operation.Operation == ast.Query && slices.ContainsFunc(graphql.CollectFields(oc, oc.Operation.SelectionSet, nil), func(f graphql.CollectedField) bool {
		return f.Name == name
	})
}

// withoutLogin is the query of the end user, whose link is judged by the use case.
const withoutLogin = "enrollmentInvitation"

// needsLogin reports whether the operation asks for anything but the schema
// itself and what the end user does without a login.
func needsLogin(oc *graphql.OperationContext) bool {
	for _, f := range graphql.CollectFields(oc, oc.Operation.SelectionSet, nil) {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		if need, known := lifecycle.MutationNeeds(f.Name); oc.Operation.Operation == ast.Mutation && known && need.NoLogin {
			continue
		}
		if oc.Operation.Operation == ast.Query && f.Name == withoutLogin {
			continue
		}
		return true
	}
	return false
}
