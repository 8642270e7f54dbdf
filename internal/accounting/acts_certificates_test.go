package accounting

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"database/sql"
	"errors"
	"math/big"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

// linkCertificate links a new certificate to a seat or, with the flag, the newest
// one that the business unit has: it may be linked already, or have lost its seat.
func linkCertificate(ctx context.Context, p player, s step, a *answer) error {
	seats, err := p.seats(ctx, s)
	if err != nil {
		return err
	}
	der, err := certificate(p.Store.Now(ctx), s)
	if err != nil {
		return err
	}
	if s.Flag {
		row := p.Store.DB().QueryRowContext(ctx, `SELECT der FROM certificates WHERE business_unit_id = $1 ORDER BY seat_row_id IS NULL DESC, id DESC LIMIT 1`, p.unit(s).ID)
		if err := row.Scan(&der); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	out, err := p.Inventory.LinkCertificate(ctx, inventory.LinkCertificateInput{SeatID: seats[0], Source: lifecycle.SourceImported, Der: der})
	if err != nil {
		return err
	}
	a.items(audit.LinkCertificate, out)
	return nil
}

func unlinkCertificates(ctx context.Context, p player, s step, a *answer) error {
	ids, err := p.certificates(ctx, s)
	if err != nil {
		return err
	}
	out, err := p.Inventory.UnlinkCertificates(ctx, inventory.UnlinkCertificatesInput{IDs: ids})
	if err != nil {
		return err
	}
	a.items(audit.UnlinkCertificate, out)
	return nil
}

func revokeCertificates(ctx context.Context, p player, s step, a *answer) error {
	ids, err := p.certificates(ctx, s)
	if err != nil {
		return err
	}
	out, err := p.Inventory.RevokeCertificates(ctx, inventory.RevokeCertificatesInput{IDs: ids, Reason: lifecycle.RevokedSuperseded})
	if err != nil {
		return err
	}
	a.heard(out.UserErrors)
	for _, r := range out.Results {
		a.one(audit.RevokeCertificate, r.UserErrors)
	}
	return nil
}

// expireCertificates is the sweep of the server, whoever is on.
func expireCertificates(ctx context.Context, p player, _ step, a *answer) error {
	n, err := p.Inventory.ExpireCertificatesDue(ctx, 100)
	if err != nil {
		return err
	}
	a.did(audit.Expire, n)
	return nil
}

// items takes what came of an act on several certificates.
func (a *answer) items(action audit.Action, out store.Outcome) {
	a.heard(out.Refusals)
	for _, item := range out.Items {
		a.one(action, item.Refusals)
	}
}

// lives are how long a certificate of a step is valid yet: over already, over soon,
// inside the renewal window, or long beyond it.
var lives = []time.Duration{-time.Minute, 12 * time.Hour, 20 * 24 * time.Hour, 12 * time.Hour, 300 * 24 * time.Hour, 20 * 24 * time.Hour, 12 * time.Hour, 300 * 24 * time.Hour}

// certificate makes a real certificate for the seat of a step.
func certificate(now time.Time, s step) ([]byte, error) {
	return certificateOf(s.Seats[0], now.Add(-time.Hour), now.Add(lives[s.Figure%len(lives)]))
}

// certificateOf makes one of this common name, which its own key has signed.
func certificateOf(name string, from, until time.Time) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	if err != nil {
		return nil, err
	}
	text := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: until}
	return x509.CreateCertificate(rand.Reader, text, text, key.Public(), key)
}
