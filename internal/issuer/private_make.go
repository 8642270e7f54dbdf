package issuer

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"time"
)

// The lives of a made authority's certificates, in years.
const (
	rootYears    = 20
	issuingYears = 10
)

// backdated is how long before now a made authority begins: the clocks of the
// machines that will look at it differ.
const backdated = time.Hour

// made is an authority with all of its keys.
type made struct {
	root, issuing       *x509.Certificate
	rootKey, issuingKey *ecdsa.PrivateKey
}

// MakePrivate makes an authority of its own in memory: a root for 20 years and
// below it an issuing one for 10, named for the organisation.
func MakePrivate(now time.Time, organisation string) (*Private, error) {
	m, err := makeAuthority(now, organisation)
	if err != nil {
		return nil, err
	}
	return NewPrivate(m.issuingKey, []*x509.Certificate{m.issuing, m.root}, now)
}

// makeAuthority makes both keys and certificates. The root's key is the stronger
// one: it is trusted longer, and signs once.
func makeAuthority(now time.Time, organisation string) (m made, err error) {
	if m.rootKey, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader); err != nil {
		return m, fmt.Errorf("issuer: make the root's key: %w", err)
	}
	if m.issuingKey, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return m, fmt.Errorf("issuer: make the issuing key: %w", err)
	}
	from := now.UTC().Add(-backdated).Truncate(time.Second)
	root, err := authorityTemplate(&m.rootKey.PublicKey, organisation, "Root CA", from, rootYears)
	if err != nil {
		return m, err
	}
	if m.root, err = signAuthority(root, root, &m.rootKey.PublicKey, m.rootKey); err != nil {
		return m, err
	}
	issuing, err := authorityTemplate(&m.issuingKey.PublicKey, organisation, "Issuing CA", from, issuingYears)
	if err != nil {
		return m, err
	}
	issuing.MaxPathLenZero = true // it issues to people and machines, to no authority
	m.issuing, err = signAuthority(issuing, m.root, &m.issuingKey.PublicKey, m.rootKey)
	return m, err
}

// authorityTemplate is an authority's certificate before it is signed.
func authorityTemplate(key *ecdsa.PublicKey, organisation, role string, from time.Time, years int) (*x509.Certificate, error) {
	subject := []Attribute{{"O", organisation}, {"CN", organisation + " " + role}}
	if no := checkSubject(subject); no != nil {
		return nil, fmt.Errorf("issuer: %q is no name for a certificate authority: %w", organisation, no)
	}
	name, err := encodeName(subject)
	if err != nil {
		return nil, err
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	spki, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, fmt.Errorf("issuer: write a public key: %w", err)
	}
	keyID, err := keyIdentifier(spki)
	if err != nil {
		return nil, err
	}
	return &x509.Certificate{
		SerialNumber: serial, RawSubject: name, SubjectKeyId: keyID,
		NotBefore: from, NotAfter: from.AddDate(years, 0, 0).Add(-time.Second),
		IsCA: true, BasicConstraintsValid: true, MaxPathLen: -1,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}, nil
}

// signAuthority signs an authority's certificate and reads it back.
func signAuthority(template, parent *x509.Certificate, key *ecdsa.PublicKey, by *ecdsa.PrivateKey) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key, by)
	if err != nil {
		return nil, fmt.Errorf("issuer: sign a certificate authority: %w", err)
	}
	signed, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("issuer: read a certificate authority: %w", err)
	}
	return signed, nil
}
