package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"gatehouse/internal/door"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

const (
	// devTokenBytes is far more than any request for a token has.
	devTokenBytes = 16 << 10
	// devTokenTTL is short, since the page fetches a new one by itself.
	devTokenTTL = time.Hour
)

// devTokenRequest is who a developer wants to be.
type devTokenRequest struct {
	Subject       string           `json:"subject"`
	Name          string           `json:"name"`
	Email         string           `json:"email"`
	Roles         []lifecycle.Role `json:"roles"`
	BusinessUnits []string         `json:"businessUnits"`
}

// devTokenReply is the token and what it says.
type devTokenReply struct {
	Token     string    `json:"token"`
	ExpiresAt time.Time `json:"expiresAt"`
	devTokenRequest
}

// onThisMachine serves people at this machine only: the Host must be loopback,
// which a page that has its own name resolved to 127.0.0.1 cannot send, and so must
// the Origin, when a page asks.
func onThisMachine(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if origin := r.Header.Get("Origin"); !isLoopbackHost(r.Host) || origin != "" && !isLoopbackOrigin(origin) {
			problem(w, r, http.StatusForbidden, "FORBIDDEN", "Development tokens and the mailbox are for pages and programs of this machine only: use http://127.0.0.1 or http://localhost.")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// devToken signs a token for whoever a developer wants to be. It stands behind
// onThisMachine. The body must be JSON, which a form cannot send.
func devToken(mint func(devGrant) (string, time.Time, error), log *slog.Logger) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
			problem(w, r, http.StatusUnsupportedMediaType, door.BadUserInput, "Send the request as Content-Type: application/json.")
			return
		}
		asked, wrong := readDevTokenRequest(http.MaxBytesReader(w, r.Body, devTokenBytes))
		if wrong != "" {
			problem(w, r, http.StatusBadRequest, door.BadUserInput, wrong)
			return
		}
		token, until, err := mint(devGrant{
			Subject: asked.Subject, Name: asked.Name, Email: asked.Email,
			Roles: asked.Roles, BusinessUnits: asked.BusinessUnits, TTL: devTokenTTL,
		})
		if err != nil {
			log.ErrorContext(r.Context(), "a development token could not be signed", "requestId", viewer.RequestFrom(r.Context()).ID, "error", err)
			problem(w, r, http.StatusInternalServerError, door.Internal, door.InternalMessage(r.Context()))
			return
		}
		reply(w, http.StatusOK, devTokenReply{Token: token, ExpiresAt: until.UTC(), devTokenRequest: asked})
	}
}

// readDevTokenRequest reads a request. What is wrong with it is a sentence for
// the caller, empty when nothing is.
func readDevTokenRequest(body io.Reader) (asked devTokenRequest, wrong string) {
	const example = `such as {"subject": "ada", "roles": ["APPROVER"], "businessUnits": ["*"]}`
	asked = devTokenRequest{Roles: []lifecycle.Role{}, BusinessUnits: []string{}}
	decoder := json.NewDecoder(body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil || decoder.More() {
		return asked, "The request must be one JSON object with subject, name, email, roles and businessUnits, " + example + "."
	}
	if strings.TrimSpace(asked.Subject) == "" {
		return asked, `"subject" is missing; it is the stable name of the person, ` + example + "."
	}
	for _, role := range asked.Roles {
		if !slices.Contains(lifecycle.Roles, role) {
			return asked, fmt.Sprintf("%q is not a role; the roles are %v.", role, lifecycle.Roles)
		}
	}
	return asked, ""
}
