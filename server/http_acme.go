package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"

	"gatehouse/internal/viewer"
)

// acmeChallenge answers an authority that asks whether a name leads to us (RFC 8555
// section 8.3). Any server may be asked, whichever of them ordered, so the answer
// lies in the database. There is no limit by address here: a private authority
// validates all orders from one.
func acmeChallenge(challenge func(context.Context, string) (string, bool, error), log *slog.Logger) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer, ok, err := challenge(r.Context(), r.PathValue("token"))
		switch {
		case err != nil:
			log.ErrorContext(r.Context(), "an ACME challenge could not be read", "requestId", viewer.RequestFrom(r.Context()).ID, "error", err.Error())
			http.Error(w, "The answer cannot be read now.", http.StatusServiceUnavailable)
		case !ok:
			http.NotFound(w, r)
		default:
			w.Header().Set("Content-Type", "application/octet-stream")
			w.Header().Set("Cache-Control", "no-store")
			// An authority that has gone away asks again.
			_, _ = io.WriteString(w, answer)
		}
	}
}
