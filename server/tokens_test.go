package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	testIssuer   = "https://login.example.com/"
	testAudience = "gatehouse-api"
)

// noon is the instant that the tests' clock shows.
func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// goodClaims are claims that pass, changed by the pairs given; a nil value removes.
func goodClaims(changes map[string]any) jwt.MapClaims {
	claims := jwt.MapClaims{
		"iss": testIssuer, "aud": testAudience, "sub": "ada",
		"iat": noon().Add(-time.Minute).Unix(), "nbf": noon().Add(-time.Minute).Unix(), "exp": noon().Add(time.Hour).Unix(),
	}
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	return claims
}

// sign makes a token, with headers added.
func sign(t *testing.T, method jwt.SigningMethod, key any, claims jwt.Claims, headers map[string]any) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	maps.Copy(token.Header, headers)
	signed, err := token.SignedString(key)
	if err != nil {
		t.Fatalf("signing: %v", err)
	}
	return signed
}

func newRSA(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newECDSA(t *testing.T, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// publicPEM is a public key as a PEM file has it.
func publicPEM(t *testing.T, public crypto.PublicKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func writeFile(t *testing.T, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// newTestVerifier accepts what the settings' key source signed.
func newTestVerifier(t *testing.T, s tokenSettings) *verifier {
	t.Helper()
	keys, err := s.keySource(t.Context(), func(context.Context, error) {})
	if err != nil {
		t.Fatalf("opening the key source: %v", err)
	}
	claims, err := s.reading()
	if err != nil {
		t.Fatal(err)
	}
	v, err := newVerifier(keys, testIssuer, []string{testAudience, "other-api"}, claims, 30*time.Second, noon)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	key, stranger := newRSA(t, 2048), newRSA(t, 2048)
	file := publicPEM(t, key.Public())
	v := newTestVerifier(t, tokenSettings{PEM: []string{writeFile(t, "key.pem", file)}})
	good := sign(t, jwt.SigningMethodRS256, key, goodClaims(nil), nil)
	if _, err := v.verify(t.Context(), good); err != nil {
		t.Fatalf("the token that all others are made from was refused: %v", err)
	}
	parts := strings.Split(good, ".")
	with := func(name string, value any) string {
		return sign(t, jwt.SigningMethodRS256, key, goodClaims(map[string]any{name: value}), nil)
	}
	unix := func(d time.Duration) int64 { return noon().Add(d).Unix() }

	for _, row := range []struct{ name, token, reason string }{
		{"expired", with("exp", unix(-time.Minute)), "expired"},
		{"expired exactly at the end of the leeway", with("exp", unix(-30*time.Second)), "expired"},
		{"not valid yet", with("nbf", unix(time.Minute)), "not valid yet"},
		{"not valid yet by a second more than the leeway", with("nbf", unix(31*time.Second)), "not valid yet"},
		{"issued in the future", with("iat", unix(time.Minute)), "before issued"},
		{"without exp", with("exp", nil), "exp claim is required"},
		{"exp that is no number", with("exp", "tomorrow"), "exp"},
		{"without iss", with("iss", nil), "iss claim is required"},
		{"another iss", with("iss", "https://evil.example.com/"), "issuer"},
		{"iss without its last slash", with("iss", strings.TrimSuffix(testIssuer, "/")), "issuer"},
		{"without aud", with("aud", nil), "aud claim is required"},
		{"an empty list as aud", with("aud", []string{}), "aud claim is required"},
		{"another aud", with("aud", "billing-api"), "audience"},
		{"a list of other auds", with("aud", []string{"billing-api", "mail-api"}), "audience"},
		{"without sub", with("sub", nil), "subject"},
		{"an empty sub", with("sub", ""), "subject"},
		{"a sub that is a number", with("sub", 7), "sub"},
		{"a sub with a NUL", with("sub", "ada\x00"), "subject"},
		{"a sub of 256 characters", with("sub", strings.Repeat("a", 256)), "subject"},
		{"alg none", sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, goodClaims(nil), nil), "none"},
		{"alg none with the good signature kept", encode(`{"alg":"none","typ":"JWT"}`) + "." + parts[1] + "." + parts[2], "none"},
		{"alg in another case", encode(`{"alg":"rs256"}`) + "." + parts[1] + "." + parts[2], "alg"},
		{"no alg", encode(`{"typ":"JWT"}`) + "." + parts[1] + "." + parts[2], "alg"},
		{"HS256 with the public key's file as secret", sign(t, jwt.SigningMethodHS256, file, goodClaims(nil), nil), "HS256"},
		{"an algorithm that the settings leave out", sign(t, jwt.SigningMethodRS384, key, goodClaims(nil), nil), "RS384"},
		{"an algorithm of another kind of key", sign(t, jwt.SigningMethodES256, newECDSA(t, elliptic.P256()), goodClaims(nil), nil), "ES256"},
		{"a stranger's key", sign(t, jwt.SigningMethodRS256, stranger, goodClaims(nil), nil), "signature"},
		{"a critical extension", sign(t, jwt.SigningMethodRS256, key, goodClaims(nil), map[string]any{"crit": []string{"exp"}}), "crit"},
		{"an empty crit", sign(t, jwt.SigningMethodRS256, key, goodClaims(nil), map[string]any{"crit": []string{}}), "crit"},
		{"claims changed after signing", parts[0] + "." + encode(`{"iss":"x"}`) + "." + parts[2], "signature"},
		{"no signature", parts[0] + "." + parts[1] + ".", "signature"},
		{"two parts", parts[0] + "." + parts[1], "segments"},
		{"four parts", good + ".more", "segments"},
		{"padding in the base64", good + "==", "base64"},
		{"spare bits set in the base64", spareBits(parts[0]) + "." + parts[1] + "." + parts[2], "base64"},
		{"not base64", "no!." + parts[1] + "." + parts[2], "base64"},
		{"a header that is no JSON", encode("header") + "." + parts[1] + "." + parts[2], "JSON"},
		{"claims that are a list", sign0(t, key, `["ada"]`), "JSON"},
		{"longer than the limit", good + strings.Repeat("A", longestToken), "limit"},
		{"empty", "", "segments"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			who, err := v.verify(t.Context(), row.token)
			if err == nil {
				t.Fatalf("accepted as %+v", who)
			}
			if !strings.Contains(err.Error(), row.reason) {
				t.Errorf("the reason %q does not say %q", err, row.reason)
			}
			if row.token != "" && strings.Contains(err.Error(), row.token) {
				t.Errorf("the reason holds the token: %q", err)
			}
		})
	}
}

func TestVerifyAccepts(t *testing.T) {
	t.Parallel()
	key := newRSA(t, 2048)
	v := newTestVerifier(t, tokenSettings{PEM: []string{writeFile(t, "key.pem", publicPEM(t, key.Public()))}})
	unix := func(d time.Duration) int64 { return noon().Add(d).Unix() }
	for _, row := range []struct {
		name    string
		changes map[string]any
	}{
		{"expired within the leeway", map[string]any{"exp": unix(-29 * time.Second)}},
		{"valid from the end of the leeway", map[string]any{"nbf": unix(30 * time.Second)}},
		{"without nbf and iat", map[string]any{"nbf": nil, "iat": nil}},
		{"one of several auds", map[string]any{"aud": []string{"billing-api", testAudience}}},
		{"the second accepted aud", map[string]any{"aud": "other-api"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			who, err := v.verify(t.Context(), sign(t, jwt.SigningMethodRS256, key, goodClaims(row.changes), nil))
			if err != nil {
				t.Fatalf("refused: %v", err)
			}
			if !who.Is(testIssuer, "ada") {
				t.Errorf("the viewer is (%s, %s)", who.Issuer, who.Subject)
			}
			if !who.Until.After(noon()) || who.Until.After(noon().Add(24*time.Hour)) {
				t.Errorf("it is accepted until %s", who.Until)
			}
		})
	}
}

func TestEveryKindOfKey(t *testing.T) {
	t.Parallel()
	rsaKey, p256, p384 := newRSA(t, 2048), newECDSA(t, elliptic.P256()), newECDSA(t, elliptic.P384())
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	secret := strings.Repeat("s", leastSecret)
	var all []byte
	for _, key := range []crypto.Signer{rsaKey, p256, p384, ed} {
		all = append(all, publicPEM(t, key.Public())...)
	}
	pemFile := tokenSettings{PEM: []string{writeFile(t, "all.pem", all)}}
	for _, row := range []struct {
		name     string
		settings tokenSettings
		method   jwt.SigningMethod
		key      any
	}{
		{"RS256 from a file of several keys", pemFile, jwt.SigningMethodRS256, rsaKey},
		{"PS256 with the same RSA key", pemFile, jwt.SigningMethodPS256, rsaKey},
		{"ES256", pemFile, jwt.SigningMethodES256, p256},
		{"ES384", pemFile, jwt.SigningMethodES384, p384},
		{"EdDSA", pemFile, jwt.SigningMethodEdDSA, ed},
		{"HS256 with a secret", tokenSettings{Secret: secret}, jwt.SigningMethodHS256, []byte(secret)},
		{"HS512 where it is named", tokenSettings{Secret: secret, Algorithms: []string{"HS512"}}, jwt.SigningMethodHS512, []byte(secret)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			v := newTestVerifier(t, row.settings)
			if _, err := v.verify(t.Context(), sign(t, row.method, row.key, goodClaims(nil), nil)); err != nil {
				t.Errorf("refused: %v", err)
			}
		})
	}
}

func TestKeyFilesRefused(t *testing.T) {
	t.Parallel()
	private, err := x509.MarshalPKCS8PrivateKey(newECDSA(t, elliptic.P256()))
	if err != nil {
		t.Fatal(err)
	}
	dev, err := openDevKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	devFile, err := os.ReadFile(dev.path)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, reason string
		text         []byte
		algorithms   []string
	}{
		{"no PEM", "no PEM block", []byte("ssh-ed25519 AAAA"), nil},
		{"a private key", "private key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), nil},
		{"a development key", "development key", devFile, nil},
		{"a certificate request", "CERTIFICATE REQUEST", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST"}), nil},
		{"a broken public key", "cannot be read", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte{1}}), nil},
		{"an RSA key of 1024 bits", "1024 bits", publicPEM(t, newRSA(t, 1024).Public()), nil},
		{"a key that no accepted algorithm uses", "ES384", publicPEM(t, newECDSA(t, elliptic.P256()).Public()), []string{"ES384"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			path := writeFile(t, "key.pem", row.text)
			s := tokenSettings{PEM: []string{path}, Algorithms: row.algorithms}
			_, err := s.keySource(t.Context(), nil)
			if err == nil || !strings.Contains(err.Error(), row.reason) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want a sentence with %q that names the file", err, row.reason)
			}
		})
	}
}

func encode(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// spareBits sets the bits of the last character that carry no data, which lax
// decoders ignore: one token would then have many spellings.
func spareBits(part string) string {
	for len(part)%4 == 0 { // four characters have no spare bits: lengthen the JSON by a space
		raw, _ := base64.RawURLEncoding.DecodeString(part)
		part = encode(string(raw) + " ")
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, part[len(part)-1])
	return part[:len(part)-1] + string(alphabet[last|1])
}

// sign0 signs claims that are given as text.
func sign0(t *testing.T, key *rsa.PrivateKey, claims string) string {
	t.Helper()
	text := encode(`{"alg":"RS256"}`) + "." + encode(claims)
	signature, err := jwt.SigningMethodRS256.Sign(text, key)
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}
