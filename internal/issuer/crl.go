package issuer

import (
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// ListEntry is one certificate on a list of revoked ones.
type ListEntry struct {
	// Serial is its serial number in hex.
	Serial string
	Revoked
}

// RevocationList signs a list of revoked certificates (RFC 5280 section 5) in DER:
// the whole list, in the order given. Times are cut to seconds. Numbers have to
// rise from list to list, which is the caller's to see to. It fails for an authority
// that does not sign lists (SignsLists), and for a serial number that is none.
func (p *Private) RevocationList(number int64, thisUpdate, nextUpdate time.Time, entries []ListEntry) ([]byte, error) {
	if !p.SignsLists() {
		return nil, errors.New("issuer: the certificate authority's own certificate does not allow it to sign lists of revoked certificates: its key usage lacks cRLSign")
	}
	list := &x509.RevocationList{
		Number: big.NewInt(number), ThisUpdate: thisUpdate.UTC().Truncate(time.Second), NextUpdate: nextUpdate.UTC().Truncate(time.Second),
		RevokedCertificateEntries: make([]x509.RevocationListEntry, len(entries)),
	}
	for n, e := range entries {
		serial, ok := new(big.Int).SetString(e.Serial, 16)
		if !ok {
			return nil, fmt.Errorf("issuer: the serial number %q of a revoked certificate is no number in hex", e.Serial)
		}
		list.RevokedCertificateEntries[n] = x509.RevocationListEntry{SerialNumber: serial, RevocationTime: e.At.UTC().Truncate(time.Second), ReasonCode: e.code()}
	}
	der, err := x509.CreateRevocationList(p.random, list, p.chain[0], p.key)
	if err != nil {
		return nil, fmt.Errorf("issuer: sign list %d of revoked certificates: %w", number, err)
	}
	return der, nil
}
