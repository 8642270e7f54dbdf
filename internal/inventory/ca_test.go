package inventory_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"math/big"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/issuer"
)

// testCA is a certificate authority that does as it is told: it signs as the
// built-in one does, the same certificate for the same order, unless the test has
// it do something else first.
type testCA struct {
	key  ed25519.PrivateKey
	root *x509.Certificate

	mu sync.Mutex
	// asked counts the calls.
	asked int
	// before is done before a call signs; its error is the answer.
	before func(ctx context.Context, o issuer.Order, progress json.RawMessage, keep func(context.Context, json.RawMessage) error) error
	// after is done with what was signed, before the caller has it.
	after func(*issuer.Certificate) error
}

func newTestCA(t *testing.T) *testCA {
	t.Helper()
	public, key, err := ed25519.GenerateKey(rand.Reader)
	granted(t, err)
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test Root"}, NotBefore: morning.Add(-day), NotAfter: morning.Add(3650 * day),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, root, root, public, key)
	granted(t, err)
	root, err = x509.ParseCertificate(der)
	granted(t, err)
	return &testCA{key: key, root: root}
}

// Prepare gives a serial and the dates.
func (c *testCA) Prepare(o *issuer.Order, now time.Time, validity time.Duration) error {
	serial := make([]byte, 16)
	_, _ = rand.Read(serial)
	o.Serial = new(big.Int).SetBytes(serial).Text(16)
	o.NotBefore = now.UTC().Truncate(time.Second)
	o.NotAfter = o.NotBefore.Add(validity - time.Second)
	return nil
}

// Issue signs.
func (c *testCA) Issue(ctx context.Context, o issuer.Order, progress json.RawMessage, keep func(context.Context, json.RawMessage) error) (issuer.Certificate, error) {
	c.mu.Lock()
	c.asked++
	before, after := c.before, c.after
	c.mu.Unlock()
	if before != nil {
		if err := before(ctx, o, progress, keep); err != nil {
			return issuer.Certificate{}, err
		}
	}
	csr, err := x509.ParseCertificateRequest(o.CSR)
	if err != nil {
		return issuer.Certificate{}, err
	}
	serial, _ := new(big.Int).SetString(o.Serial, 16)
	wanted := &x509.Certificate{SerialNumber: serial, NotBefore: o.NotBefore, NotAfter: o.NotAfter, DNSNames: o.DNSNames, EmailAddresses: o.EmailAddresses}
	for _, a := range o.Subject {
		switch a.Name {
		case "CN":
			wanted.Subject.CommonName = a.Value
		case "O":
			wanted.Subject.Organization = []string{a.Value}
		}
	}
	for _, ip := range o.IPAddresses {
		wanted.IPAddresses = append(wanted.IPAddresses, net.ParseIP(ip))
	}
	for _, text := range o.URIs {
		u, err := url.Parse(text)
		if err != nil {
			return issuer.Certificate{}, err
		}
		wanted.URIs = append(wanted.URIs, u)
	}
	der, err := x509.CreateCertificate(nil, wanted, c.root, csr.PublicKey, c.key)
	if err != nil {
		return issuer.Certificate{}, err
	}
	signed := issuer.Certificate{DER: der, Chain: [][]byte{c.root.Raw}}
	if after != nil {
		if err := after(&signed); err != nil {
			return issuer.Certificate{}, err
		}
	}
	return signed, nil
}

// answers has every call from now on do this first.
func (c *testCA) answers(before func(ctx context.Context, o issuer.Order, progress json.RawMessage, keep func(context.Context, json.RawMessage) error) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.before = before
}

// calls is how often it was asked.
func (c *testCA) calls() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked
}
