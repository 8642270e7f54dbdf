package issuer_test

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	zx509 "github.com/zmap/zcrypto/x509"
	"github.com/zmap/zlint/v3"
	"github.com/zmap/zlint/v3/lint"

	"gatehouse/internal/issuer"
	"gatehouse/internal/lifecycle"
)

// bare is an authority of a key that is its own root, with these usages.
func bare(t *testing.T, key crypto.Signer, usages x509.KeyUsage) *issuer.Private {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Bare"}, NotBefore: noon.Add(-time.Hour), NotAfter: noon.AddDate(9, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: usages, SubjectKeyId: []byte("the identifier"),
	}
	der := must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))
	return must(issuer.NewPrivate(key, []*x509.Certificate{must(x509.ParseCertificate(der))}, noon))
}

// withdrawn are entries with every reason that there is, and one on hold.
func withdrawn() []issuer.ListEntry {
	all := []issuer.ListEntry{{Serial: "1f", Revoked: issuer.Revoked{At: noon}}}
	for n, reason := range lifecycle.RevocationReasons {
		all = append(all, issuer.ListEntry{
			Serial:  new(big.Int).Lsh(big.NewInt(int64(n+3)), 100).Text(16),
			Revoked: issuer.Revoked{At: noon.Add(-time.Duration(n) * time.Hour), Reason: reason},
		})
	}
	return all
}

// codes are those of RFC 5280 section 5.3.1 for the entries of withdrawn.
var codes = map[lifecycle.RevocationReason]int{
	"": 6, lifecycle.RevokedUnspecified: 0, lifecycle.RevokedKeyCompromise: 1, lifecycle.RevokedCACompromise: 2, lifecycle.RevokedAffiliationChanged: 3,
	lifecycle.RevokedSuperseded: 4, lifecycle.RevokedCessationOfOperation: 5, lifecycle.RevokedPrivilegeWithdrawn: 9, lifecycle.RevokedAACompromise: 10,
}

// TestListsOfRevokedCertificates reads what each kind of key signs, holds it to
// zlint, and has openssl verify it.
func TestListsOfRevokedCertificates(t *testing.T) {
	t.Parallel()
	for kind, key := range keys() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ca := bare(t, key, x509.KeyUsageCertSign|x509.KeyUsageCRLSign)
			for name, entries := range map[string][]issuer.ListEntry{"none": nil, "every reason": withdrawn()} {
				der := must(ca.RevocationList(42, noon, noon.AddDate(0, 0, 7), entries))
				list := must(x509.ParseRevocationList(der))
				own := must(x509.ParseCertificate(ca.Chain()[0]))
				if err := list.CheckSignatureFrom(own); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if list.Number.Int64() != 42 || !list.ThisUpdate.Equal(noon.Truncate(time.Second)) || !list.NextUpdate.Equal(noon.Truncate(time.Second).AddDate(0, 0, 7)) {
					t.Errorf("%s: number %d, %s to %s", name, list.Number, list.ThisUpdate, list.NextUpdate)
				}
				if len(list.RevokedCertificateEntries) != len(entries) {
					t.Fatalf("%s: there are %d entries", name, len(list.RevokedCertificateEntries))
				}
				for n, e := range list.RevokedCertificateEntries {
					want := entries[n]
					if e.SerialNumber.Text(16) != want.Serial || e.ReasonCode != codes[want.Reason] || !e.RevocationTime.Equal(want.At.Truncate(time.Second)) || (len(e.Extensions) == 0) != (e.ReasonCode == 0) {
						t.Errorf("%s: %q is written as %x, %d, %s", name, want.Reason, e.SerialNumber, e.ReasonCode, e.RevocationTime)
					}
				}
				listLintedClean(t, der)
				opensslVerifiesList(t, ca, der, len(entries))
			}
		})
	}
}

// listLintedClean fails for every rule of RFC 5280 that a list breaks.
func listLintedClean(t *testing.T, der []byte) {
	t.Helper()
	list, err := zx509.ParseRevocationList(der)
	if err != nil {
		t.Fatalf("zlint cannot read it: %v", err)
	}
	found := zlint.LintRevocationListEx(list, rules()).Results
	if len(found) == 0 {
		t.Error("zlint has no rules for lists")
	}
	for name, result := range found {
		if result.Status >= lint.Warn {
			t.Errorf("%s is %s: %s", name, result.Status, result.Details)
		}
	}
}

// opensslVerifiesList has openssl check the signature and count the entries.
func opensslVerifiesList(t *testing.T, ca *issuer.Private, der []byte, entries int) {
	t.Helper()
	folder := t.TempDir()
	list, own := filepath.Join(folder, "list.crl"), filepath.Join(folder, "ca.pem")
	must(0, os.WriteFile(list, der, 0o600))
	must(0, os.WriteFile(own, []byte(issuer.PEM(ca.Chain()[0])), 0o600))
	out, err := exec.CommandContext(t.Context(), "openssl", "crl", "-inform", "DER", "-in", list, "-CAfile", own, "-verify", "-noout", "-text").CombinedOutput()
	if text := string(out); err != nil || !strings.Contains(text, "verify OK") || strings.Count(text, "Serial Number:") != entries {
		t.Errorf("openssl crl: %v\n%s", err, text)
	}
}

func TestListsThatAreNotSigned(t *testing.T) {
	t.Parallel()
	one := []issuer.ListEntry{{Serial: "no number", Revoked: issuer.Revoked{At: noon}}}
	if _, err := authority(t).RevocationList(1, noon, noon.Add(time.Hour), one); err == nil || !strings.Contains(err.Error(), `"no number"`) {
		t.Errorf("a serial that is none: %v", err)
	}
	ca := bare(t, keys()["EC_P256"], x509.KeyUsageCertSign)
	if _, err := ca.RevocationList(1, noon, noon.Add(time.Hour), nil); err == nil || !strings.Contains(err.Error(), "cRLSign") {
		t.Errorf("without cRLSign: %v", err)
	}
	if ca.SignsLists() || !authority(t).SignsLists() {
		t.Error("who signs lists is not told")
	}
}
