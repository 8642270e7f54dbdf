package graph_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"time"

	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
)

// certificates gives scanners the one that each may have. What was asked for before
// comes too late for them: the approval of the first, the pick-up and the code of the last two.
func (o *office) certificates() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		o.t.Fatal(err)
	}
	for n, scanner := range []string{"scanner1", "scanner2", "scanner5", "scanner6"} {
		c := &x509.Certificate{
			SerialNumber: big.NewInt(int64(n + 1)), Subject: pkix.Name{CommonName: scanner},
			NotBefore: o.Clock.Now().Add(-time.Hour), NotAfter: time.Date(2027, 8, 31, 0, 0, 0, 0, time.UTC),
		}
		der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
		if err != nil {
			o.t.Fatal(err)
		}
		out, err := o.Inventory.LinkCertificate(o.As(anna()), inventory.LinkCertificateInput{SeatID: o.id(scanner), Source: lifecycle.SourceIssued, Der: der})
		if err != nil || len(out.Why()) > 0 {
			o.t.Fatal(err, out)
		}
	}
}

// csrs are certificate signing requests; their keys are new in each run, and no
// sentence shows them.
func (o *office) csrs() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		o.t.Fatal(err)
	}
	small, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		o.t.Fatal(err)
	}
	request := func(names x509.CertificateRequest, key any) []byte {
		names.Subject = pkix.Name{CommonName: "www.example.com"}
		der, err := x509.CreateCertificateRequest(rand.Reader, &names, key)
		if err != nil {
			o.t.Fatal(err)
		}
		return der
	}
	written := func(der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
	}
	good := request(x509.CertificateRequest{DNSNames: []string{"www.example.com"}}, key)
	forged := append([]byte{}, good...)
	forged[len(forged)-1] ^= 1
	o.name("csr", written(good))
	o.name("twoCSRs", written(good)+written(good))
	o.name("brokenCSR", written(good[:len(good)/2]))
	o.name("forgedCSR", written(forged))
	o.name("certificateText", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
	o.name("rsaCSR", written(request(x509.CertificateRequest{}, small)))
	o.name("mailCSR", written(request(x509.CertificateRequest{EmailAddresses: []string{"dora@example.com"}}, key)))
}
