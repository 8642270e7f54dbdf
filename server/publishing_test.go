package main

import (
	"crypto"
	"crypto/elliptic"
	crypt "crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"gatehouse/internal/issuer"
	"gatehouse/internal/world"
)

// TestFormerAuthoritiesAnswer shows that a server tells of each authority whose key
// it has, and of others what lies in the database.
func TestFormerAuthoritiesAnswer(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	made := func(name string) *issuer.Private {
		private, err := issuer.MakePrivate(time.Now(), name)
		if err != nil {
			t.Fatal(err)
		}
		return private
	}
	present, former, gone, stranger := made("Present"), made("Former"), made("Gone"), made("Stranger")
	o := opening{authorities: authorities{private: gone}, log: slog.New(slog.DiscardHandler), clock: time.Now}
	if _, err := publish(t.Context(), w.House, o); err != nil {
		t.Fatal(err)
	}
	o.authorities = authorities{private: present, former: []*issuer.Private{former}}
	p, err := publish(t.Context(), w.House, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		authority *issuer.Private
		known     bool
		answers   bool
	}{{present, true, true}, {former, true, true}, {gone, true, false}, {stranger, false, false}} {
		own, err := x509.ParseCertificate(row.authority.Chain()[0])
		if err != nil {
			t.Fatal(err)
		}
		name := own.Subject.CommonName
		if der, err := p.certificate(t.Context(), row.authority.KeyID()); err != nil || (string(der) == string(own.Raw)) != row.known || (der != nil) != row.known {
			t.Errorf("%s: its certificate is %x, %v", name, der, err)
		}
		request, err := ocsp.CreateRequest(&x509.Certificate{SerialNumber: big.NewInt(42)}, own, &ocsp.RequestOptions{Hash: crypto.SHA256})
		if err != nil {
			t.Fatal(err)
		}
		answer, err := p.answer(t.Context(), request)
		if err != nil || answer.Unauthorized() == row.answers {
			t.Errorf("%s: it answers %x, %v", name, answer.DER, err)
		}
		if row.answers {
			if got, err := ocsp.ParseResponse(answer.DER, own); err != nil || got.Status != ocsp.Unknown {
				t.Errorf("%s: it answers %+v, %v", name, got, err)
			}
		}
	}
	if answer, err := p.answer(t.Context(), []byte("no request")); err != nil || string(answer.DER) != string(ocsp.MalformedRequestErrorResponse) {
		t.Errorf("what is no request is answered with %x, %v", answer.DER, err)
	}
}

// TestFormerAuthoritiesAreRead from files with a key and its chain; what does not
// fit keeps the server from starting.
func TestFormerAuthoritiesAreRead(t *testing.T) {
	t.Parallel()
	ca := keptCA(t)
	var texts [2][]byte
	for n, name := range []string{"issuing.key", "chain.pem"} {
		text, err := os.ReadFile(ca + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		texts[n] = text
	}
	key := newECDSA(t, elliptic.P256())
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: noon().AddDate(-2, 0, 0), NotAfter: noon().AddDate(-1, 0, 0), SubjectKeyId: []byte{1},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(crypt.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	ended := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), issuer.PEM(der)...)
	for _, row := range []struct {
		name, path, wrong string
	}{
		{"a key and its chain", writeFile(t, "former.pem", append(append([]byte{}, texts[0]...), texts[1]...)), ""},
		{"no file", ca + "/nowhere.pem", "cannot be read"},
		{"a chain alone", ca + "/chain.pem", "cannot be used"},
		{"one that has ended", writeFile(t, "ended.pem", ended), "take it out"},
	} {
		c, err := settled(t, []string{"GATEHOUSE_CA_FORMER=" + row.path})
		if err != nil {
			t.Fatal(err)
		}
		a, err := c.authorities(noon())
		if row.wrong == "" && (err != nil || len(a.former) != 1 || a.private != nil) {
			t.Errorf("%s: %v, %+v", row.name, err, a)
		}
		if row.wrong != "" && (err == nil || !strings.Contains(err.Error(), row.wrong) || !strings.Contains(err.Error(), "GATEHOUSE_CA_FORMER")) {
			t.Errorf("%s: %v", row.name, err)
		}
	}
}
