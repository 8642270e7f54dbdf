package main

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"gatehouse/internal/viewer"
)

// authenticate puts the bearer of a request's token into its context. A request
// without an Authorization header goes on as nobody, since some calls need no
// login; one whose header is no good is refused at once, so that nobody mistakes
// a stale token for an empty answer.
func authenticate(v *verifier, log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			token, present, err := bearer(r.Header)
			if err == nil && !present {
				next.ServeHTTP(w, r)
				return
			}
			var who viewer.Viewer
			if err == nil {
				who, err = v.verify(r.Context(), token)
			}
			if err != nil {
				// The reason may quote a key id, which the caller chose: bounded, one line.
				log.InfoContext(r.Context(), "token refused", "reason", printable(err.Error(), 300), "requestId", viewer.RequestFrom(r.Context()).ID)
				unauthenticated(w, r)
				return
			}
			next.ServeHTTP(w, r.WithContext(viewer.With(r.Context(), who)))
		})
	}
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

// unauthenticated says what to do, and nothing about what was wrong with the
// token: that stands in the log, under the request id.
func unauthenticated(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	problem(w, r, http.StatusUnauthorized, "UNAUTHENTICATED", "The token is not valid. Sign in again and send a new one.")
}
