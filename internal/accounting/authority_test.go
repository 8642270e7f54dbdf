package accounting

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	"github.com/lib/pq"

	"gatehouse/internal/issuer"
)

// authority is the certificate authority of both processes: asked again, it gives the
// very same certificate. It knows no end of its own, since the checks of a long run
// are played decades apart.
type authority struct{ key ed25519.PrivateKey }

func newSeed() []byte {
	seed := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(seed) // never fails
	return seed
}

func authorityOf(seed []byte) authority { return authority{ed25519.NewKeyFromSeed(seed)} }

// Prepare gives the certificate its number and its dates.
func (a authority) Prepare(o *issuer.Order, now time.Time, validity time.Duration) error {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	if err != nil {
		return err
	}
	o.Serial, o.NotBefore, o.NotAfter = serial.Text(16), now.Truncate(time.Second), now.Add(validity).Truncate(time.Second)
	return nil
}

// Issue signs it.
func (a authority) Issue(_ context.Context, o issuer.Order, _ json.RawMessage, _ func(context.Context, json.RawMessage) error) (issuer.Certificate, error) {
	csr, err := x509.ParseCertificateRequest(o.CSR)
	if err != nil {
		return issuer.Certificate{}, err
	}
	serial, _ := new(big.Int).SetString(o.Serial, 16)
	c := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "Issued " + o.Serial}, NotBefore: o.NotBefore, NotAfter: o.NotAfter}
	der, err := x509.CreateCertificate(rand.Reader, c, c, csr.PublicKey, a.key)
	return issuer.Certificate{DER: der}, err
}

// holder is the one key that every CSR is for, so that certificates from elsewhere fit.
type holder struct {
	key *ecdsa.PrivateKey
	csr string
}

func newHolder() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return x509.MarshalECPrivateKey(key)
}

func holderOf(der []byte) (*holder, error) {
	key, err := x509.ParseECPrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("read the holder's key: %w", err)
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "holder"}}, key)
	if err != nil {
		return nil, fmt.Errorf("make the holder's CSR: %w", err)
	}
	return &holder{key: key, csr: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: csr}))}, nil
}

// certificate is a new one from elsewhere, in PEM.
func (h *holder) certificate(now time.Time, s step) (string, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	if err != nil {
		return "", err
	}
	c := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: s.Seats[0]}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(lives[s.Figure%len(lives)])}
	der, err := x509.CreateCertificate(rand.Reader, c, c, h.key.Public(), h.key)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), err
}

// settled waits until the certificate authority has answered everything.
func (s *stage) settled(ctx context.Context, p plan) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		var open int
		err := s.admin.QueryRowContext(ctx, `SELECT count(*) FROM issuances WHERE status = 'REQUESTED' AND business_unit_id = ANY($1)`, pq.Array(p.units())).Scan(&open)
		if err != nil {
			return fmt.Errorf("claims stay open that nobody ends: %w", err)
		}
		if open == 0 {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
}
