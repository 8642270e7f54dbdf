//go:build unix

package main

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"runtime"
	"sync"
	"time"
)

// certificatesFile is a file of certificates whose names are a function of their
// numbers. Their ends are told from when it is made, since what has expired and what
// is due for renewal by then is to be so on every day. One key signs and is certified
// in all of them, so that a hundred thousand are made in seconds.
type certificatesFile struct {
	rows int
	made time.Time
	key  *ecdsa.PrivateKey
	ca   *x509.Certificate
}

func newCertificatesFile(rows int, made time.Time) (certificatesFile, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return certificatesFile{}, fmt.Errorf("making a key: %w", err)
	}
	ca := &x509.Certificate{Subject: pkix.Name{CommonName: "Example Issuing CA 1", Organization: []string{"Example Organisation"}, Country: []string{"DE"}}, SubjectKeyId: bytes.Repeat([]byte{0x5a}, 20)}
	return certificatesFile{rows, made, key, ca}, nil
}

// What a certificate of the file is, by its number in each twenty.
const (
	everyTwenty = 20
	hasExpired  = 0 // alone under its name
	endsSoon    = 1
	renewsIt    = 2 // the one before it, on whose seat it goes
	hasAName    = 3
	clashesWith = 4 // the one before it, which ends as late: it gets a seat of its own
)

// seats is how many seats the certificates of the file get: all but those that renew
// another get one of their own.
func (f certificatesFile) seats() int {
	return f.rows - f.rows/everyTwenty - min(1, max(0, f.rows%everyTwenty-renewsIt))
}

// der is the certificate with a number: without randomness the same each time, as RFC
// 6979 signs.
func (f certificatesFile) der(n int) ([]byte, error) {
	named, begins, ends := n, f.made.AddDate(0, -11, 0), f.made.AddDate(1, 0, 0)
	switch n % everyTwenty {
	case hasExpired:
		ends = f.made.AddDate(0, 0, -1)
	case endsSoon:
		ends = f.made.AddDate(0, 0, 20)
	case renewsIt, clashesWith:
		named = n - 1
	}
	host := fmt.Sprintf("%s-%07d.unit.example", givenHosts[mixed('h', named)%uint64(len(givenHosts))], named)
	der, err := x509.CreateCertificate(nil, &x509.Certificate{
		SerialNumber: new(big.Int).SetUint64(mixed('x', n)), NotBefore: begins, NotAfter: ends,
		Subject:  pkix.Name{CommonName: host, Organization: []string{"Example Organisation"}, Country: []string{"DE"}},
		DNSNames: []string{host, "www." + host}, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true, CRLDistributionPoints: []string{"http://crl.example/1.crl"}, OCSPServer: []string{"http://ocsp.example"},
	}, f.ca, f.key.Public(), f.key)
	if err != nil {
		return nil, fmt.Errorf("making certificate %d: %w", n, err)
	}
	return der, nil
}

// givenHosts are what machines are called, so that a search has something to tell
// apart.
var givenHosts = []string{"web", "mail", "db", "build", "proxy", "print", "git", "vpn"}

// write writes the file, made on every core.
func (f certificatesFile) write(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("writing a file of certificates: %w", err)
	}
	out := bufio.NewWriter(file)
	err = f.all(func(text []byte) error {
		_, err := out.Write(text)
		return err
	})
	if err = errors.Join(err, out.Flush(), file.Close()); err != nil {
		return fmt.Errorf("writing a file of certificates: %w", err)
	}
	return nil
}

// all hands the text of the file on, in its order and in parts.
func (f certificatesFile) all(write func([]byte) error) error {
	const part = 500
	texts, errs := make([][]byte, runtime.GOMAXPROCS(0)), make([]error, runtime.GOMAXPROCS(0))
	for first := 0; first < f.rows; first += part * len(texts) {
		var making sync.WaitGroup
		for n := range texts {
			begin := min(first+n*part, f.rows)
			making.Go(func() { texts[n], errs[n] = f.text(begin, min(begin+part, f.rows)) })
		}
		making.Wait()
		for n, text := range texts {
			if errs[n] != nil {
				return errs[n]
			}
			if err := write(text); err != nil {
				return err
			}
		}
	}
	return nil
}

// text is the PEM of the certificates from the first to before the last.
func (f certificatesFile) text(first, last int) ([]byte, error) {
	var b bytes.Buffer
	for n := first; n < last; n++ {
		der, err := f.der(n)
		if err != nil {
			return nil, err
		}
		if err := pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: der}); err != nil {
			return nil, fmt.Errorf("writing certificate %d: %w", n, err)
		}
	}
	return b.Bytes(), nil
}
