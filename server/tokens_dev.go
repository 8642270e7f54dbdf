package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"gatehouse/internal/lifecycle"
)

// Development tokens name this issuer and audience. `serve` refuses the issuer,
// so that a development token can never open a production server.
const (
	devIssuer   = "gatehouse-dev"
	devAudience = "gatehouse"
)

// devKeyHeader marks the key's file, so that it is known wherever it turns up.
const devKeyHeader = "Gatehouse-Development-Key"

// longestDevToken is the longest life of a development token.
const longestDevToken = 30 * 24 * time.Hour

// devKey signs and verifies development tokens.
type devKey struct {
	private ed25519.PrivateKey
	path    string
	isNew   bool
}

// devGrant is what a development token says about its bearer.
type devGrant struct {
	Subject, Name, Email string
	Roles                []lifecycle.Role
	// BusinessUnits are keys or ids, or "*"; none means none.
	BusinessUnits []string
	TTL           time.Duration
}

// openDevKey reads the development key of a data folder, and makes folder and key
// when they are not there, so that `token` works before the first `dev`. Of two
// processes that make it at once, one wins and both use its key. The file is
// readable by its maker alone; someone else is told so.
func openDevKey(dir string) (devKey, error) {
	path := filepath.Join(dir, "dev-signing-key.pem")
	key, err := readDevKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := makeDataDir(dir); err != nil {
		return devKey{}, err
	}
	if err := makeDevKey(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return devKey{}, fmt.Errorf("the development key cannot be made: %w", err)
	}
	key, err = readDevKey(path)
	key.isNew = true
	return key, err
}

// readDevKey reads the key's file.
func readDevKey(path string) (devKey, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrPermission) {
		return devKey{}, fmt.Errorf("the development key %s belongs to another user: run this as the user who runs dev, or set GATEHOUSE_DATA_DIR to a folder of your own", path)
	}
	if err != nil {
		return devKey{}, fmt.Errorf("the development key cannot be read: %w", err)
	}
	if block, _ := pem.Decode(text); block != nil {
		if parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
			if private, ok := parsed.(ed25519.PrivateKey); ok {
				return devKey{private: private, path: path}, nil
			}
		}
	}
	return devKey{}, fmt.Errorf("%s is not a development key; remove it, and the next start makes a new one", path)
}

// makeDevKey writes a new key into a new file.
func makeDevKey(path string) error {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	return createFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Headers: map[string]string{devKeyHeader: "never use it in production"}, Bytes: encoded}))
}

// verifier accepts what mint signs, and nothing else.
func (k devKey) verifier(clock func() time.Time) (*verifier, error) {
	public := k.private.Public()
	keys := keySource{
		algorithms: []string{jwt.SigningMethodEdDSA.Alg()},
		find:       func(context.Context, *jwt.Token) (any, error) { return public, nil },
	}
	claims := claimReading{roles: "roles", businessUnits: "business_units", name: "name", email: "email"}
	return newVerifier(keys, devIssuer, []string{devAudience}, claims, 0, clock)
}

// mint signs a token and says until when it is good. It refuses a life that is
// not positive or longer than 30 days, and a grant without a subject.
func (k devKey) mint(g devGrant, now time.Time) (token string, until time.Time, err error) {
	if g.TTL <= 0 || g.TTL > longestDevToken {
		return "", time.Time{}, fmt.Errorf("a development token lives for up to 30 days (720h), not for %s", g.TTL)
	}
	if g.Subject == "" {
		return "", time.Time{}, errors.New("a token needs a subject: the stable name of who uses it")
	}
	until = now.Add(g.TTL).Truncate(time.Second)
	claims := jwt.MapClaims{
		"iss": devIssuer, "aud": devAudience, "sub": g.Subject,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": until.Unix(),
		"roles": g.Roles, "business_units": g.BusinessUnits,
	}
	if g.Name != "" {
		claims["name"] = g.Name
	}
	if g.Email != "" {
		claims["email"] = g.Email
	}
	token, err = jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims).SignedString(k.private)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("signing a development token: %w", err)
	}
	return token, until, nil
}
