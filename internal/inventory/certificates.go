package inventory

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
)

// lockedCertificate is a certificate under this transaction's lock. Its status
// is the effective one: what had expired has been written down before anybody
// decides.
type lockedCertificate struct {
	id, unit   uuid.UUID
	seat       *uuid.UUID
	enrollment *uuid.UUID
	status     lifecycle.CertificateStatus
	sha256     string
	notAfter   time.Time
	version    int
	// read is the version that others have seen: before this transaction has written
	// down that it has expired.
	read int
	// authority is which one was asked for it from here; nil: none was.
	authority *lifecycle.Issuer
	// authorityKey is the hex of its issuer's key identifier; empty where it has none,
	// and while its bytes were not read (unread).
	authorityKey string
	unread       bool
	suspendedAt  *time.Time
	// issued, imported and discovered say in which ways it came.
	issued, imported, discovered bool
}

// due reports whether the certificate counts as written and its time has passed.
func (c *lockedCertificate) due(now time.Time) bool {
	return c.status.Counts() && !now.Before(c.notAfter)
}

// change begins a change of the certificate.
func (c *lockedCertificate) change(before, after store.Row) store.Change {
	return store.Change{ID: c.id, BusinessUnit: c.unit, Version: c.version, Before: before, After: after}
}

// changedSince is the no to somebody who has seen an earlier version; nil when the
// certificate is as it was, or when they do not say which. That it has expired
// before the eyes of everybody, and this transaction has only written that down,
// is no change.
func (c *lockedCertificate) changedSince(expected *int) *refusal.Refusal {
	if expected == nil || *expected == c.version || *expected == c.read {
		return nil
	}
	return refusal.New(refusal.Conflict, "The certificate was changed by somebody else (version %d, you sent %d); read it again.", c.version, *expected).At("expectedVersion")
}

// facts are what a viewer's actions are decided by, but for what concerns its
// successor (renewalFacts).
func (c *lockedCertificate) facts(tx *store.Tx) lifecycle.CertificateFacts {
	f := lifecycle.CertificateFacts{
		Status: c.status, TimePassed: !tx.Now().Before(c.notAfter), Enrolled: c.enrollment != nil, Permissions: tx.Viewer().Permissions,
	}
	if c.authority != nil {
		f.Authority = *c.authority
	}
	return f
}

// uncount takes the certificate off its seat's count, if it counts there.
func (c *lockedCertificate) uncount(a *aftermath) {
	if c.seat != nil && c.status.Counts() {
		a.countCertificates(*c.seat, -1)
	}
}

// lockCertificates locks certificates in the order of their ids. Their seats are
// locked already.
func lockCertificates(ctx context.Context, tx *store.Tx, where string, args ...any) ([]*lockedCertificate, error) {
	found, err := readAll(ctx, tx, `SELECT c.id, c.business_unit_id, c.seat_row_id, c.enrollment_id, c.status, c.sha256, c.not_after, c.version, c.version,
c.authority, c.authority_key_id, c.read_as = 0, c.suspended_at, c.issued, c.imported, c.discovered FROM certificates c WHERE `+where+` ORDER BY c.id FOR UPDATE`, args, nil, func(c *lockedCertificate) []any {
		return []any{&c.id, &c.unit, &c.seat, &c.enrollment, &c.status, &c.sha256, &c.notAfter, &c.version, &c.read, &c.authority, &c.authorityKey, &c.unread, &c.suspendedAt, &c.issued, &c.imported, &c.discovered}
	})
	if err != nil {
		return nil, fmt.Errorf("lock certificates: %w", err)
	}
	return found, nil
}

// expireCertificates moves to EXPIRED those of the locked certificates whose time
// has passed, each with an entry of the system. Whether their seats' counts move
// with them is said by count: not where the seat is about to be deleted.
func expireCertificates(ctx context.Context, tx *store.Tx, all []*lockedCertificate, count func(*lockedCertificate)) error {
	var due []*lockedCertificate
	var changes []store.Change
	for _, c := range all {
		if !c.due(tx.Now()) {
			continue
		}
		f := c.facts(tx)
		f.By, f.Permissions = lifecycle.BySystem, 0
		to, no := lifecycle.DecideCertificate(f, lifecycle.CertificateActExpire)
		if no != nil {
			return fmt.Errorf("expire certificate %s: %w", c.id, no)
		}
		due = append(due, c)
		changes = append(changes, c.change(store.Row{"status": c.status}, store.Row{"status": to}))
	}
	if err := tx.Apply(ctx, audit.Certificate, changes); err != nil {
		return err
	}
	for _, c := range due {
		tx.RecordSystem(audit.Entry{Action: audit.Expire, Resource: audit.Certificate, ID: c.id})
		count(c)
		c.status = lifecycle.CertificateExpired
		c.version++
	}
	return nil
}

// certificateHold is the certificates of one transaction, in the order asked, and
// their seats.
type certificateHold struct {
	tx    *store.Tx
	asked []id.ID
	byID  map[id.ID]*lockedCertificate
	// expired are those whose expiry this transaction has written down.
	expired []*lockedCertificate
	after   *aftermath
}

// holdCertificates locks the seats of the certificates with these ids and then
// the certificates, each in the order of their ids, as far as they lie in the
// scope, and writes down which of them have expired. An id that is not there for
// the viewer has no entry in byID. A certificate that changes its seat meanwhile
// is noticed: then the transaction looks again.
func (i *Inventory) holdCertificates(ctx context.Context, tx *store.Tx, sc scope.Scope, ids []id.ID) (*certificateHold, error) {
	h := &certificateHold{tx: tx, asked: eachOnce(ids), byID: map[id.ID]*lockedCertificate{}, after: i.newAftermath()}
	type row struct {
		id   uuid.UUID
		seat *uuid.UUID
	}
	found, err := readAll(ctx, tx, "SELECT c.id, c.seat_row_id FROM certificates c WHERE c.id = ANY($1) AND "+scope.Condition("c.business_unit_id", 2),
		[]any{pq.Array(id.UUIDs(id.Certificate, h.asked)), sc.Arg()}, nil, func(r *row) []any { return []any{&r.id, &r.seat} })
	if err != nil {
		return nil, fmt.Errorf("find certificates: %w", err)
	}
	rows, seats := make([]uuid.UUID, len(found)), make(map[uuid.UUID]bool, len(found))
	var of []uuid.UUID
	for n, r := range found {
		rows[n] = r.id
		if r.seat != nil && !seats[*r.seat] {
			seats[*r.seat] = true
			of = append(of, *r.seat)
		}
	}
	if _, err := lockedSeats(ctx, tx, "s.id = ANY($1)", pq.Array(of)); err != nil {
		return nil, err
	}
	held, err := lockCertificates(ctx, tx, "c.id = ANY($1)", pq.Array(rows))
	if err != nil {
		return nil, err
	}
	for _, c := range held {
		if c.seat != nil && !seats[*c.seat] {
			return nil, store.ErrAgain // it got its seat after the seats were locked
		}
		h.byID[id.Of(id.Certificate, c.id)] = c
	}
	return h, expireCertificates(ctx, tx, held, func(c *lockedCertificate) {
		h.expired = append(h.expired, c)
		c.uncount(h.after)
	})
}

// decide decides an act for each certificate in the order asked. One that is not
// there or is refused is recorded and gets its refusal.
func (h *certificateHold) decide(comment string, act func(*lockedCertificate) *refusal.Refusal) []store.Item {
	items := make([]store.Item, len(h.asked))
	for n, one := range h.asked {
		items[n] = store.Item{ID: one}
		c := h.byID[one]
		if c == nil {
			items[n] = h.tx.Refuse(audit.Entry{ID: one.UUID, Comment: comment}, items[n], missing("certificate", one))
		} else if no := act(c); no != nil {
			items[n] = h.tx.Refuse(audit.Entry{ID: c.id, BusinessUnit: c.unit, Comment: comment}, items[n], no)
		}
	}
	return items
}

// eachOnce is ids without repeats, in order.
func eachOnce(ids []id.ID) []id.ID {
	seen := make(map[id.ID]bool, len(ids))
	out := make([]id.ID, 0, len(ids))
	for _, one := range ids {
		if !seen[one] {
			seen[one] = true
			out = append(out, one)
		}
	}
	return out
}
