package inventory

import (
	"context"
	"strconv"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// LinkCertificateInput is a certificate and the seat that it belongs to.
type LinkCertificateInput struct {
	SeatID id.ID
	Source lifecycle.CertificateSource
	// Der is the certificate itself.
	Der []byte
	// EnrollmentID is the seat's enrollment that it was issued for, if any.
	EnrollmentID   *id.ID
	IdempotencyKey *string
}

// LinkCertificatesInput is certificates that came the same way, and their seats.
type LinkCertificatesInput struct {
	Source         lifecycle.CertificateSource
	Certificates   []*CertificateToLink
	IdempotencyKey *string
}

// CertificateToLink is one of them.
type CertificateToLink struct {
	SeatID       id.ID
	Der          []byte
	EnrollmentID *id.ID
}

// linkedBy says which mutation brings in certificates of a source: what it needs,
// linking needs.
var linkedBy = map[lifecycle.CertificateSource]string{
	lifecycle.SourceIssued:     "attachCertificate",
	lifecycle.SourceImported:   "importCertificates",
	lifecycle.SourceDiscovered: "recordDiscoveredCertificates",
}

// LinkCertificate keeps a certificate and links it to a seat: what that means for
// the seat is said by linking.run. It changes no enrollment. Refused: NOT_FOUND
// (the seat, its enrollment), INVALID, SEAT_DELETED, SEAT_HAS_CERTIFICATE,
// DUPLICATE.
func (i *Inventory) LinkCertificate(ctx context.Context, in LinkCertificateInput) (store.Outcome, error) {
	one := []*CertificateToLink{{in.SeatID, in.Der, in.EnrollmentID}}
	return i.link(ctx, in.Source, one, func(no *refusal.Refusal, _ int) *refusal.Refusal { return no }, in, in.IdempotencyKey)
}

// LinkCertificates links up to 1,000 certificates, each as LinkCertificate does,
// in the order given.
func (i *Inventory) LinkCertificates(ctx context.Context, in LinkCertificatesInput) (store.Outcome, error) {
	return i.link(ctx, in.Source, in.Certificates, func(no *refusal.Refusal, n int) *refusal.Refusal {
		if len(no.Field) == 0 {
			return no
		}
		return no.Within("certificates", strconv.Itoa(n))
	}, in, in.IdempotencyKey)
}

// link links certificates; at says where in the input a refusal of the n-th points.
func (i *Inventory) link(ctx context.Context, source lifecycle.CertificateSource, given []*CertificateToLink, at func(*refusal.Refusal, int) *refusal.Refusal, in any, key *string) (store.Outcome, error) {
	sc, err := i.scopes.Of(ctx)
	if err != nil {
		return store.Outcome{}, err
	}
	// A source that is none has no mutation, and nobody may do that.
	cause := store.Cause{Mutation: linkedBy[source], Action: audit.LinkCertificate, Resource: audit.Certificate, Key: key, Input: in}
	return i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		if n := len(given); n < 1 || n > mostItems {
			return store.Outcome{}, refusal.New(refusal.TooMany, "One call takes 1 to %d certificates; %d were given.", mostItems, n).At("certificates")
		}
		ids := make([]id.ID, len(given))
		for n, g := range given {
			ids[n] = g.SeatID
		}
		seats, err := lockSeatsByID(ctx, tx, sc, ids)
		if err != nil {
			return store.Outcome{}, err
		}
		links, all := make([]*linkable, 0, len(given)), make([]*linkable, len(given))
		for n, g := range given {
			all[n] = &linkable{n: n, seat: seats[g.SeatID], enrollment: g.EnrollmentID}
			if all[n].seat == nil {
				all[n].no = missing("seat", g.SeatID).At("seatId")
			} else if all[n].text, all[n].no = readCertificate(g.Der); all[n].no != nil {
				all[n].no = all[n].no.At("der")
			} else {
				links = append(links, all[n])
			}
		}
		l := linking{tx: tx, after: i.newAftermath(), source: source}
		if err := l.run(ctx, links); err != nil {
			return store.Outcome{}, err
		}
		items := make([]store.Item, len(all))
		for n, k := range all {
			if k.no != nil {
				items[n] = tx.Refuse(k.entry(given[n].SeatID), store.Item{}, at(k.no, n))
			} else {
				items[n] = store.Item{ID: id.Of(id.Certificate, k.made)}
			}
		}
		return store.Outcome{Items: items}, l.after.settle(ctx, tx)
	})
}

// entry is what the audit says of a certificate that was not linked: to which seat
// it should have been, and which it was.
func (k *linkable) entry(seat id.ID) audit.Entry {
	e := audit.Entry{Comment: "For " + seat.String()}
	if k.seat != nil {
		e.BusinessUnit = k.seat.unit
	}
	if k.text.SHA256 != "" {
		e.Comment += ", SHA-256 " + k.text.SHA256
	}
	return e
}
