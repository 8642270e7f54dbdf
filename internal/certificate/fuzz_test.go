package certificate_test

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"gatehouse/internal/certificate"
	"gatehouse/internal/certificate/corpus"
)

// FuzzRead feeds Read with what is nearly a certificate.
func FuzzRead(f *testing.F) {
	for _, o := range odds {
		f.Add(with(o.change))
	}
	for _, der := range examples(f) {
		f.Add(der)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		text, err := certificate.Read(der)
		if err != nil {
			sentence(t, err)
			return
		}
		storable(t, text)
		if again, err := certificate.Read(text.DER); err != nil || !reflect.DeepEqual(again, text) {
			t.Errorf("read again, it says %+v and %v, and before it said %+v", again, err, text)
		}
		if strict, err := x509.ParseCertificate(der); err == nil {
			if strict.SerialNumber.Text(16) != text.Serial || !strict.NotBefore.Equal(text.NotBefore) || !strict.NotAfter.Equal(text.NotAfter) {
				t.Errorf("crypto/x509 reads %x, %s, %s; we read %s, %s, %s", strict.SerialNumber, strict.NotBefore, strict.NotAfter, text.Serial, text.NotBefore, text.NotAfter)
			}
		}
	})
}

// FuzzScan feeds Scan with what is nearly a file of certificates.
func FuzzScan(f *testing.F) {
	one, two := numbered(1), numbered(2)
	both := append(bytes.Clone(one), two...)
	for _, file := range []string{
		"", "hello", string(both), armoured("CERTIFICATE", one) + "\n#\n" + armoured("PRIVATE KEY", two), armoured("TRUSTED CERTIFICATE", both), strings.ReplaceAll(armoured("CERTIFICATE", one), "\n", ""),
		string(message(tlv, tlv(0xa0, one, two))), string(message(open, open(0xa0, one, two))) + string(one), armoured("PKCS7", message(open, tlv(0xa0, open(0x30, one[3:])), tlv(0xa1, two))),
		base64.StdEncoding.EncodeToString(both), base64.StdEncoding.EncodeToString(message(tlv, tlv(0xa0, one, two))), "\ufeff" + armoured("CERTIFICATE", one)[:200], "\xfe\xed\xfe\xed",
	} {
		f.Add([]byte(file))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		items := collect(file)
		if len(items) == 0 {
			t.Error("a file has one item at least")
		}
		var offset int64
		for n, item := range items {
			if item.Position != n || item.Offset < offset || item.Offset > int64(len(file)) || (item.Err == nil) != (item.DER != nil) || len(item.DER) > certificate.MaxSize {
				t.Errorf("item %d of a file of %d bytes, behind one at byte %d, is %+v", n, len(file), offset, item)
			}
			offset = item.Offset
			if item.Err != nil {
				sentence(t, item.Err)
			} else if text, err := certificate.Read(item.DER); err == nil {
				storable(t, text)
			}
		}
		// What was found stands there so that it is found again.
		for _, item := range items {
			if item.DER == nil {
				continue
			}
			if again := collect([]byte(armoured("CERTIFICATE", item.DER))); len(again) != 1 || !bytes.Equal(again[0].DER, item.DER) {
				if _, err := certificate.Read(item.DER); err == nil {
					t.Errorf("in PEM of its own, a certificate is %v", again)
				}
			}
		}
	})
}

// examples are a handful of certificates, of which each is wrong in its own way.
func examples(f *testing.F) (ders [][]byte) {
	f.Helper()
	for n, path := range corpus.Files(f) {
		if n%100 != 1 {
			continue
		}
		file, err := os.ReadFile(filepath.Clean(path))
		if err != nil {
			f.Fatal(err)
		}
		for _, item := range collect(file) {
			if item.Err == nil {
				ders = append(ders, item.DER)
			}
		}
	}
	return ders
}

// sentence checks that a reason can be shown.
func sentence(t *testing.T, err error) {
	t.Helper()
	if s := err.Error(); s == "" || !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\n") || len(s) > 500 {
		t.Errorf("the reason %q is no sentence to show", s)
	}
}

// storable checks that PostgreSQL can keep what a certificate says.
func storable(t *testing.T, text certificate.Text) {
	t.Helper()
	all := []string{
		text.SHA256, text.Serial, text.Subject, text.Issuer, text.CommonName, text.SubjectKey, text.SearchText, text.KeyAlgorithm, text.KeySHA256, text.SignatureAlgorithm,
		text.AuthorityKeyID, text.SubjectKeyID,
	}
	all = append(append(append(append(all, text.Names.DNSNames...), text.Names.EmailAddresses...), text.Names.IPAddresses...), text.Names.URIs...)
	for _, s := range all {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			t.Errorf("%q cannot be kept", s)
		}
	}
	if n := utf8.RuneCountInString(text.SubjectKey); n > 255 {
		t.Errorf("lists would be ordered by %d characters", n)
	}
	if s := text.SearchText; len(s) > 64<<10 || !strings.HasPrefix(s, "\n") || !strings.HasSuffix(s, "\n") || strings.Contains(s, "\n\n") {
		t.Errorf("a search would look through %d bytes: %.100q", len(s), s)
	}
	for _, at := range []int{text.NotBefore.Year(), text.NotAfter.Year()} {
		if at < 0 || at > 9999 {
			t.Errorf("the year %d cannot be written", at)
		}
	}
}
