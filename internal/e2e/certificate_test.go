//go:build e2e

package e2e

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	zx509 "github.com/zmap/zcrypto/x509"
	"github.com/zmap/zlint/v3"
	"github.com/zmap/zlint/v3/lint"
)

// accepted holds the files that a person saved, a certificate and the chain above
// it, to what other programs want: OpenSSL verifies it against the root of the
// server's own authority, and zlint finds nothing against it, nor against what
// stands above it. It returns the certificate.
func (s *stage) accepted(t *testing.T, certificateFile, chainFile, purpose string) *x509.Certificate {
	t.Helper()
	root := filepath.Join(s.dir, "ca", "root.pem")
	said := openssl(t, "verify", "-x509_strict", "-purpose", purpose, "-CAfile", root, "-untrusted", chainFile, certificateFile)
	if strings.TrimSpace(said) != certificateFile+": OK" {
		t.Errorf("OpenSSL says of the certificate\n%s", said)
	}
	if said, err := exec.CommandContext(t.Context(), "openssl", "verify", "-CAfile", root, certificateFile).CombinedOutput(); err == nil {
		t.Errorf("without its chain OpenSSL says of the certificate\n%s", said)
	}
	own, above := certificatesIn(t, certificateFile), certificatesIn(t, chainFile)
	if len(own) != 1 || len(above) != 2 {
		t.Fatalf("the files hold %d and %d certificates", len(own), len(above))
	}
	for _, c := range append(own, above...) {
		lintedClean(t, c)
	}
	return own[0]
}

// lintedClean fails for every rule of the RFCs that a certificate breaks, be it only
// advice.
func lintedClean(t *testing.T, c *x509.Certificate) {
	t.Helper()
	rules, err := lint.GlobalRegistry().Filter(lint.FilterOptions{IncludeSources: lint.SourceList{lint.RFC5280, lint.RFC5480, lint.RFC8813}})
	if err != nil {
		t.Fatal(err)
	}
	if len(rules.Names()) < 50 {
		t.Fatalf("zlint has only %d rules of these RFCs", len(rules.Names()))
	}
	parsed, err := zx509.ParseCertificate(c.Raw)
	if err != nil {
		t.Fatalf("zlint cannot read the certificate: %v", err)
	}
	for name, result := range zlint.LintCertificateEx(parsed, rules).Results {
		if result.Status >= lint.Warn {
			t.Errorf("zlint says of %q: %s is %s: %s", c.Subject, name, result.Status, result.Details)
		}
	}
}

// certificatesIn are the certificates of a PEM file.
func certificatesIn(t *testing.T, file string) (found []*x509.Certificate) {
	t.Helper()
	for _, block := range blocksIn(t, file) {
		if block.Type != "CERTIFICATE" {
			t.Fatalf("in %s there is a %s", filepath.Base(file), block.Type)
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, c)
	}
	return found
}

// blocksIn are the blocks of a PEM file.
func blocksIn(t *testing.T, file string) []*pem.Block {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return blocks(text)
}

func blocks(text []byte) (found []*pem.Block) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		found = append(found, block)
	}
	return found
}

// isItsFile holds a .p12 to what it is for: OpenSSL opens it with the password and
// with no other, and finds the certificate, its chain and its key. The key is
// remembered: nobody but the person has it.
func (s *stage) isItsFile(t *testing.T, file string, certificate *x509.Certificate) {
	t.Helper()
	if err := exec.CommandContext(t.Context(), "openssl", "pkcs12", "-in", file, "-passin", "pass:another", "-nodes").Run(); err == nil {
		t.Error("the file opens with another password")
	}
	var keys [][]byte
	certificates := 0
	for _, block := range blocks([]byte(openssl(t, "pkcs12", "-in", file, "-passin", "pass:"+password, "-nodes"))) {
		switch block.Type {
		case "PRIVATE KEY":
			keys = append(keys, block.Bytes)
		case "CERTIFICATE":
			if certificates++; certificates == 1 && string(block.Bytes) != string(certificate.Raw) {
				t.Error("the first certificate of the file is not the one that was saved beside it")
			}
		}
	}
	if len(keys) != 1 || certificates != 3 {
		t.Fatalf("the file holds %d keys and %d certificates, want one key, the certificate and two above it", len(keys), certificates)
	}
	s.isItsKey(t, keys[0], certificate)
}

// isItsKey holds a private key (PKCS#8) to being the certificate's, and remembers it.
func (s *stage) isItsKey(t *testing.T, der []byte, certificate *x509.Certificate) {
	t.Helper()
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		t.Fatal(err)
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		t.Fatalf("the key is a %T", parsed)
	}
	if !key.PublicKey.Equal(certificate.PublicKey) {
		t.Error("key and certificate do not belong together")
	}
	scalar, err := key.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	s.secrets.addOwn("the private key of "+certificate.Subject.String(), string(scalar))
}

// openssl runs OpenSSL, which must succeed, and returns what it said.
func openssl(t *testing.T, arguments ...string) string {
	t.Helper()
	said, err := exec.CommandContext(t.Context(), "openssl", arguments...).CombinedOutput()
	if err != nil {
		t.Fatalf("openssl %s: %v\n%s", strings.Join(arguments, " "), err, said)
	}
	return string(said)
}
