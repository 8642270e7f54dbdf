package main

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"gatehouse/internal/devmailbox"
	"gatehouse/internal/door"
	"gatehouse/internal/viewer"
)

// identify gives every request an id, puts it and the client's address into the
// context and the answer, and logs the request when it has been answered.
//
// The log names the route that matched, never the path or the query as sent:
// people paste tokens into addresses.
func identify(log *slog.Logger, clock func() time.Time, client func(*http.Request) string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := clock()
		request := viewer.Request{ID: requestID(r), Address: client(r)}
		w.Header().Set("X-Request-Id", request.ID)
		// The mux writes the route into the request that it is given, which is this one.
		r = r.WithContext(viewer.WithRequest(r.Context(), request))
		recorder := &recorder{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			level := slog.LevelInfo
			switch r.Pattern {
			case "GET /healthz", "GET /readyz", "GET " + devmailbox.Messages, crlRoute, caRoute, ocspRoute, ocspGetRoute: // asked every few seconds
				level = slog.LevelDebug
			}
			log.Log(r.Context(), level, "request",
				"requestId", request.ID, "address", request.Address, "method", r.Method, "route", r.Pattern,
				"status", recorder.status, "bytes", recorder.bytes, "duration", clock().Sub(began).String())
		}()
		next.ServeHTTP(recorder, r)
	})
}

// requestID is the caller's X-Request-Id when it is fit for a log and an audit
// entry, else one of ours.
func requestID(r *http.Request) string {
	given := r.Header.Get("X-Request-Id")
	if len(given) == 0 || len(given) > 64 {
		return rand.Text()
	}
	for _, c := range []byte(given) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && c != '-' && c != '_' && c != '.' {
			return rand.Text()
		}
	}
	return given
}

// recoverPanics answers a request whose handler panicked. The log gets the stack,
// the caller a sentence with the request id.
func recoverPanics(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler {
				panic(cause) // net/http's own way to drop a connection
			}
			log.ErrorContext(r.Context(), "a handler panicked", "requestId", viewer.RequestFrom(r.Context()).ID, "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
			problem(w, r, http.StatusInternalServerError, door.Internal, door.InternalMessage(r.Context()))
		}()
		next.ServeHTTP(w, r)
	})
}

// recorder remembers what was answered, for the access log.
type recorder struct {
	http.ResponseWriter
	status, bytes int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	n, err := r.ResponseWriter.Write(p)
	r.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
