package certlint_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/certlint"
)

// weak is a certificate with a short RSA key and no names but its subject.
func weak(t *testing.T) []byte {
	t.Helper()
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	modulus, err := rand.Prime(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "www.example.com"}, NotBefore: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2034, 1, 1, 0, 0, 0, 0, time.UTC),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &rsa.PublicKey{N: modulus, E: 65537}, signer)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func names(findings []*certlint.Finding) []string {
	out := make([]string, len(findings))
	for n, f := range findings {
		out[n] = f.Name
	}
	return out
}

func TestFindingsAreThoseOfTheSourcesTheWorstFirst(t *testing.T) {
	t.Parallel()
	der := weak(t)
	lint := func(sources ...certlint.Source) []*certlint.Finding {
		t.Helper()
		found, err := certlint.Lint(t.Context(), der, sources)
		if err != nil {
			t.Fatal(err)
		}
		for n, f := range found {
			if !slices.Contains(sources, f.Source) {
				t.Errorf("%s is said to be of %s, which was not asked", f.Name, f.Source)
			}
			if f.Description == "" || !slices.Contains(certlint.Severities, f.Severity) {
				t.Errorf("%s is %q and says %q", f.Name, f.Severity, f.Description)
			}
			if n > 0 {
				a, b := found[n-1], f
				worse := slices.Index(certlint.Severities, a.Severity) - slices.Index(certlint.Severities, b.Severity)
				if worse > 0 || worse == 0 && a.Name >= b.Name {
					t.Errorf("%s (%s) stands before %s (%s)", a.Name, a.Severity, b.Name, b.Severity)
				}
			}
		}
		return found
	}
	rfc, br := lint(certlint.RFC), lint(certlint.CABFBR)
	const keyTooShort, noSAN = "e_rsa_mod_less_than_2048_bits", "e_ext_san_missing"
	if !slices.Contains(names(br), keyTooShort) || !slices.Contains(names(br), noSAN) || slices.Contains(names(rfc), keyTooShort) {
		t.Errorf("by the rules of the CA/Browser Forum %v, by those of the RFCs %v", names(br), names(rfc))
	}
	if both := lint(certlint.CABFBR, certlint.RFC, certlint.CABFBR); len(both) != len(rfc)+len(br) {
		t.Errorf("both sources, one of them twice, find %d; each alone %d and %d", len(both), len(rfc), len(br))
	}
	if none := lint(); len(none) != 0 {
		t.Errorf("of no source %v", names(none))
	}
	for _, source := range certlint.Sources {
		lint(source)
	}
}

func TestWhatTheLinterCannotReadIsOneFinding(t *testing.T) {
	t.Parallel()
	for name, der := range map[string][]byte{"nothing": nil, "no DER": []byte("-----BEGIN"), "a sequence of nothing": {0x30, 0}, "a length beyond the end": {0x30, 0x84, 0xff, 0xff, 0xff, 0xff}} {
		found, err := certlint.Lint(t.Context(), der, []certlint.Source{certlint.CABFEV, certlint.RFC})
		if err != nil || len(found) != 1 || found[0].Severity != certlint.Fatal || found[0].Details == "" || found[0].Source != certlint.CABFEV {
			t.Errorf("%s: %v %v", name, found, err)
		}
	}
}

func TestNobodyIsWaitedFor(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(7)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if found, err := certlint.Lint(ctx, der, certlint.Sources); !errors.Is(err, context.Canceled) || found != nil {
		t.Errorf("%v %v", names(found), err)
	}
}

// TestTheLintersOwnCertificates: nothing that the linter's tests are made of breaks
// it, each is judged, and what is told can be shown. Every fifth is asked: all of them
// by all the rules take more than a minute under the race detector.
func TestTheLintersOwnCertificates(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/zmap/zlint/v3").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "testdata", "*.pem"))
	if err != nil || len(files) < 1000 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	judged, unreadable, broken := 0, 0, 0
	begun, worst := time.Now(), time.Duration(0)
	for n, file := range files {
		if n%5 != 0 {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		block, _ := pem.Decode(text)
		if block == nil || block.Type != "CERTIFICATE" {
			continue
		}
		one := time.Now()
		found, err := certlint.Lint(t.Context(), block.Bytes, certlint.Sources)
		if err != nil {
			t.Fatal(err)
		}
		worst = max(worst, time.Since(one))
		judged++
		for _, f := range found {
			switch {
			case f.Name == "certificate_unreadable":
				unreadable++
			case f.Severity == certlint.Fatal:
				broken++
			}
			if strings.ToValidUTF8(f.Details, "") != f.Details || strings.ContainsRune(f.Details, 0) || len(f.Details) > 1100 {
				t.Errorf("%s: %s says %q", filepath.Base(file), f.Name, f.Details)
			}
		}
	}
	t.Logf("%d certificates judged by all sources, %.2f ms each, the slowest %v; %d unreadable, %d times a rule could not judge", judged, float64(time.Since(begun).Microseconds())/1000/float64(judged), worst, unreadable, broken)
	if judged < 200 {
		t.Errorf("%d certificates", judged)
	}
}
