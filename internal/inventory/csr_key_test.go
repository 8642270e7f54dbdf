package inventory

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"testing"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// A key that no profile takes is refused before any time is spent on its signature:
// a long enough one costs half a second.
func TestAKeyIsLookedAtBeforeItsSignature(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "ada"}}, key)
	if err != nil {
		t.Fatal(err)
	}
	der[len(der)-1] ^= 1 // the signature no longer fits
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
	if _, _, no := readCSR(text, lifecycle.Promise{}); no == nil || no.Code != refusal.KeyNotAllowed {
		t.Errorf("refused with %v, want KEY_NOT_ALLOWED", no)
	}
}
