package inventory

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/certificate"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// renewalWindow is how long before its end a certificate may have its successor,
// where no enrollment promised something else.
const renewalWindow = 30 * 24 * time.Hour

// linking links certificates to seats for whoever has locked the seats: the acts
// that attach, import and record certificates, and a redemption.
type linking struct {
	tx     *store.Tx
	after  *aftermath
	source lifecycle.CertificateSource
	// authority is which one was asked for it; nil: none from here.
	authority *lifecycle.Issuer
	// issued: a certificate authority has made it for the seat's own enrollment. Then
	// it is linked even when the seat has got another meanwhile (by an import, say):
	// it exists, and what exists is not lost.
	issued bool
	// gone are deleted seats that are locked (lockGone): what is on them is free.
	gone map[uuid.UUID]bool
}

// linkable is one certificate on its way to a locked seat, and what became of it:
// made, or no.
type linkable struct {
	// n is its place in the caller's input.
	n          int
	seat       *lockedSeat
	enrollment *id.ID
	text       certificate.Text
	// chain is the certificates above it, in PEM; empty when they are not known.
	chain string
	// valid: it is linked only while it counts.
	valid bool

	// replaces is the certificate whose successor the enrollment asks for.
	replaces *uuid.UUID
	existing *lockedCertificate
	made     uuid.UUID
	no       *refusal.Refusal
}

// run links the certificates that may be linked, in the order given, and says of
// each other one why not: NOT_FOUND (the enrollment is none of the seat's),
// SEAT_DELETED, DUPLICATE (the certificate is on a seat that lives), and
// SEAT_HAS_CERTIFICATE where the seat's type holds one at a time and has one,
// outside the renewal window that the enrollment promised, or 30 days.
//
// A certificate whose time has passed is kept as EXPIRED. It does not count, so
// that it never stands in the way. One that was unlinked before is taken up again
// as it was. From the first certificate that counts a seat is consumed; a seat
// that stays consumed, from the first certificate.
//
// One entry is written per certificate that is linked; the refusals are the
// caller's to record and the aftermath the caller's to settle. The number of
// statements does not depend on the number of certificates.
func (l *linking) run(ctx context.Context, links []*linkable) error {
	if len(links) == 0 {
		return nil
	}
	windows, err := l.windows(ctx, links)
	if err != nil {
		return err
	}
	if err := l.find(ctx, links); err != nil {
		return err
	}
	held, err := l.held(ctx, links)
	if err != nil {
		return err
	}
	first := map[linkKey]int{}
	for _, k := range links {
		if k.no == nil {
			k.no = l.decide(k, first, held[k.seat.id], windows)
		}
		if k.no == nil {
			first[k.key()] = k.n
			if l.status(k).Counts() {
				held[k.seat.id] = held[k.seat.id].with(k.text.NotAfter)
			}
		}
	}
	return l.write(ctx, slices.DeleteFunc(slices.Clone(links), func(k *linkable) bool { return k.no != nil }))
}

// free reports whether a certificate that is here already is on no seat that lives.
func (l *linking) free(c *lockedCertificate) bool { return c.seat == nil || l.gone[*c.seat] }

// linkKey is what a certificate is unique by.
type linkKey struct {
	unit   uuid.UUID
	sha256 string
}

func (k *linkable) key() linkKey { return linkKey{k.seat.unit, k.text.SHA256} }

// status is the one that the certificate will have.
func (l *linking) status(k *linkable) lifecycle.CertificateStatus {
	switch {
	case k.existing != nil:
		return k.existing.status
	case !l.tx.Now().Before(k.text.NotAfter):
		return lifecycle.CertificateExpired
	}
	return lifecycle.CertificateIssued
}

// decide says why a certificate is not linked; nil when it may be. First
// is where those stand that are linked before it.
func (l *linking) decide(k *linkable, first map[linkKey]int, held holding, windows map[id.ID]time.Duration) *refusal.Refusal {
	if k.seat.status == lifecycle.SeatDeleted {
		return refusal.New(refusal.SeatDeleted, "The seat %s was deleted, so no certificate can be linked to it. Create it anew: its seat id is free again.", k.seat.seatID).At("seatId")
	}
	if earlier, twice := first[k.key()]; twice {
		return refusal.New(refusal.Duplicate, "This certificate stands in the input already, at index %d; link it once.", earlier).At("der")
	}
	if k.existing != nil && !l.free(k.existing) {
		return refusal.New(refusal.Duplicate, "This certificate is %s and belongs to %s already. A certificate stays on its seat while that lives: delete the seat first, or leave the certificate out.",
			id.Of(id.Certificate, k.existing.id), id.Of(id.Seat, *k.existing.seat)).At("der")
	}
	if !l.status(k).Counts() {
		if k.valid {
			return refusal.New(refusal.Invalid, "This certificate is known here and is %s; take one that is valid.", l.status(k)).At("der")
		}
		return nil
	}
	if l.issued {
		return nil
	}
	window := renewalWindow
	if k.enrollment != nil {
		window = windows[*k.enrollment]
	}
	no := hasCertificate(l.tx.Now(), k.seat.seatType, k.seat.seatID, held, lifecycle.Promise{RenewalWindowSeconds: int64(window / time.Second)})
	if no != nil {
		return no.At("seatId")
	}
	return nil
}

// write adds the new certificates and gives the unlinked ones their seat, each by
// one statement.
func (l *linking) write(ctx context.Context, links []*linkable) error {
	var rows []store.Row
	var changes []store.Change
	for _, k := range links {
		var enrollment *uuid.UUID
		if k.enrollment != nil {
			enrollment = &k.enrollment.UUID
		}
		if c := k.existing; c != nil {
			k.made = c.id
			if enrollment == nil {
				enrollment = c.enrollment // what it was issued for stays so
			}
			c.uncount(l.after) // from a seat that is gone
			before := store.Row{"seat_row_id": c.seat, "enrollment_id": c.enrollment, "assigned": false, "issued": c.issued, "imported": c.imported, "discovered": c.discovered, "remind_at": nil}
			after := store.Row{
				"seat_row_id": k.seat.id, "enrollment_id": enrollment, "assigned": true, "issued": c.issued || l.source == lifecycle.SourceIssued,
				"imported": c.imported || l.source == lifecycle.SourceImported, "discovered": c.discovered || l.source == lifecycle.SourceDiscovered,
				"remind_at": nextReminder(l.tx.Now(), c.notAfter),
			}
			changes = append(changes, c.change(before, after))
			continue
		}
		k.made = uuid.Must(uuid.NewV7())
		row := textRow(k.text)
		maps.Copy(row, came(l.source))
		maps.Copy(row, store.Row{
			"id": k.made, "version": 1, "created_at": l.tx.Now(), "updated_at": l.tx.Now(), "business_unit_id": k.seat.unit, "seat_row_id": k.seat.id, "assigned": true,
			"enrollment_id": enrollment, "status": l.status(k), "authority": l.authority, "chain": k.chain, "places": 0, "revocation_error": "",
			"remind_at": nextReminder(l.tx.Now(), k.text.NotAfter),
		})
		rows = append(rows, row)
	}
	// In one order, so that two who add the same certificates wait for each other.
	slices.SortFunc(rows, func(a, b store.Row) int { return cmp.Compare(a["sha256"].(string), b["sha256"].(string)) })
	added, err := l.tx.Insert(ctx, audit.Certificate, "(business_unit_id, sha256)", rows)
	if err != nil {
		return err
	}
	if len(added) != len(rows) {
		return store.ErrAgain // somebody linked one of them meanwhile: look again
	}
	if err := l.tx.Apply(ctx, audit.Certificate, changes); err != nil {
		return err
	}
	for _, k := range links {
		l.tx.Record(audit.Entry{Action: audit.LinkCertificate, Resource: audit.Certificate, ID: k.made})
		count := l.after.certificates[k.seat.id]
		count.linked = true
		if l.status(k).Counts() {
			count.counting++
		}
		l.after.certificates[k.seat.id] = count
	}
	return l.settleReminders(ctx, links)
}

// settleReminders ends the reminders about the certificates whose valid successors
// were linked.
func (l *linking) settleReminders(ctx context.Context, links []*linkable) error {
	var replaced []uuid.UUID
	for _, k := range links {
		if k.replaces != nil && l.status(k).Counts() {
			replaced = append(replaced, *k.replaces)
		}
	}
	return remindNoMore(ctx, l.tx, replaced)
}
