package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"
)

// How a key set is kept fresh. A withdrawn key is trusted for keySetAge at most.
// A token under a key that is not known yet makes the set be fetched again, at
// most unknownKeyBurst times at once and then every unknownKeyPace, so that made-up
// key ids cannot be turned into load on the provider.
const (
	keySetAge       = 15 * time.Minute
	keySetTimeout   = 5 * time.Second
	unknownKeyPace  = 30 * time.Second
	unknownKeyBurst = 2
)

// openKeySet fetches the provider's key set and keeps it fresh until ctx ends. It
// refuses when the first fetch fails: a mistyped address must show at the start,
// not as refused tokens. Later failures go to failed and the last good set stays.
func openKeySet(ctx context.Context, url string, algorithms []string, failed func(context.Context, error)) (keySource, error) {
	// A redirect is not followed: it could lead from https to http, or elsewhere.
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	set, err := jwkset.NewStorageFromHTTP(url, jwkset.HTTPClientStorageOptions{
		Client: client, Ctx: ctx, HTTPTimeout: keySetTimeout, RefreshInterval: keySetAge, RefreshErrorHandler: failed,
	})
	if err != nil {
		return keySource{}, fmt.Errorf("the key set at GATEHOUSE_JWT_JWKS_URL (%s) cannot be read: %w", url, err)
	}
	refreshing, err := jwkset.NewHTTPClient(jwkset.HTTPClientOptions{
		HTTPURLs:          map[string]jwkset.Storage{url: set},
		RateLimitWaitMax:  keySetTimeout,
		RefreshUnknownKID: rate.NewLimiter(rate.Every(unknownKeyPace), unknownKeyBurst),
	})
	if err != nil {
		return keySource{}, fmt.Errorf("the key set at GATEHOUSE_JWT_JWKS_URL (%s) cannot be kept: %w", url, err)
	}
	keys, err := keyfunc.New(keyfunc.Options{
		Ctx:          ctx,
		Storage:      &sharedReads{Storage: refreshing, known: set},
		UseWhitelist: []jwkset.USE{jwkset.UseSig, ""}, // a key for encryption verifies nothing
	})
	if err != nil {
		return keySource{}, fmt.Errorf("the key set at GATEHOUSE_JWT_JWKS_URL (%s) cannot be used: %w", url, err)
	}
	return keySource{algorithms: algorithms, find: func(ctx context.Context, t *jwt.Token) (any, error) {
		if _, named := t.Header[jwkset.HeaderKID]; !named {
			return nil, errors.New("the token does not say which key of the set signed it (kid)")
		}
		key, err := keys.KeyfuncCtx(ctx)(t)
		if err != nil {
			return nil, err
		}
		return key, fits(t.Method.Alg(), key)
	}}, nil
}

// sharedReads lets callers who meet the same unknown key wait for one fetch
// together. Without it the first of them after a rotation would use up the pace,
// and the others would be refused with good tokens.
type sharedReads struct {
	jwkset.Storage
	known jwkset.Storage
	wait  singleflight.Group
}

// KeyRead finds a key by its id, and fetches the set again when it is not there.
func (s *sharedReads) KeyRead(ctx context.Context, kid string) (jwkset.JWK, error) {
	if key, err := s.known.KeyRead(ctx, kid); err == nil {
		return key, nil
	}
	// The fetch serves everyone who waits, so it outlives the request that began it.
	found, err, _ := s.wait.Do(kid, func() (any, error) {
		return s.Storage.KeyRead(context.WithoutCancel(ctx), kid)
	})
	if err != nil {
		return jwkset.JWK{}, err
	}
	return found.(jwkset.JWK), nil
}
