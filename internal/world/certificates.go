package world

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
)

// Certificate makes a certificate, in DER, that some authority elsewhere has signed,
// for a common name, valid from a year ago until then; the changes make it another
// one.
func (w *World) Certificate(commonName string, until time.Time, changes ...func(*x509.Certificate)) []byte {
	w.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	w.must("make a key", nil, err)
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	w.must("make a serial number", nil, err)
	template := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: commonName}, NotBefore: w.Clock.Now().AddDate(-1, 0, 0), NotAfter: until}
	for _, change := range changes {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, &x509.Certificate{Subject: pkix.Name{CommonName: "An authority elsewhere"}}, &key.PublicKey, key)
	w.must("make a certificate", nil, err)
	return der
}

// PEM is certificates as a file has them.
func PEM(ders ...[]byte) string {
	var text strings.Builder
	for _, der := range ders {
		text.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}
	return text.String()
}

// Import brings certificates into a business unit, from one file.
func (w *World) Import(unit id.ID, ders ...[]byte) []*inventory.Certificate {
	w.t.Helper()
	name := "certificates.pem"
	p, err := w.Inventory.ImportCertificates(w.As(Boss()), inventory.ImportCertificatesInput{BusinessUnitID: unit, Files: []*inventory.CertificateFile{{Name: &name, Content: PEM(ders...)}}})
	w.must("import certificates", nil, err)
	w.must("import certificates", p.UserErrors, nil)
	all := make([]*inventory.Certificate, len(p.Results))
	for n, r := range p.Results {
		w.must(fmt.Sprint("import certificate ", n), r.UserErrors, nil)
		all[n] = r.Certificate
	}
	return all
}

// Discover records certificates of a business unit as found on port 443 of a host.
func (w *World) Discover(unit id.ID, host string, ders ...[]byte) []*inventory.Certificate {
	w.t.Helper()
	in := inventory.RecordDiscoveredCertificatesInput{BusinessUnitID: unit}
	for _, der := range ders {
		in.Certificates = append(in.Certificates, &inventory.DiscoveredCertificate{Content: PEM(der), Host: host, Port: 443})
	}
	p, err := w.Inventory.RecordDiscoveredCertificates(w.As(Boss()), in)
	w.must("record certificates", nil, err)
	w.must("record certificates", p.UserErrors, nil)
	all := make([]*inventory.Certificate, len(p.Results))
	for n, r := range p.Results {
		w.must(fmt.Sprint("record certificate ", n), r.UserErrors, nil)
		all[n] = r.Certificate
	}
	return all
}
