//go:build unix

package main

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"gatehouse/internal/viewer"
)

// question is what a server is asked, and by whom.
type question interface {
	// viewer is who the token is made out to.
	viewer() viewer.Viewer
	// body is the request's body.
	body() ([]byte, error)
}

// wire is the whole request as it goes over the wire.
func wire(q question, address, token string) ([]byte, error) {
	body, err := q.body()
	if err != nil {
		return nil, fmt.Errorf("writing the request: %w", err)
	}
	r, err := http.NewRequest(http.MethodPost, "http://"+address+"/graphql", bytes.NewReader(body)) //nolint:noctx // it is written down here, not sent
	if err != nil {
		return nil, fmt.Errorf("writing the request: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		return nil, fmt.Errorf("writing the request: %w", err)
	}
	return wire.Bytes(), nil
}

// tokenFor is a bearer token for whoever asks.
func tokenFor(q question, secret string, now time.Time) (string, error) {
	v := q.viewer()
	var units any = v.Units.Names
	if v.Units.All {
		units = "*"
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": v.Issuer, "aud": "gatehouse", "sub": v.Subject, "name": v.Name, "roles": v.Roles, "business_units": units,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(24 * time.Hour).Unix(),
	}).SignedString([]byte(secret))
	if err != nil {
		return "", fmt.Errorf("signing the token: %w", err)
	}
	return token, nil
}
