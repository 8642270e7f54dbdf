package main

import (
	"context"
	"crypto"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
)

// provider is an identity provider's key set on loopback.
type provider struct {
	*httptest.Server
	mu      sync.Mutex
	keys    []jwkset.JWKMarshal
	fetches int
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.fetches++
		_ = json.NewEncoder(w).Encode(jwkset.JWKSMarshal{Keys: p.keys})
	}))
	t.Cleanup(p.Close)
	return p
}

// publish replaces the set by one key.
func (p *provider) publish(t *testing.T, kid string, key crypto.PublicKey, use jwkset.USE) {
	t.Helper()
	jwk, err := jwkset.NewJWKFromKey(key, jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{KID: kid, USE: use}})
	if err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = []jwkset.JWKMarshal{jwk.Marshal()}
}

func (p *provider) fetched() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fetches
}

func TestKeySetRotates(t *testing.T) {
	t.Parallel()
	before, after := newRSA(t, 2048), newRSA(t, 2048)
	p := newProvider(t)
	p.publish(t, "spring", before.Public(), jwkset.UseSig)
	v := newTestVerifier(t, tokenSettings{JWKSURL: p.URL})
	old := sign(t, jwt.SigningMethodRS256, before, goodClaims(nil), map[string]any{"kid": "spring"})
	if _, err := v.verify(t.Context(), old); err != nil {
		t.Fatalf("under the first key: %v", err)
	}

	p.publish(t, "summer", after.Public(), jwkset.UseSig)
	fresh := sign(t, jwt.SigningMethodRS256, after, goodClaims(nil), map[string]any{"kid": "summer"})
	var callers sync.WaitGroup
	for range 32 { // all who come with the new key at once are let in
		callers.Go(func() {
			if _, err := v.verify(t.Context(), fresh); err != nil {
				t.Errorf("under the new key: %v", err)
			}
		})
	}
	callers.Wait()
	if _, err := v.verify(t.Context(), old); err == nil {
		t.Error("a token under the withdrawn key was accepted")
	}
}

func TestKeySetRefuses(t *testing.T) {
	t.Parallel()
	key := newRSA(t, 2048)
	for _, row := range []struct {
		name, reason string
		use          jwkset.USE
		headers      map[string]any
	}{
		{"a key that the set does not have", "key not found", jwkset.UseSig, map[string]any{"kid": "other"}},
		{"a token that names no key", "kid", jwkset.UseSig, nil},
		{"a kid that is no text", "kid", jwkset.UseSig, map[string]any{"kid": 1}},
		{"a key for encryption", "use", jwkset.UseEnc, map[string]any{"kid": "main"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p := newProvider(t)
			p.publish(t, "main", key.Public(), row.use)
			v := newTestVerifier(t, tokenSettings{JWKSURL: p.URL})
			_, err := v.verify(t.Context(), sign(t, jwt.SigningMethodRS256, key, goodClaims(nil), row.headers))
			if err == nil || !strings.Contains(err.Error(), row.reason) {
				t.Errorf("got %v, want a reason with %q", err, row.reason)
			}
		})
	}
}

// TestUnknownKeysArePaced sends many made-up key ids: they must not become as
// many requests to the provider.
func TestUnknownKeysArePaced(t *testing.T) {
	t.Parallel()
	key := newRSA(t, 2048)
	p := newProvider(t)
	p.publish(t, "main", key.Public(), jwkset.UseSig)
	v := newTestVerifier(t, tokenSettings{JWKSURL: p.URL})
	for i := range 50 {
		token := sign(t, jwt.SigningMethodRS256, key, goodClaims(nil), map[string]any{"kid": "made-up-" + strconv.Itoa(i)})
		if _, err := v.verify(t.Context(), token); err == nil {
			t.Fatal("a token under an unknown key was accepted")
		}
	}
	if got := p.fetched(); got > 1+unknownKeyBurst {
		t.Errorf("50 unknown keys made %d requests; want at most %d", got, 1+unknownKeyBurst)
	}
}

func TestKeySetThatCannotBeRead(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(gone.Close)
	elsewhere := httptest.NewServer(http.RedirectHandler(newProvider(t).URL, http.StatusFound))
	t.Cleanup(elsewhere.Close)
	for _, row := range []struct{ name, url string }{
		{"a page that is not there", gone.URL},
		{"a redirect", elsewhere.URL},
		{"nothing listening", "http://127.0.0.1:1/keys"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			_, err := tokenSettings{JWKSURL: row.url}.keySource(t.Context(), func(context.Context, error) {})
			if err == nil || !strings.Contains(err.Error(), row.url) {
				t.Errorf("got %v, want a sentence that names the address", err)
			}
		})
	}
}
