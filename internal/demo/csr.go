package demo

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"slices"

	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
)

// signingRequest is a PKCS#10 request in PEM for a seat under an offer. Key and
// signature follow from the name alone: a request that is repeated after an
// interruption must be the same to the byte, or its idempotency key would not fit
// it. Anybody can work these keys out, so a certificate for one is worth nothing.
func signingRequest(o offer, name string, seat *inventory.NewSeat) (string, error) {
	key, err := signingKey(name, slices.Contains(o.keys, lifecycle.Ed25519) && len(seat.SeatID)%3 == 0)
	if err != nil {
		return "", err
	}
	asks := x509.CertificateRequest{Subject: pkix.Name{CommonName: *seat.Name, Organization: []string{"Example"}, OrganizationalUnit: []string{o.unit}}}
	if slices.Contains(o.sans, lifecycle.SANDNS) {
		asks.Subject.CommonName, asks.DNSNames = seat.SeatID, []string{seat.SeatID}
	}
	if slices.Contains(o.sans, lifecycle.SANEmail) && seat.Email != nil {
		asks.EmailAddresses = []string{*seat.Email}
	}
	return signed(name, asks, key)
}

// blankRequest is one that names nothing, as the enrollment page makes it.
func blankRequest(name string) (string, error) {
	key, err := signingKey(name, false)
	if err != nil {
		return "", err
	}
	return signed(name, x509.CertificateRequest{}, key)
}

// signed is a request in PEM.
func signed(name string, asks x509.CertificateRequest, key crypto.Signer) (string, error) {
	der, err := x509.CreateCertificateRequest(nil, &asks, key)
	if err != nil {
		return "", fmt.Errorf("sign the certificate request of %s: %w", name, err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})), nil
}

// signingKey is the key of a name: an Ed25519 or a P-256 one. Without a source of
// randomness both sign deterministically (RFC 8032; RFC 6979).
func signingKey(name string, edwards bool) (crypto.Signer, error) {
	seed := sha256.Sum256([]byte("gatehouse demo key of " + name))
	if edwards {
		return ed25519.NewKeyFromSeed(seed[:]), nil
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed[:])
	if err != nil {
		return nil, fmt.Errorf("make the key of %s: %w", name, err)
	}
	return key, nil
}
