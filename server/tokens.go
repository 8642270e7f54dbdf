package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"gatehouse/internal/viewer"
)

// longestToken bounds what is decoded for a caller who is not known yet. Tokens
// with some hundred groups in them stay well below.
const longestToken = 16 << 10

// verifier decides whether a token is accepted, and who that makes the caller.
// golang-jwt checks nothing that it was not asked to check, so everything is
// asked for here: the algorithms by name, exp, iss and aud as required claims, nbf
// and iat where they are present, and strict base64.
type verifier struct {
	keys   keySource
	claims claimReading
	parser *jwt.Parser
	leeway time.Duration
}

// newVerifier makes a verifier of the tokens of one issuer for any of the
// audiences. The issuer and the audience must not be empty: golang-jwt takes an
// empty one to mean that any will do.
func newVerifier(keys keySource, issuer string, audience []string, claims claimReading, leeway time.Duration, clock func() time.Time) (*verifier, error) {
	if issuer == "" || len(audience) == 0 || len(keys.algorithms) == 0 {
		return nil, errors.New("tokens cannot be verified without an issuer, an audience and the algorithms to accept")
	}
	return &verifier{keys: keys, claims: claims, leeway: leeway, parser: jwt.NewParser(
		jwt.WithValidMethods(keys.algorithms),
		jwt.WithIssuer(issuer),
		jwt.WithAudience(audience...),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(leeway),
		jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(clock),
	)}, nil
}

// verify returns who the token says is asking. Its error is the reason for a log:
// it says what was wrong and holds neither the token nor a key, and it is not for
// the caller, to whom it would tell which half of a forgery was right.
func (v *verifier) verify(ctx context.Context, token string) (viewer.Viewer, error) {
	if len(token) > longestToken {
		return viewer.Viewer{}, fmt.Errorf("the token has %d bytes; the limit is %d", len(token), longestToken)
	}
	claims := jwt.MapClaims{}
	_, err := v.parser.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) {
		if _, ok := t.Header["crit"]; ok {
			return nil, errors.New("the header names critical extensions (crit), and none is understood here")
		}
		return v.keys.find(ctx, t)
	})
	if err != nil {
		return viewer.Viewer{}, fmt.Errorf("the token was refused: %w", err)
	}
	who, err := v.claims.viewer(claims)
	if err != nil {
		return viewer.Viewer{}, err
	}
	ends, err := claims.GetExpirationTime()
	if err != nil || ends == nil {
		return viewer.Viewer{}, fmt.Errorf("the token's end (exp) cannot be read: %w", err)
	}
	who.Until = ends.Add(v.leeway)
	return who, nil
}
