package issuer

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"slices"
	"strings"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// keyUsageBits are the bits of RFC 5280 section 4.2.1.3.
var keyUsageBits = map[lifecycle.KeyUsage]x509.KeyUsage{
	lifecycle.DigitalSignature:  x509.KeyUsageDigitalSignature,
	lifecycle.ContentCommitment: x509.KeyUsageContentCommitment,
	lifecycle.KeyEncipherment:   x509.KeyUsageKeyEncipherment,
	lifecycle.DataEncipherment:  x509.KeyUsageDataEncipherment,
	lifecycle.KeyAgreement:      x509.KeyUsageKeyAgreement,
}

// extendedKeyUsages are the purposes of RFC 5280 section 4.2.1.12.
var extendedKeyUsages = map[lifecycle.ExtendedKeyUsage]x509.ExtKeyUsage{
	lifecycle.ServerAuth:      x509.ExtKeyUsageServerAuth,
	lifecycle.ClientAuth:      x509.ExtKeyUsageClientAuth,
	lifecycle.EmailProtection: x509.ExtKeyUsageEmailProtection,
	lifecycle.CodeSigning:     x509.ExtKeyUsageCodeSigning,
}

// keyUsages are the bits for a key: those asked for that it can have, or where
// none is asked for those usual for it: signing, and for RSA enciphering keys where
// a purpose has a use for that (RFC 5280 section 4.2.1.12). RSA does not agree on
// keys; an EC key does not encipher (RFC 8813 section 3), and an Ed25519 key signs
// and does nothing else (RFC 8410 section 5). Where nothing is left, no usage can
// be named, and the extension must not say none: the key is refused.
func keyUsages(key any, asked []lifecycle.KeyUsage, purposes []lifecycle.ExtendedKeyUsage) (x509.KeyUsage, *refusal.Refusal) {
	var able []lifecycle.KeyUsage
	var kind string
	switch key.(type) {
	case *rsa.PublicKey:
		kind, able = "RSA", []lifecycle.KeyUsage{lifecycle.DigitalSignature, lifecycle.ContentCommitment, lifecycle.KeyEncipherment, lifecycle.DataEncipherment}
	case *ecdsa.PublicKey:
		kind, able = "EC", []lifecycle.KeyUsage{lifecycle.DigitalSignature, lifecycle.ContentCommitment, lifecycle.KeyAgreement}
	case ed25519.PublicKey:
		kind, able = "Ed25519", []lifecycle.KeyUsage{lifecycle.DigitalSignature, lifecycle.ContentCommitment}
	default:
		return 0, refusal.New(refusal.KeyNotAllowed, "The certificate request's key is of no kind that is certified here; make a request with an RSA, EC (P-256, P-384, P-521) or Ed25519 key.")
	}
	if len(asked) == 0 {
		asked = []lifecycle.KeyUsage{lifecycle.DigitalSignature}
		if len(purposes) == 0 || slices.Contains(purposes, lifecycle.ServerAuth) || slices.Contains(purposes, lifecycle.EmailProtection) {
			asked = append(asked, lifecycle.KeyEncipherment)
		}
	}
	var bits x509.KeyUsage
	names := make([]string, 0, len(asked))
	for _, usage := range asked {
		names = append(names, string(usage))
		if slices.Contains(able, usage) {
			bits |= keyUsageBits[usage]
		}
	}
	if bits == 0 {
		return 0, refusal.New(refusal.KeyNotAllowed, "The profile asks for the key usage %s, which a key of the kind %s cannot have; make a request with a key of another kind.", strings.Join(names, ", "), kind)
	}
	return bits, nil
}

// certifiable refuses keys that no profile can allow: they would be certified on
// nobody's word.
func certifiable(key any) *refusal.Refusal {
	switch k := key.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() >= 2048 {
			return nil
		}
		return refusal.New(refusal.KeyNotAllowed, "The certificate request's RSA key has %d bits; make a request with one of 2048 or more.", k.N.BitLen())
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P256() || k.Curve == elliptic.P384() || k.Curve == elliptic.P521() {
			return nil
		}
	case ed25519.PublicKey:
		return nil
	}
	return refusal.New(refusal.KeyNotAllowed, "The certificate request's key is of no kind that is certified here; make a request with an RSA, EC (P-256, P-384, P-521) or Ed25519 key.")
}
