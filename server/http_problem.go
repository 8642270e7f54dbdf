package main

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"gatehouse/internal/door"
	"gatehouse/internal/viewer"
)

// problem answers with one error in GraphQL's shape, so that a client has one
// way to read what went wrong, wherever it went wrong.
func problem(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	shown := door.Coded(code, message)
	if id := viewer.RequestFrom(r.Context()).ID; id != "" {
		shown.Extensions["requestId"] = id
	}
	if seconds, err := strconv.Atoi(w.Header().Get("Retry-After")); err == nil {
		shown.Extensions["retryAfter"] = seconds
	}
	reply(w, status, map[string]gqlerror.List{"errors": {shown}})
}

// reply answers with JSON that is not to be stored.
func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// The status is out, so a caller who has gone away is nobody's problem.
	_ = json.NewEncoder(w).Encode(body)
}
