package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"gatehouse/internal/door"
	"gatehouse/internal/viewer"
)

// callers find out who is calling. Who shows a token that is no good is counted by
// address, like who shows none: else it would cost nothing to try.
type callers struct {
	verifier  *verifier
	anonymous *anonymousLimit
	log       *slog.Logger
}

// authenticate puts the bearer of a request's token into its context. A request
// without an Authorization header goes on as nobody, since some calls need no
// login; one whose header is no good is refused at once, so that nobody mistakes
// a stale token for an empty answer.
func (c callers) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, present, err := bearer(r.Header)
		if err == nil && !present {
			next.ServeHTTP(w, r)
			return
		}
		ctx, err := c.bearing(r.Context(), token, err)
		if no := (*door.Refusal)(nil); errors.As(err, &no) {
			if no.RetryAfter == 0 {
				unauthenticated(w, r)
				return
			}
			w.Header().Set("Retry-After", strconv.Itoa(no.RetryAfter))
			problem(w, r, http.StatusTooManyRequests, no.Code, no.Message)
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// connected is authenticate for a websocket, whose token comes in a message: of none,
// nobody's call is counted.
func (c callers) connected(ctx context.Context, authorization string) (context.Context, error) {
	if authorization == "" {
		if no := c.anonymous.refusal(ctx); no != nil {
			return nil, no
		}
		return ctx, nil
	}
	token, _, err := bearer(http.Header{"Authorization": {authorization}})
	return c.bearing(ctx, token, err)
}

// bearing is the context in which the bearer of a token asks. Its error is a
// *door.Refusal.
func (c callers) bearing(ctx context.Context, token string, err error) (context.Context, error) {
	var who viewer.Viewer
	if err == nil {
		who, err = c.verifier.verify(ctx, token)
	}
	if err == nil {
		return viewer.With(ctx, who), nil
	}
	// The reason may quote a key id, which the caller chose: bounded, one line.
	c.log.InfoContext(ctx, "token refused", "reason", printable(err.Error(), 300), "requestId", viewer.RequestFrom(ctx).ID)
	if no := c.anonymous.refusal(ctx); no != nil {
		return nil, no
	}
	return nil, &door.Refusal{Code: "UNAUTHENTICATED", Message: badToken}
}

// bearer reads the token of a request; present says whether there was any
// Authorization header. Two headers, or another scheme, are refused rather than
// guessed at.
func bearer(h http.Header) (token string, present bool, err error) {
	values := h.Values("Authorization")
	switch len(values) {
	case 0:
		return "", false, nil
	case 1:
		scheme, token, _ := strings.Cut(values[0], " ")
		token = strings.TrimSpace(token)
		if !strings.EqualFold(scheme, "Bearer") || token == "" {
			return "", true, errors.New("the Authorization header is not of the form Bearer TOKEN")
		}
		return token, true, nil
	}
	return "", true, errors.New("there is more than one Authorization header")
}

const badToken = "The token is not valid. Sign in again and send a new one."

// unauthenticated says what to do, and nothing about what was wrong with the
// token: that stands in the log, under the request id.
func unauthenticated(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	problem(w, r, http.StatusUnauthorized, "UNAUTHENTICATED", badToken)
}
