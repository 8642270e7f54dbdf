package certlint_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/certlint"
)

// odd is an odd number of so many bits.
func odd(bits uint) *big.Int {
	n := new(big.Int).Lsh(big.NewInt(1), bits-1)
	return n.SetBit(n, 0, 1)
}

// keyed is a certificate with a key of one's choice, in what is signed; by is its
// issuer's common name, and signature what it is signed with.
func keyed(t *testing.T, by string, id asn1.ObjectIdentifier, parameters, key any, algorithm asn1.ObjectIdentifier, signature []byte) []byte {
	t.Helper()
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "www"}, NotBefore: time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)}
	made, err := x509.CreateCertificate(rand.Reader, template, &x509.Certificate{Subject: pkix.Name{CommonName: by}}, &signer.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	is, err := x509.ParseCertificate(made)
	if err != nil {
		t.Fatal(err)
	}
	type identifier = pkix.AlgorithmIdentifier
	bits := written(t, key)
	spki := written(t, struct {
		Algorithm identifier
		Key       asn1.BitString
	}{identifier{Algorithm: id, Parameters: asn1.RawValue{FullBytes: written(t, parameters)}}, asn1.BitString{Bytes: bits, BitLength: 8 * len(bits)}})
	signed := written(t, asn1.RawValue{Class: asn1.ClassUniversal, Tag: asn1.TagSequence, IsCompound: true, Bytes: bytes.Replace(content(t, is.RawTBSCertificate), is.RawSubjectPublicKeyInfo, spki, 1)})
	return written(t, struct {
		Signed    asn1.RawValue
		Algorithm identifier
		Signature asn1.BitString
	}{asn1.RawValue{FullBytes: signed}, identifier{Algorithm: algorithm, Parameters: asn1.NullRawValue}, asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}})
}

// written is a value in DER.
func written(t *testing.T, value any) []byte {
	t.Helper()
	der, err := asn1.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// content is what a value in DER is made of.
func content(t *testing.T, der []byte) []byte {
	t.Helper()
	var value asn1.RawValue
	if _, err := asn1.Unmarshal(der, &value); err != nil {
		t.Fatal(err)
	}
	return value.Bytes
}

// TestAKeyWithoutEndTakesNoTime: what would compute for hours with a key says that it
// was not tried, and everything else is judged; where reading would, that is all.
func TestAKeyWithoutEndTakesNoTime(t *testing.T) {
	t.Parallel()
	rsaKey, dsaKey, rsaSHA256 := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}, asn1.ObjectIdentifier{1, 2, 840, 10040, 4, 1}, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}
	type (
		rsaNumbers struct{ N, E *big.Int }
		dsaNumbers struct{ P, Q, G *big.Int }
	)
	const size = 160_000
	signature := slices.Repeat([]byte{0x55}, size/8)
	for name, c := range map[string]struct {
		der         []byte
		rule, tells string
	}{
		"the factors of an RSA key":               {keyed(t, "CA", rsaKey, asn1.NullRawValue, rsaNumbers{odd(400_001), big.NewInt(65537)}, rsaSHA256, []byte{1}), "e_rsa_fermat_factorization", "400001 bits"},
		"the order of a DSA key":                  {keyed(t, "CA", dsaKey, dsaNumbers{odd(size), odd(size), big.NewInt(3)}, odd(size), rsaSHA256, []byte{1}), "e_dsa_correct_order_in_subgroup", "160000 bits"},
		"an RSA key that signs itself":            {keyed(t, "www", rsaKey, asn1.NullRawValue, rsaNumbers{odd(size), odd(size)}, rsaSHA256, signature), "certificate_unreadable", "160000 bits"},
		"an RSA exponent that signs itself":       {keyed(t, "www", rsaKey, asn1.NullRawValue, rsaNumbers{odd(16_384), odd(400_000)}, rsaSHA256, signature[:2048]), "certificate_unreadable", "400000 bits"},
		"a DSA key that could have signed itself": {keyed(t, "www", dsaKey, dsaNumbers{odd(size), odd(size), big.NewInt(3)}, odd(size), rsaSHA256, []byte{1}), "certificate_unreadable", "160000 bits"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := certlint.Lint(t.Context(), c.der, certlint.Sources)
			if err != nil {
				t.Fatal(err)
			}
			n := slices.Index(names(found), c.rule)
			if n < 0 || found[n].Severity != certlint.Fatal || !strings.Contains(found[n].Details, c.tells) {
				t.Fatalf("%v", names(found))
			}
			if others := len(found) > 1; others != (c.rule != "certificate_unreadable") {
				t.Errorf("%v", names(found))
			}
		})
	}
}
