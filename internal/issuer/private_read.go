package issuer

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"time"
)

// ReadPrivate is the authority of a private key and a chain in PEM: the key as
// PKCS#8, or as OpenSSL writes EC and RSA keys; of the chain the issuing
// certificate first, then those above it. What the key's text holds is in no
// error.
func ReadPrivate(keyPEM, chainPEM []byte, now time.Time) (*Private, error) {
	key, err := readKey(keyPEM)
	if err != nil {
		return nil, err
	}
	var chain []*x509.Certificate
	for n, der := range Chain(string(chainPEM)) {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("certificate %d of the certificate authority's chain cannot be read: %w", n+1, err)
		}
		chain = append(chain, c)
	}
	return NewPrivate(key, chain, now)
}

// readKey reads a private key in PEM.
func readKey(text []byte) (crypto.Signer, error) {
	wrong := errors.New("the certificate authority's key cannot be read; it is one private key in PEM without a password, such as openssl pkey writes")
	var key any
	var err error
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			key, err = x509.ParseECPrivateKey(block.Bytes)
		case "RSA PRIVATE KEY":
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		case "ENCRYPTED PRIVATE KEY":
			return nil, errors.New("the certificate authority's key is encrypted with a password, and nobody is there to type it; write it without one (openssl pkey -in … -out …) into a file that only the server can read")
		default: // such as the parameters that openssl ecparam writes before the key
			continue
		}
		if err != nil {
			return nil, wrong
		}
		break
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, wrong
	}
	return signer, nil
}

// signsAlike reports whether signing the same again gives the same bytes when no
// randomness is handed in: ECDSA then by RFC 6979, RSA with PKCS#1 v1.5 and
// Ed25519 always. It is so for keys in memory; of a token nobody knows.
func signsAlike(key crypto.Signer) bool {
	switch key.(type) {
	case *ecdsa.PrivateKey, *rsa.PrivateKey, ed25519.PrivateKey:
		return true
	}
	return false
}

// NewPrivate is the authority of a key and its chain, the issuing certificate
// first. It refuses, in one sentence each, a chain that does not fit: another key,
// a certificate that may not sign certificates or is not valid now, one that did
// not sign the one before it or allows fewer below it.
//
// With a key outside of memory (a crypto.Signer of a token) an order that is
// signed again may give other bytes under the same serial number; the one that is
// kept is the one that counts.
func NewPrivate(key crypto.Signer, chain []*x509.Certificate, now time.Time) (*Private, error) {
	if err := fits(key, chain, now); err != nil {
		return nil, fmt.Errorf("the certificate authority's key and chain do not fit: %w", err)
	}
	p := &Private{key: key, chain: chain}
	if !signsAlike(key) {
		p.random = rand.Reader
	}
	return p, nil
}

// fits checks key and chain.
func fits(key crypto.Signer, chain []*x509.Certificate, now time.Time) error {
	if len(chain) == 0 {
		return errors.New("the chain has no certificate; the issuing one belongs first")
	}
	public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(chain[0].PublicKey) {
		return fmt.Errorf("the key is not that of the first certificate of the chain (%s); the issuing certificate belongs first", chain[0].Subject)
	}
	if no := certifiable(chain[0].PublicKey); no != nil {
		return errors.New("the key is of no kind that can sign here; take an EC (P-256, P-384, P-521), Ed25519 or RSA key of 2048 bits or more")
	}
	for n, c := range chain {
		switch {
		case !c.BasicConstraintsValid || !c.IsCA:
			return fmt.Errorf("%s is no certificate authority: its basic constraints do not say CA", c.Subject)
		case c.KeyUsage&x509.KeyUsageCertSign == 0:
			return fmt.Errorf("%s may not sign certificates: its key usage lacks keyCertSign", c.Subject)
		case len(c.SubjectKeyId) == 0:
			return fmt.Errorf("%s has no subject key identifier, which RFC 5280 section 4.2.1.2 asks of an authority", c.Subject)
		case now.Before(c.NotBefore) || now.After(c.NotAfter):
			return fmt.Errorf("%s is valid from %s to %s, and now is %s", c.Subject, c.NotBefore.UTC().Format(time.RFC3339), c.NotAfter.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
		case c.MaxPathLen >= 0 && (c.MaxPathLen > 0 || c.MaxPathLenZero) && c.MaxPathLen < n:
			return fmt.Errorf("%s allows %d authorities below it, and the chain has %d", c.Subject, c.MaxPathLen, n)
		}
		if n > 0 {
			if err := chain[n-1].CheckSignatureFrom(c); err != nil {
				return fmt.Errorf("%s did not sign %s, which stands before it: %w", c.Subject, chain[n-1].Subject, err)
			}
		}
	}
	return nil
}
