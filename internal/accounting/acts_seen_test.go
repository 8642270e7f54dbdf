package accounting

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// seenSeatTypes are the seat types whose seats come with their certificates.
var seenSeatTypes = []lifecycle.SeatType{lifecycle.Imported, lifecycle.Discovery}

// seenLives are how long the certificates of a name are valid yet when a check
// begins: of two, one may be the other's successor or not, and it may be too late.
var seenLives = []time.Duration{20 * 24 * time.Hour, 300 * 24 * time.Hour, 12 * time.Hour, -time.Hour}

// seenOf makes the certificates that a check's scripts come upon, in base64: some of
// each name.
func seenOf(start time.Time) (map[string][]string, error) {
	seen := map[string][]string{}
	for _, name := range seatNames {
		for n := range seenLives {
			der, err := certificateOf(name, start.Add(-2*time.Hour), start.Add(seenLives[n]))
			if err != nil {
				return nil, err
			}
			seen[name] = append(seen[name], base64.StdEncoding.EncodeToString(der))
		}
	}
	return seen, nil
}

// seenOnes are the certificates that a step comes upon: one of each of its names, and
// with the flag the first of them once more. Most steps begin with one that has lost its
// seat in the business unit, where there is one.
func (p player) seenOnes(ctx context.Context, s step) ([]string, error) {
	var ones []string
	if s.Figure < 6 {
		var der []byte
		row := p.Store.DB().QueryRowContext(ctx, `SELECT der FROM certificates WHERE business_unit_id = $1 AND NOT assigned ORDER BY id DESC LIMIT 1`, p.unit(s).ID)
		switch err := row.Scan(&der); {
		case err == nil:
			ones = append(ones, base64.StdEncoding.EncodeToString(der))
		case !errors.Is(err, sql.ErrNoRows):
			return nil, fmt.Errorf("look for a certificate without a seat: %w", err)
		}
	}
	for n, name := range s.Seats {
		of := p.plan.Seen[name]
		ones = append(ones, of[(s.Figure/2+n)%len(of)])
	}
	if s.Flag {
		ones = append(ones, ones[0])
	}
	return ones, nil
}

// place is where a step comes upon the n-th of its certificates: in one place, but for
// the one that stands twice, which half of the steps see in another.
func (s step) place(n int) string {
	other := 0
	if s.Flag && n >= len(s.Seats) && s.Figure%4 < 2 {
		other = 1
	}
	return places[(s.Figure+other)%len(places)]
}

// places are where certificates are seen.
var places = []string{"attic", "cellar"}

// importCertificates brings in a file of each certificate.
func importCertificates(ctx context.Context, p player, s step, a *answer) error {
	ones, err := p.seenOnes(ctx, s)
	if err != nil {
		return err
	}
	in := inventory.ImportCertificatesInput{BusinessUnitID: p.unit(s).id()}
	for n, one := range ones {
		in.Files = append(in.Files, &inventory.CertificateFile{Name: new(s.place(n)), Content: one})
	}
	out, err := p.Inventory.ImportCertificates(ctx, in)
	if err != nil {
		return err
	}
	a.heard(out.UserErrors)
	told := map[string]bool{}
	for n, r := range out.Results {
		a.came(audit.ImportCertificates, r.Outcome, r.UserErrors, told, ones[n])
	}
	return nil
}

// recordDiscoveredCertificates reports the certificates as found on one of two hosts.
func recordDiscoveredCertificates(ctx context.Context, p player, s step, a *answer) error {
	ones, err := p.seenOnes(ctx, s)
	if err != nil {
		return err
	}
	in := inventory.RecordDiscoveredCertificatesInput{BusinessUnitID: p.unit(s).id()}
	for n, one := range ones {
		in.Certificates = append(in.Certificates, &inventory.DiscoveredCertificate{Content: one, Host: s.place(n) + ".example.com", Port: 443})
	}
	out, err := p.Inventory.RecordDiscoveredCertificates(ctx, in)
	if err != nil {
		return err
	}
	a.heard(out.UserErrors)
	told := map[string]bool{}
	for n, r := range out.Results {
		a.came(audit.RecordDiscovered, r.Outcome, r.UserErrors, told, ones[n])
	}
	return nil
}

// came takes what came of one of the certificates: one that something was done to has
// an entry, in however many places the step saw it.
func (a *answer) came(action audit.Action, outcome inventory.SightingOutcome, nos []*refusal.Refusal, told map[string]bool, one string) {
	a.Outcomes = append(a.Outcomes, string(outcome))
	a.did(action, 0)
	if a.heard(nos) && outcome != inventory.SightingUnchanged && !told[one] {
		told[one] = true
		a.did(action, 1)
	}
}

// ofSeen plays an act on what comes with certificates: seats and licences of IMPORTED
// or of DISCOVERY.
func ofSeen(play func(context.Context, player, step, *answer) error) func(context.Context, player, step, *answer) error {
	return func(ctx context.Context, p player, s step, a *answer) error {
		s.Type = seenSeatTypes[s.Figure%len(seenSeatTypes)]
		return play(ctx, p, s, a)
	}
}
