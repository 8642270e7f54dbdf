package certificate_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"gatehouse/internal/certificate"
	"gatehouse/internal/certificate/corpus"
	"gatehouse/internal/lifecycle"
)

// What is read of the corpora: all of zlint's certificates, in the version that go.mod
// names, and none of its lists of revoked ones. What the system trusts grows and
// shrinks.
const (
	fewestKept    = 1451
	mostRefused   = 80
	fewestTrusted = 100
)

// TestTheCorpora reads every certificate that the system trusts and every one of
// zlint's test data, and compares serial number, times and names with what openssl
// prints of them.
func TestTheCorpora(t *testing.T) {
	t.Parallel()
	var kept []aCertificate
	refused, trusted, unknown := map[string]int{}, 0, 0
	for _, path := range corpus.Files(t) {
		for _, item := range scanFile(t, path) {
			if item.Err != nil {
				refused[item.Err.Error()]++
				continue
			}
			text, err := certificate.Read(item.DER)
			if err != nil {
				refused[err.Error()]++
				t.Logf("%s, %s: refused: %v", filepath.Base(path), item.Where(), err)
				continue
			}
			kept = append(kept, aCertificate{where: filepath.Base(path) + ", " + item.Where(), Text: text})
			if path == corpus.System {
				trusted++
			}
			if parsed, err := x509.ParseCertificate(item.DER); err != nil {
				unknown++
			} else if want := strictly(parsed); !reflect.DeepEqual(partly(text), want) {
				t.Errorf("%s, %s: crypto/x509 reads\n%+v, we\n%+v", filepath.Base(path), item.Where(), want, partly(text))
			}
		}
	}
	count := 0
	for why, n := range refused {
		count += n
		t.Logf("%4d refused: %s", n, why)
	}
	t.Logf("%4d kept: %d of the system's, %d of zlint's, %d of them no certificates to crypto/x509", len(kept), trusted, len(kept)-trusted, unknown)
	if len(kept)-trusted < fewestKept || count > mostRefused || trusted > 0 && trusted < fewestTrusted {
		t.Errorf("%d of zlint's were kept and %d were refused, want at least %d and at most %d; %d of the system's were kept, want at least %d", len(kept)-trusted, count, fewestKept, mostRefused, trusted, fewestTrusted)
	}
	compareAll(t, kept)
}

// part is what crypto/x509 reads as we do, where it reads a certificate at all.
type part struct {
	Serial, SignatureAlgorithm, SubjectKeyID, AuthorityKeyID, Key string
	NotBefore, NotAfter                                           time.Time
	Names                                                         lifecycle.CertificateNames
	IsCA                                                          bool
}

func partly(t certificate.Text) part {
	return part{t.Serial, t.SignatureAlgorithm, t.SubjectKeyID, t.AuthorityKeyID, t.KeyAlgorithm, t.NotBefore, t.NotAfter, t.Names, t.IsCA}
}

// strictly is the part in crypto/x509's words; what it does not name, it leaves to us.
// It hands out control characters as they are, and reads no extensions before
// version 3.
func strictly(c *x509.Certificate) part {
	p := part{
		c.SerialNumber.Text(16), c.SignatureAlgorithm.String(), hex.EncodeToString(c.SubjectKeyId), hex.EncodeToString(c.AuthorityKeyId), "",
		c.NotBefore.UTC(), c.NotAfter.UTC(), lifecycle.CertificateNames{DNSNames: c.DNSNames, EmailAddresses: c.EmailAddresses}, c.IsCA,
	}
	ours, err := certificate.Read(c.Raw)
	if err != nil {
		return p
	}
	if p.Key = ours.KeyAlgorithm; c.PublicKey != nil {
		switch key := c.PublicKey.(type) {
		case *rsa.PublicKey:
			p.Key = fmt.Sprintf("RSA_%d", key.N.BitLen())
		case *ecdsa.PublicKey:
			p.Key = "EC_" + strings.ReplaceAll(key.Curve.Params().Name, "-", "")
		case ed25519.PublicKey:
			p.Key = "ED25519"
		}
	}
	if c.SignatureAlgorithm == x509.UnknownSignatureAlgorithm {
		p.SignatureAlgorithm = ours.SignatureAlgorithm
	}
	for _, ip := range c.IPAddresses {
		p.Names.IPAddresses = append(p.Names.IPAddresses, ip.String())
	}
	p.Names.URIs = ours.Names.URIs // which it writes anew
	for n, name := range p.Names.DNSNames {
		p.Names.DNSNames[n] = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return '\ufffd'
			}
			return r
		}, name)
	}
	if c.Version < 3 {
		p.Names, p.IsCA, p.SubjectKeyID, p.AuthorityKeyID = ours.Names, ours.IsCA, ours.SubjectKeyID, ours.AuthorityKeyID
	}
	return p
}

// aCertificate is one that was kept, and where.
type aCertificate struct {
	certificate.Text
	where string
}

func scanFile(t *testing.T, path string) []certificate.Item {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return slices.Collect(certificate.Scan(f))
}
