package certlint

import (
	"bytes"
	"fmt"

	"github.com/zmap/zcrypto/dsa"
	"github.com/zmap/zcrypto/encoding/asn1"
	"github.com/zmap/zcrypto/rsa"
	"github.com/zmap/zcrypto/x509"
)

// What is computed with a key of up to this size takes a fraction of a second. With
// the numbers that a certificate of 64 KiB can hold it takes hours, and nothing ends it
// before: whoever makes a certificate chooses them.
const (
	maxModulus  = 16384 // bits, of what is computed with
	maxExponent = 512   // bits, of how often
)

// heavy says in which way a key is larger than what is computed with; empty for an
// ordinary one.
func heavy(key any) string {
	modulus, exponent := 0, 0
	switch k := key.(type) {
	case *rsa.PublicKey:
		modulus, exponent = k.N.BitLen(), k.E.BitLen()
	case *dsa.PublicKey:
		modulus, exponent = k.P.BitLen(), k.Q.BitLen()
	}
	switch {
	case modulus > maxModulus:
		return fmt.Sprintf("the key has %d bits, and up to %d are computed with", modulus, maxModulus)
	case exponent > maxExponent:
		return fmt.Sprintf("the key's exponent has %d bits, and up to %d are computed with", exponent, maxExponent)
	}
	return ""
}

// computing is the rule that computes with a key of this kind; empty where none does.
func computing(key any) string {
	switch key.(type) {
	case *rsa.PublicKey:
		return "e_rsa_fermat_factorization"
	case *dsa.PublicKey:
		return "e_dsa_correct_order_in_subgroup"
	}
	return ""
}

// tooHeavy says why a certificate takes too long to read; empty when it does not. Where
// subject and issuer are the same, the linter checks the signature while it reads: so
// the key is looked at first, in what is signed, by the linter's own reader.
func tooHeavy(der []byte) (string, error) {
	var whole struct{ Signed, Algorithm, Signature asn1.RawValue }
	if _, err := asn1.Unmarshal(der, &whole); err != nil {
		return "", err
	}
	unsigned, err := x509.ParseTBSCertificate(whole.Signed.FullBytes)
	if err != nil {
		return "", err
	}
	if !bytes.Equal(unsigned.RawSubject, unsigned.RawIssuer) {
		return "", nil
	}
	return heavy(unsigned.PublicKey), nil
}
