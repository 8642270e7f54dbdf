package door

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"gatehouse/internal/viewer"
)

// The codes of top-level errors that the door itself gives. The others
// (UNAUTHENTICATED, FORBIDDEN, …) come from where they are decided.
const (
	BadUserInput  = "BAD_USER_INPUT"
	LimitExceeded = "LIMIT_EXCEEDED"
	RateLimited   = "RATE_LIMITED"
	Unavailable   = "UNAVAILABLE"
	Internal      = "INTERNAL"
)

// Present turns an error of execution into what the caller sees. It must not
// let through what was not written for callers; the door hides what comes back
// without a code, and adds the request id to all.
type Present func(ctx context.Context, err error) *gqlerror.Error

// errPanicked stands for a panic that was logged and must not be shown.
var errPanicked = errors.New("panicked")

// InternalMessage is what a caller is told of a fault on our side.
func InternalMessage(ctx context.Context) string {
	id := viewer.RequestFrom(ctx).ID
	if id == "" {
		return "Something went wrong on our side."
	}
	return fmt.Sprintf("Something went wrong on our side. If you report it, name request id %s.", id)
}

// Coded makes a top-level error: a code for programs, a sentence for people.
func Coded(code, message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": code}}
}

// presenter is what execution hands its errors to: the given presenter, between
// two guards that hold whatever it does.
func presenter(present Present) func(context.Context, error) *gqlerror.Error {
	return func(ctx context.Context, err error) *gqlerror.Error {
		if err == nil {
			return nil
		}
		var shown *gqlerror.Error
		if !errors.Is(err, errPanicked) {
			shown = present(ctx, err)
		}
		if shown == nil || code(shown) == "" {
			hidden := Coded(Internal, InternalMessage(ctx))
			// Where it happened is the caller's own document, and safe to show.
			if where := (*gqlerror.Error)(nil); errors.As(err, &where) {
				hidden.Path, hidden.Locations = where.Path, where.Locations
			}
			shown = hidden
		}
		return identified(ctx, shown)
	}
}

// identified adds the request id, on a copy: the error may be shared.
func identified(ctx context.Context, err *gqlerror.Error) *gqlerror.Error {
	shown := *err
	shown.Extensions = make(map[string]any, len(err.Extensions)+1)
	for key, value := range err.Extensions {
		shown.Extensions[key] = value
	}
	if id := viewer.RequestFrom(ctx).ID; id != "" {
		shown.Extensions["requestId"] = id
	}
	return &shown
}

// refused puts what the door turned away into top-level errors. Whatever is no
// Refusal comes from the parser, the validator or the coercion of variables,
// which speak of the caller's document and of nothing else; what was given in it
// is left out (withoutValue).
func refused(err error) gqlerror.List {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		shown := Coded(refusal.Code, refusal.Message)
		if refusal.RetryAfter > 0 {
			shown.Extensions["retryAfter"] = refusal.RetryAfter
		}
		if refusal.Line > 0 {
			shown.Locations = []gqlerror.Location{{Line: refusal.Line, Column: refusal.Column}}
		}
		return gqlerror.List{shown}
	}
	var list gqlerror.List
	if !errors.As(err, &list) {
		var one *gqlerror.Error
		if !errors.As(err, &one) {
			one = &gqlerror.Error{Message: err.Error()}
		}
		list = gqlerror.List{one}
	}
	shown := make(gqlerror.List, 0, min(len(list), mostErrors+1))
	for i, one := range list {
		if i == mostErrors {
			shown = append(shown, Coded(BadUserInput, fmt.Sprintf("%d more errors are left out.", len(list)-mostErrors)))
			break
		}
		shown = append(shown, &gqlerror.Error{Message: withoutValue(one.Message), Path: one.Path, Locations: one.Locations, Extensions: map[string]any{"code": BadUserInput}})
	}
	return shown
}

// withoutValue is the validator's sentence about a value of the wrong type, without
// the value: an enrollment code of digits that somebody forgot to put into quotes
// would otherwise stand in an answer, and in the log of whoever keeps those. The
// place is told beside it.
func withoutValue(sentence string) string {
	for _, before := range []string{" value: ", ", found "} {
		if said, _, quotes := strings.Cut(sentence, before); quotes {
			return said + strings.TrimRight(strings.TrimSuffix(before, "found "), ": ,") + "."
		}
	}
	return sentence
}

// mostErrors is how many errors of validation are told: enough to mend a
// document by, too few to make a large answer of a small question.
const mostErrors = 20

func code(err *gqlerror.Error) string {
	s, _ := err.Extensions["code"].(string)
	return s
}
