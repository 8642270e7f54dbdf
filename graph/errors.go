package graph

import (
	"context"
	"errors"
	"log/slog"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"gatehouse/internal/fault"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// The codes of top-level errors that execution gives, as schema.md lists them.
const (
	codeUnauthenticated = "UNAUTHENTICATED"
	codeForbidden       = "FORBIDDEN"
	codeBadUserInput    = "BAD_USER_INPUT"
	codeUnavailable     = "UNAVAILABLE"
	codeOutcomeUnknown  = "OUTCOME_UNKNOWN"
	codeCursorTooOld    = "CURSOR_TOO_OLD"
	codeTooSlow         = "TOO_SLOW"
)

// Presenter turns what a field answers with into what the caller sees. A refusal
// tells its sentence, a fault that the caller can do something about tells that,
// and everything else is logged with the request id and shown as INTERNAL by the
// door.
func Presenter(log *slog.Logger) func(context.Context, error) *gqlerror.Error {
	return func(ctx context.Context, err error) *gqlerror.Error {
		if no := refusal.Find(err); no != nil {
			return coded(ctx, err, queryCode(no.Code), no.Message)
		}
		switch {
		case errors.Is(err, fault.NoViewer):
			return coded(ctx, err, codeUnauthenticated, signIn)
		case errors.Is(err, fault.OutcomeUnknown):
			return coded(ctx, err, codeOutcomeUnknown, "The connection to the database was lost while it was committing: it may have happened or not. Repeat the mutation with the same idempotencyKey; it does nothing twice.")
		case errors.Is(err, fault.CursorAhead):
			return coded(ctx, err, codeCursorTooOld, "Nothing has changed here yet where this cursor stands: it may be from another database, or from this one before it was restored. Read the list anew, then subscribe without after.")
		case errors.Is(err, fault.CursorTooOld):
			return coded(ctx, err, codeCursorTooOld, "What has changed since this cursor is not kept any more: changes are kept for 24 hours. Read the list anew, then subscribe without after.")
		case errors.Is(err, fault.TooSlow):
			return coded(ctx, err, codeTooSlow, "More has changed than was read in time, so this stream was ended. Subscribe again with the last cursor as after, and nothing is missed; read faster, or narrow the filter.")
		case errors.Is(err, fault.TooLong):
			log.WarnContext(ctx, "a statement took too long", "requestId", viewer.RequestFrom(ctx).ID, "path", graphql.GetPath(ctx).String(), "error", err.Error())
			return coded(ctx, err, codeUnavailable, "The database took longer for this than it may for you; nothing was changed. Ask for less at once (a narrower filter, a longer search, a smaller page), or try again in a moment.")
		case errors.Is(err, fault.Held):
			return coded(ctx, err, codeUnavailable, "Somebody else has been changing the same thing for longer than is waited for; nothing was changed. Try again in a moment.")
		case errors.Is(err, fault.Unavailable):
			if !errors.Is(ctx.Err(), context.Canceled) { // a caller who has gone says nothing about the database
				log.WarnContext(ctx, "the database is not available", "requestId", viewer.RequestFrom(ctx).ID, "error", err.Error())
			}
			return coded(ctx, err, codeUnavailable, "The database cannot be reached or took too long; nothing was changed. Try again in a moment.")
		}
		var known *gqlerror.Error
		if errors.As(err, &known) && known.Extensions["code"] != nil {
			return known
		}
		log.ErrorContext(ctx, "a field failed", "requestId", viewer.RequestFrom(ctx).ID, "path", graphql.GetPath(ctx).String(), "error", err.Error())
		return nil
	}
}

// signIn is what somebody without a login is told.
const signIn = "You are not signed in. Send a token as Authorization: Bearer …, in the header or, over WebSocket, in the payload of connection_init."

// queryCode is the code of a refusal that is no user error of a mutation.
func queryCode(c refusal.Code) string {
	switch c {
	case refusal.Forbidden:
		return codeForbidden
	case page.TooBroad, page.SearchTooBroad:
		return string(c)
	}
	return codeBadUserInput
}

// coded is an error at the place where it happened.
func coded(ctx context.Context, err error, code, message string) *gqlerror.Error {
	shown := &gqlerror.Error{Message: message, Path: graphql.GetPath(ctx), Extensions: map[string]any{"code": code}}
	var where *gqlerror.Error
	if errors.As(err, &where) {
		shown.Locations = where.Locations
		if where.Path != nil {
			shown.Path = where.Path
		}
	}
	return shown
}
