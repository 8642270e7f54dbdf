package inventory

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gatehouse/internal/issuer"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// maxCSR bounds a certificate signing request, in bytes of PEM.
const maxCSR = 32 << 10

// maxNames bounds the subject alternative names of a request.
const maxNames = 100

// readCSR reads a PKCS#10 request (RFC 2986) in PEM (RFC 7468 section 7): it
// parses it, checks that its signature fits its key, and its key and names
// against what the profile allows. Nothing of it is guessed at.
func readCSR(given string, p lifecycle.Promise) (pemText string, names lifecycle.RequestNames, no *refusal.Refusal) {
	csr, no := parseCSR(given)
	if no != nil {
		return "", names, no
	}
	names = namesOf(csr)
	if shown, plain := plainNames(names); !plain {
		return "", names, refusal.New(refusal.InvalidCSR, "The certificate request asks for the name %.100q, with a control character, a mark of the direction of writing or bytes that are no UTF-8 in it; make it anew without them.", shown).At("csr")
	}
	if no := checkKey(csr, p); no != nil {
		return "", names, no
	}
	if no := checkNames(names, p); no != nil {
		return "", names, no.At("csr")
	}
	if no := issuer.AsksForAuthority(csr); no != nil {
		return "", names, no
	}
	if issuer.HidesNames(csr) {
		return "", names, refusal.New(refusal.NameNotAllowed, "The request asks for a subject alternative name of a kind that is never issued here; DNS, EMAIL, IP, URI are known. Make a request without it.").At("csr")
	}
	if p.Issuer == lifecycle.IssuerBuiltIn && strings.TrimSpace(p.SubjectTemplate) == "" {
		// The certificate will have the CSR's subject: better refused now than after
		// people have approved it.
		if _, no := issuer.ParseName(csr.RawSubject); no != nil {
			return "", names, no.At("csr")
		}
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: csr.Raw})), names, nil
}

// parseCSR reads what was given as one PKCS#10 request in PEM. What it says is not
// judged yet.
func parseCSR(given string) (*x509.CertificateRequest, *refusal.Refusal) {
	invalid := func(format string, args ...any) (*x509.CertificateRequest, *refusal.Refusal) {
		return nil, refusal.New(refusal.InvalidCSR, format, args...).At("csr")
	}
	if len(given) > maxCSR {
		return invalid("The CSR has %d bytes; at most %d are read. Make a request with fewer names.", len(given), maxCSR)
	}
	block, rest := pem.Decode([]byte(given))
	if block == nil || block.Type != "CERTIFICATE REQUEST" && block.Type != "NEW CERTIFICATE REQUEST" {
		return invalid("The csr must be a PKCS#10 request in PEM, beginning with -----BEGIN CERTIFICATE REQUEST-----; openssl req -new writes one.")
	}
	if strings.TrimSpace(string(rest)) != "" {
		return invalid("There is something behind the end of the certificate request; send one request alone.")
	}
	csr, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		return invalid("The certificate request cannot be read: its content is no PKCS#10 request (RFC 2986). Copy it anew and whole, or make a new one; openssl req -new writes one.")
	}
	return csr, nil
}

// checkKey refuses a key that the profile does not allow, and a request whose
// signature its key did not make.
func checkKey(csr *x509.CertificateRequest, p lifecycle.Promise) *refusal.Refusal {
	if kind := keyKind(csr); kind == "" || len(p.AllowedKeys) > 0 && !slices.Contains(p.AllowedKeys, kind) {
		return refusal.New(refusal.KeyNotAllowed, "The certificate request's key is %s; the profile allows %s. Make a request with such a key.", keyName(csr), allowedKeys(p)).At("csr")
	}
	// Only now: the time that a signature takes grows with the square of its key's
	// length, and a request has room for a key of 90,000 bits.
	if err := csr.CheckSignature(); err != nil {
		return refusal.New(refusal.InvalidCSR, "The certificate request's signature (%s) does not fit its key; make it anew.", csr.SignatureAlgorithm).At("csr")
	}
	return nil
}

// namesOf is what a CSR asks the certificate to say.
func namesOf(csr *x509.CertificateRequest) lifecycle.RequestNames {
	spki := sha256.Sum256(csr.RawSubjectPublicKeyInfo)
	n := lifecycle.RequestNames{
		Subject: csr.Subject.String(), DNSNames: csr.DNSNames, EmailAddresses: csr.EmailAddresses,
		Key: keyKind(csr), KeySHA256: hex.EncodeToString(spki[:]), SignatureAlgorithm: csr.SignatureAlgorithm.String(),
	}
	for _, ip := range csr.IPAddresses {
		n.IPAddresses = append(n.IPAddresses, ip.String())
	}
	for _, u := range csr.URIs {
		n.URIs = append(n.URIs, u.String())
	}
	return n
}

// plainNames reports whether every name can be shown to an approver as it is, and
// if not, which cannot: a line break, a NUL or a mark that turns the direction of
// writing could make it look like another.
func plainNames(n lifecycle.RequestNames) (string, bool) {
	for _, name := range slices.Concat([]string{n.Subject}, n.DNSNames, n.EmailAddresses, n.IPAddresses, n.URIs) {
		if !utf8.ValidString(name) || strings.ContainsFunc(name, misleading) {
			return name, false
		}
	}
	return "", true
}

// misleading are the characters that a screen does not show, or by which a text
// reads as another.
func misleading(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}

// keyKind is the kind of a CSR's key; empty for one that no profile can allow.
func keyKind(csr *x509.CertificateRequest) string {
	name := keyName(csr)
	if !slices.Contains(lifecycle.KeyKinds, lifecycle.KeyKind(name)) {
		return ""
	}
	return name
}

// keyName names a CSR's key, of whatever kind.
func keyName(csr *x509.CertificateRequest) string {
	switch k := csr.PublicKey.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA_%d", k.N.BitLen())
	case *ecdsa.PublicKey:
		return "EC_" + strings.ReplaceAll(k.Curve.Params().Name, "-", "")
	case ed25519.PublicKey:
		return "ED25519"
	}
	return "of an unknown kind"
}

// allowedKeys names what the profile allows.
func allowedKeys(p lifecycle.Promise) string {
	kinds := p.AllowedKeys
	if len(kinds) == 0 {
		for _, k := range lifecycle.KeyKinds {
			kinds = append(kinds, string(k))
		}
	}
	return strings.Join(kinds, ", ")
}
