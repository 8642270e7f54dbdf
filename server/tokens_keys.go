package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// keySource is where the keys that verify tokens come from, with the algorithms
// that they may be used with. The two belong together: a public key accepted as
// the secret of HS256 would let everyone sign.
type keySource struct {
	algorithms []string
	// find returns the key, or a jwt.VerificationKeySet of those to try, for a
	// token whose algorithm is one of algorithms. Its error is for the log.
	find func(ctx context.Context, t *jwt.Token) (any, error)
}

// The algorithms that golang-jwt verifies, by the kind of key they need. "none"
// is in neither list and so can never be named.
func publicKeyAlgorithms() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
}

func secretAlgorithms() []string { return []string{"HS256", "HS384", "HS512"} }

// algorithms are those that the settings name, or the default ones of the kind of
// key in use. It refuses a name that does not fit that kind.
func (t tokenSettings) algorithms() ([]string, error) {
	known, usual := publicKeyAlgorithms(), []string{"RS256", "PS256", "ES256", "ES384", "EdDSA"}
	if t.Secret != "" {
		known, usual = secretAlgorithms(), []string{"HS256"}
	}
	if len(t.Algorithms) == 0 {
		return usual, nil
	}
	for _, name := range t.Algorithms {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("GATEHOUSE_JWT_ALGORITHMS names %q, which cannot be used with %s; choose from %s", name, t.kind(), strings.Join(known, ", "))
		}
	}
	return t.Algorithms, nil
}

// kind names the key source in sentences.
func (t tokenSettings) kind() string {
	switch {
	case t.Secret != "":
		return "a shared secret"
	case t.JWKSURL != "":
		return "a key set"
	}
	return "public keys"
}

// keySource opens the key source that the settings name: the key set is fetched,
// the files are read. The settings were checked before (problems), so that there
// is exactly one. A refresh of a key set goes on until ctx ends.
func (t tokenSettings) keySource(ctx context.Context, failed func(context.Context, error)) (keySource, error) {
	algorithms, err := t.algorithms()
	if err != nil {
		return keySource{}, err
	}
	switch {
	case t.JWKSURL != "":
		return openKeySet(ctx, t.JWKSURL, algorithms, failed)
	case len(t.PEM) > 0:
		return readKeyFiles(t.PEM, algorithms)
	case t.Secret != "":
		return sharedSecret(t.Secret, algorithms), nil
	}
	return keySource{}, errors.New("no key source is set")
}

// productionVerifier verifies the tokens of the identity provider that the
// settings name.
func (t tokenSettings) productionVerifier(ctx context.Context, log *slog.Logger, clock func() time.Time) (*verifier, error) {
	keys, err := t.keySource(ctx, func(ctx context.Context, err error) {
		log.WarnContext(ctx, "the key set could not be fetched again; the last one is kept", "error", err)
	})
	if err != nil {
		return nil, err
	}
	claims, err := t.reading()
	if err != nil {
		return nil, err
	}
	return newVerifier(keys, t.Issuer, t.Audience, claims, t.Leeway, clock)
}

// sharedSecret verifies HMAC signatures.
func sharedSecret(secret string, algorithms []string) keySource {
	key := []byte(secret)
	return keySource{algorithms: algorithms, find: func(context.Context, *jwt.Token) (any, error) { return key, nil }}
}

// fits says why a key must not be used with an algorithm; nil when it may.
// golang-jwt leaves the sizes to its caller.
func fits(algorithm string, key any) error {
	switch key := key.(type) {
	case *rsa.PublicKey:
		if !strings.HasPrefix(algorithm, "RS") && !strings.HasPrefix(algorithm, "PS") {
			return fmt.Errorf("an RSA key is not used with %s", algorithm)
		}
		if key.N.BitLen() < 2048 {
			return fmt.Errorf("an RSA key of %d bits is too short; 2048 is the least", key.N.BitLen())
		}
		return nil
	case *ecdsa.PublicKey:
		curves := map[string]string{"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
		if curves[algorithm] != key.Curve.Params().Name {
			return fmt.Errorf("a key on %s is not used with %s", key.Curve.Params().Name, algorithm)
		}
		return nil
	case ed25519.PublicKey:
		if algorithm != "EdDSA" {
			return fmt.Errorf("an Ed25519 key is not used with %s", algorithm)
		}
		return nil
	}
	return fmt.Errorf("a key of type %T is not used with %s", key, algorithm)
}
