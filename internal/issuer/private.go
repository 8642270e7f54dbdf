package issuer

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"slices"
	"time"

	"gatehouse/internal/refusal"
)

// Private is the built-in certificate authority: a key of the server's own and
// the chain above it. It signs by itself and asks nobody, so issuing takes a
// moment, and the same order gives the very same certificate again.
type Private struct {
	key   crypto.Signer
	chain []*x509.Certificate
	// random is what signing takes from: nil, for keys that sign alike every time.
	random io.Reader
	// base is what the addresses begin with at which it publishes; empty: nowhere.
	base string
}

var _ Issuer = (*Private)(nil)

// Chain is the authority's own certificates in DER: its issuing one first, the
// root last.
func (p *Private) Chain() [][]byte {
	ders := make([][]byte, len(p.chain))
	for n, c := range p.chain {
		ders[n] = c.Raw
	}
	return ders
}

// Prepare fixes a serial number of 128 random bits and the dates: valid from the
// second it is, for so long, both ends included. A certificate does not outlast
// the authority's own, nor begin before it: where it would, it is cut, and where
// nothing is left the answer is a *No. An address in the subject stands among the
// alternative names too (RFC 5280 section 4.1.2.6). The addresses of what is
// published are those of now (PublishAt). It refuses (KEY_NOT_ALLOWED,
// NAME_NOT_ALLOWED, INVALID_CSR) what would be no certificate of RFC 5280.
func (p *Private) Prepare(o *Order, now time.Time, validity time.Duration) error {
	from := now.UTC().Truncate(time.Second)
	until := from.Add(validity - time.Second)
	own := p.chain[0]
	if from.Before(own.NotBefore) {
		from = own.NotBefore.UTC()
	}
	if until.After(own.NotAfter) {
		until = own.NotAfter.UTC()
	}
	if until.Before(from) {
		return &No{Reason: fmt.Sprintf("The certificate authority's own certificate is valid from %s to %s; nothing is issued outside of that until its operator has renewed it.",
			own.NotBefore.UTC().Format(time.DateOnly), own.NotAfter.UTC().Format(time.DateOnly))}
	}
	serial, err := newSerial()
	if err != nil {
		return err
	}
	prepared := *o
	prepared.Serial, prepared.NotBefore, prepared.NotAfter = serial.Text(16), from, until
	prepared.CRL, prepared.OCSP, prepared.CAIssuers = p.addresses()
	for _, a := range o.Subject {
		if a.Name == "emailAddress" && !slices.Contains(o.EmailAddresses, a.Value) {
			prepared.EmailAddresses = append(slices.Clone(o.EmailAddresses), a.Value)
		}
	}
	if _, _, err := p.template(&prepared); err != nil {
		return err
	}
	*o = prepared
	return nil
}

// Issue signs the certificate of an order. It keeps nothing and waits for nobody.
func (p *Private) Issue(_ context.Context, o Order, _ json.RawMessage, _ func(context.Context, json.RawMessage) error) (Certificate, error) {
	template, key, err := p.template(&o)
	if no := refusal.Find(err); no != nil {
		return Certificate{}, &No{Reason: no.Message, Cause: no}
	}
	if err != nil {
		return Certificate{}, err
	}
	der, err := x509.CreateCertificate(p.random, template, p.chain[0], key, p.key)
	if err != nil {
		return Certificate{}, fmt.Errorf("issuer: sign certificate %s: %w", o.Serial, err)
	}
	if err := p.accepts(der, o.NotBefore); err != nil {
		return Certificate{}, &No{Reason: "The certificate authority's own certificate does not allow it to issue for these names; its operator can tell which are allowed.", Cause: err}
	}
	return Certificate{DER: der, Chain: p.Chain()}, nil
}

// template is the certificate that an order asks for, before it is signed, and its
// key. Of the CSR it takes the key and nothing else. The error is a
// *refusal.Refusal for what cannot be a certificate.
func (p *Private) template(o *Order) (*x509.Certificate, any, error) {
	csr, err := x509.ParseCertificateRequest(o.CSR)
	if err != nil {
		return nil, nil, refusal.New(refusal.InvalidCSR, "The certificate request cannot be read; make it anew, as openssl req -new does.")
	}
	if no := certifiable(csr.PublicKey); no != nil {
		return nil, nil, no
	}
	usages, no := keyUsages(csr.PublicKey, o.KeyUsages, o.ExtendedKeyUsages)
	if no != nil {
		return nil, nil, no
	}
	if no := checkSubject(o.Subject); no != nil {
		return nil, nil, no
	}
	name, err := encodeName(o.Subject)
	if err != nil {
		return nil, nil, err
	}
	serial, ok := new(big.Int).SetString(o.Serial, 16)
	if !ok || serial.Sign() <= 0 {
		return nil, nil, fmt.Errorf("issuer: the order's serial number %q is no positive number in hex", o.Serial)
	}
	keyID, err := keyIdentifier(csr.RawSubjectPublicKeyInfo)
	if err != nil {
		return nil, nil, err
	}
	t := &x509.Certificate{
		SerialNumber: serial, RawSubject: name, NotBefore: o.NotBefore, NotAfter: o.NotAfter,
		KeyUsage: usages, BasicConstraintsValid: true, SubjectKeyId: keyID,
		CRLDistributionPoints: addressed(o.CRL), OCSPServer: addressed(o.OCSP), IssuingCertificateURL: addressed(o.CAIssuers),
	}
	for _, usage := range o.ExtendedKeyUsages {
		known, ok := extendedKeyUsages[usage]
		if !ok {
			return nil, nil, fmt.Errorf("issuer: the order has the extended key usage %q, which is none", usage)
		}
		t.ExtKeyUsage = append(t.ExtKeyUsage, known)
	}
	if no := alternatives(o, t); no != nil {
		return nil, nil, no
	}
	if len(o.Subject)+len(t.DNSNames)+len(t.EmailAddresses)+len(t.IPAddresses)+len(t.URIs) == 0 {
		return nil, nil, refusal.New(refusal.NameNotAllowed, "The certificate would name nobody: it has neither a subject nor an alternative name. Ask for one with a name.")
	}
	return t, csr.PublicKey, nil
}

// accepts checks a certificate as whoever trusts the root will: constraints on the
// names that the operator's own chain has are held.
func (p *Private) accepts(der []byte, at time.Time) error {
	signed, err := x509.ParseCertificate(der)
	if err != nil {
		return fmt.Errorf("issuer: read what was signed: %w", err)
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(p.chain[len(p.chain)-1])
	for _, c := range p.chain[:len(p.chain)-1] {
		between.AddCert(c)
	}
	usages := signed.ExtKeyUsage
	if len(usages) == 0 {
		usages = []x509.ExtKeyUsage{x509.ExtKeyUsageAny}
	}
	for _, usage := range usages { // each: Verify is content with one of several
		if _, err := signed.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{usage}}); err != nil {
			return err
		}
	}
	return nil
}

// newSerial is a positive number of 128 random bits: RFC 5280 section 4.1.2.2
// allows 20 octets, and who guesses what is signed next must fail.
func newSerial() (*big.Int, error) {
	var bits [16]byte
	for {
		if _, err := rand.Read(bits[:]); err != nil {
			return nil, fmt.Errorf("issuer: make a serial number: %w", err)
		}
		if serial := new(big.Int).SetBytes(bits[:]); serial.Sign() > 0 {
			return serial, nil
		}
	}
}

// keyIdentifier is a subject key identifier by RFC 7093 section 2, method 1: the
// leftmost 160 bits of the SHA-256 of the key's bits.
func keyIdentifier(spki []byte) ([]byte, error) {
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(spki, &info); err != nil {
		return nil, fmt.Errorf("issuer: read a public key: %w", err)
	}
	sum := sha256.Sum256(info.Key.RightAlign())
	return sum[:20], nil
}
