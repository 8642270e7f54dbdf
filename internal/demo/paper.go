package demo

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"
)

// paper is a certificate that was not issued here. Like signingRequest it follows from
// its name and its days alone, so that an import that is repeated is the same to the
// byte; so anybody can work out all of its keys, its authority's too, and it is worth
// nothing.
type paper struct {
	// name tells it from all others; it is its common name unless anonymous.
	name string
	dns  []string
	mail string
	// Issued so many days ago, it ends in so many; a negative number, so many days ago.
	issued, ends int
	odd          oddity
	// again tells a second certificate of the same name from the first.
	again string
}

// oddity is what is odd about a certificate.
type oddity string

const (
	selfSigned   oddity = "self-signed"
	weak         oddity = "weak"      // a key of 1024 bits
	negative     oddity = "negative"  // a negative serial number
	anonymous    oddity = "anonymous" // an empty subject
	ownAuthority oddity = "authority" // the authority itself
)

// outside is the name of who has issued the papers.
const outside = "Example Former CA, not to be trusted"

// until is when it ends, counted from the midnight of the seeding: at six in the evening.
func (p paper) until() time.Duration { return time.Duration(p.ends)*24*time.Hour + 18*time.Hour }

// der makes the certificate, as of that midnight.
func (p paper) der(today time.Time) ([]byte, error) {
	der, err := p.make(today)
	if err != nil {
		return nil, fmt.Errorf("make the certificate %s: %w", p.name, err)
	}
	return der, nil
}

func (p paper) make(today time.Time) ([]byte, error) {
	own, err := signingKey("paper "+p.name+p.again, false)
	if err != nil {
		return nil, err
	}
	above, err := signingKey("paper "+outside, false)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte("gatehouse demo paper " + p.name + p.again))
	serial := bytes.Clone(sum[:8])
	serial[0] = serial[0]&0x3f | 0x40 // positive, and of the same length with its sign turned
	c := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial), Subject: pkix.Name{Organization: []string{"Example"}, CommonName: p.name},
		NotBefore: today.AddDate(0, 0, -p.issued), NotAfter: today.Add(p.until()),
		DNSNames: p.dns, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if p.mail != "" {
		c.EmailAddresses, c.ExtKeyUsage = []string{p.mail}, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageEmailProtection}
	}
	parent, by, public := &x509.Certificate{Subject: pkix.Name{Organization: []string{"Example"}, CommonName: outside}, SubjectKeyId: sum20(outside)}, above, own.Public()
	switch p.odd {
	case selfSigned:
		parent, by = c, own
	case ownAuthority:
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage, c.ExtKeyUsage, c.SubjectKeyId = true, true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign, nil, sum20(outside)
		parent, by, public = c, above, above.Public()
	case weak:
		public = weakKey(p.name)
	case anonymous:
		c.Subject = pkix.Name{}
	}
	der, err := x509.CreateCertificate(nil, c, parent, public, by)
	if err != nil || p.odd != negative {
		return der, err
	}
	return negated(der, serial, by)
}

// sum20 is a key identifier that follows from a name.
func sum20(name string) []byte {
	sum := sha256.Sum256([]byte(name))
	return sum[:20]
}

// weakKey is a public key of 1024 bits that nobody has the private one of.
func weakKey(name string) crypto.PublicKey {
	var n []byte
	for part := range 4 {
		sum := sha256.Sum256(fmt.Appendf(nil, "gatehouse demo modulus %d of %s", part, name))
		n = append(n, sum[:]...)
	}
	n[0] |= 0x80
	n[len(n)-1] |= 1
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: 65537}
}

// negated is the certificate with the sign of its serial number turned, which
// crypto/x509 does not write, signed anew.
func negated(der, serial []byte, by crypto.Signer) ([]byte, error) {
	var c struct {
		Signed    asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}
	if _, err := asn1.Unmarshal(der, &c); err != nil {
		return nil, err
	}
	turned := bytes.Clone(serial)
	turned[0] |= 0x80
	c.Signed.FullBytes = bytes.Replace(c.Signed.FullBytes, serial, turned, 1)
	sum := sha256.Sum256(c.Signed.FullBytes)
	signature, err := by.Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	c.Signature = asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}
	return asn1.Marshal(c)
}
