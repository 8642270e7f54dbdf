package issuer

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"strings"
)

// PublishAt is the same authority, whose certificates say from now on that what it
// publishes lies under this address: http or https, without a slash at its end.
// Empty: they say nothing.
func (p *Private) PublishAt(base string) *Private {
	published := *p
	published.base = strings.TrimRight(base, "/")
	return &published
}

// SaysWhere reports whether its certificates say where it publishes.
func (p *Private) SaysWhere() bool { return p.base != "" }

// KeyID is the hex of the subject key identifier of the issuing certificate: by
// what lists, addresses and the authority key identifiers of what it issued name
// this authority.
func (p *Private) KeyID() string { return hex.EncodeToString(p.chain[0].SubjectKeyId) }

// SignsLists reports whether it may sign lists of revoked certificates: whether the
// key usage of the issuing certificate has cRLSign. Where it has not, OCSP alone
// tells what was revoked.
func (p *Private) SignsLists() bool { return p.chain[0].KeyUsage&x509.KeyUsageCRLSign != 0 }

// AnswersOCSP reports whether it can sign OCSP answers: with RSA and EC keys;
// golang.org/x/crypto/ocsp has no Ed25519. Then lists alone tell what was revoked.
func (p *Private) AnswersOCSP() bool {
	switch p.chain[0].PublicKey.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey:
		return true
	}
	return false
}

// The paths under which an authority publishes.
const (
	CRLPath  = "/crl/" // and then the key's identifier and .crl
	OCSPPath = "/ocsp" // POST, or GET with the request behind a slash
	CAPath   = "/ca/"  // and then the key's identifier and .cer
)

// addresses are those that new certificates name; empty for what is not published.
func (p *Private) addresses() (crl, ocsp, caIssuers string) {
	if p.base == "" {
		return "", "", ""
	}
	if p.SignsLists() {
		crl = p.base + CRLPath + p.KeyID() + ".crl"
	}
	if p.AnswersOCSP() {
		ocsp = p.base + OCSPPath
	}
	return crl, ocsp, p.base + CAPath + p.KeyID() + ".cer"
}

// addressed is an address as a certificate's extension takes it: none, no extension.
func addressed(at string) []string {
	if at == "" {
		return nil
	}
	return []string{at}
}
