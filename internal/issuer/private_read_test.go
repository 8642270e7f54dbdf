package issuer_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/issuer"
)

func keyPEM(t *testing.T, kind string, der []byte) []byte {
	t.Helper()
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func TestChainsThatDoNotFitAreRefused(t *testing.T) {
	t.Parallel()
	key, other := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	small := must(rsa.GenerateKey(rand.Reader, 1024))
	unchanged := func(*x509.Certificate) {}
	root := selfSigned(t, other, func(c *x509.Certificate) {
		c.Subject.CommonName = "Root"
		c.MaxPathLen, c.MaxPathLenZero = 0, true
	})
	below := must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Below"}, NotBefore: noon.Add(-time.Hour), NotAfter: noon.AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, SubjectKeyId: []byte{4},
	}, root, key.Public(), other))))
	for _, c := range []struct {
		name  string
		chain []*x509.Certificate
		says  string // empty: accepted
	}{
		{"a root that issues", []*x509.Certificate{selfSigned(t, key, unchanged)}, ""},
		{"no chain", nil, "no certificate"},
		{"another key", []*x509.Certificate{selfSigned(t, other, unchanged)}, "not that of the first certificate"},
		{"no authority", []*x509.Certificate{selfSigned(t, key, func(c *x509.Certificate) { c.IsCA = false; c.KeyUsage = x509.KeyUsageDigitalSignature })}, "no certificate authority"},
		{"signs lists only", []*x509.Certificate{selfSigned(t, key, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCRLSign })}, "lacks keyCertSign"},
		{"expired", []*x509.Certificate{selfSigned(t, key, func(c *x509.Certificate) { c.NotAfter = noon.Add(-time.Minute) })}, "is valid from"},
		{"not valid yet", []*x509.Certificate{selfSigned(t, key, func(c *x509.Certificate) { c.NotBefore = noon.Add(time.Minute) })}, "is valid from"},
		{"did not sign", []*x509.Certificate{selfSigned(t, key, unchanged), selfSigned(t, other, unchanged)}, "did not sign"},
		{"allows none below", []*x509.Certificate{below, root}, "allows 0 authorities below it"},
	} {
		_, err := issuer.NewPrivate(key, c.chain, noon)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := issuer.NewPrivate(small, []*x509.Certificate{selfSigned(t, small, unchanged)}, noon); err == nil || !strings.Contains(err.Error(), "2048 bits or more") {
		t.Errorf("a small key: %v", err)
	}
}

func TestKeysAreReadAsProgramsWriteThem(t *testing.T) {
	t.Parallel()
	curve, modulus := keys()["EC_P256"].(*ecdsa.PrivateKey), keys()["RSA_2048"].(*rsa.PrivateKey)
	parameters := keyPEM(t, "EC PARAMETERS", []byte{6, 8, 42, 134, 72, 206, 61, 3, 1, 7})
	for _, c := range []struct {
		name, says string
		text       []byte
	}{
		{"PKCS#8", "", keyPEM(t, "PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(curve)))},
		{"EC, with its parameters before it", "", append(parameters, keyPEM(t, "EC PRIVATE KEY", must(x509.MarshalECPrivateKey(curve)))...)},
		{"RSA", "not that of the first certificate", keyPEM(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(modulus))},
		{"encrypted", "encrypted with a password", keyPEM(t, "ENCRYPTED PRIVATE KEY", []byte{1})},
		{"broken", "cannot be read", keyPEM(t, "PRIVATE KEY", []byte("broken"))},
		{"a public key", "cannot be read", keyPEM(t, "PUBLIC KEY", []byte{1})},
		{"nothing", "cannot be read", nil},
	} {
		_, err := issuer.ReadPrivate(c.text, []byte(issuer.PEM(selfSigned(t, curve, func(*x509.Certificate) {}).Raw)), noon)
		if (err == nil) != (c.says == "") || err != nil && (!strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "broken")) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := issuer.ReadPrivate(keyPEM(t, "PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(curve))), keyPEM(t, "CERTIFICATE", []byte("x")), noon); err == nil || !strings.Contains(err.Error(), "certificate 1") {
		t.Errorf("a broken chain: %v", err)
	}
}

// TestOfManyAtOnceOneMakesTheAuthority opens one folder from many sides at once.
func TestOfManyAtOnceOneMakesTheAuthority(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data", "ca")
	var all [16]*issuer.Private
	var together sync.WaitGroup
	start := make(chan struct{})
	for n := range all {
		together.Go(func() {
			<-start
			p, err := issuer.OpenPrivate(folder, "Example", noon)
			if err != nil {
				t.Error(err)
			}
			all[n] = p
		})
	}
	close(start)
	together.Wait()
	if t.Failed() {
		return
	}
	for _, p := range all {
		if !reflect.DeepEqual(p.Chain(), all[0].Chain()) {
			t.Fatal("two authorities were made")
		}
	}
	beside := must(os.ReadDir(filepath.Dir(folder)))
	if len(beside) != 1 {
		t.Errorf("something was left beside it: %v", beside)
	}
	for _, file := range must(os.ReadDir(folder)) {
		mode := must(file.Info()).Mode().Perm()
		if strings.HasSuffix(file.Name(), ".key") && mode != 0o600 {
			t.Errorf("%s is %o", file.Name(), mode)
		}
	}
}

func TestWhatCannotBeReadIsNeverReplaced(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(folder string) error{
		"a file is gone":    func(folder string) error { return os.Remove(filepath.Join(folder, "issuing.key")) },
		"the chain is gone": func(folder string) error { return os.Remove(filepath.Join(folder, "chain.pem")) },
		"a file is cut":     func(folder string) error { return os.Truncate(filepath.Join(folder, "issuing.key"), 40) },
		"the key is another": func(folder string) error {
			return os.Rename(filepath.Join(folder, "root.key"), filepath.Join(folder, "issuing.key"))
		},
	} {
		folder := filepath.Join(t.TempDir(), "ca")
		must(issuer.OpenPrivate(folder, "Example", noon))
		if err := damage(folder); err != nil {
			t.Fatal(err)
		}
		before := contents(t, folder)
		if _, err := issuer.OpenPrivate(folder, "Example", noon); err == nil || !strings.Contains(err.Error(), "put its files back, or move the folder away") {
			t.Errorf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(contents(t, folder), before) {
			t.Errorf("%s: the folder was changed", name)
		}
	}
	empty := t.TempDir()
	if _, err := issuer.OpenPrivate(empty, "Example", noon); err != nil {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := issuer.OpenPrivate(filepath.Join(t.TempDir(), "ca"), strings.Repeat("x", 64), noon); err == nil || !strings.Contains(err.Error(), "characters") {
		t.Errorf("an organisation too long: %v", err)
	}
}

// contents are a folder's files.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, file := range must(os.ReadDir(folder)) {
		all[file.Name()] = string(must(os.ReadFile(filepath.Join(folder, file.Name()))))
	}
	return all
}
