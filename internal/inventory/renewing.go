package inventory

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
)

// renewing is one transaction's renewal of a certificate: the profile is held, the
// seat is locked, then the enrollments that stand in the way, then the certificate;
// then it is decided and written.
type renewing struct {
	i     *Inventory
	tx    *store.Tx
	in    RenewCertificateInput
	after *aftermath
	// comment is the one given, tidied, for the entries of what was refused.
	comment string
}

// predecessor is the certificate whose successor is asked for.
type predecessor struct {
	id, unit uuid.UUID
	// profile is that of the enrollment that it was issued for, enrolledSeat that
	// enrollment's seat, and seat the one that it is on: as read without a lock.
	profile, enrolledSeat, seat *uuid.UUID
	der                         []byte

	held   *profile.Held
	locked *lockedCertificate
}

// wayIn is how a successor's enrollment is made, by the profile's authentication
// method.
type wayIn interface {
	// look locks the enrollments that stand in the way, and writes down which of them
	// have expired.
	look(ctx context.Context) error
	// judge says what is wrong with what was given, or with the seat; nil: nothing is.
	judge(ctx context.Context) (*refusal.Refusal, error)
	// write makes the enrollment and settles the aftermath.
	write(ctx context.Context) (uuid.UUID, shownOnce, error)
}

// run makes the enrollment, or records why not.
func (r *renewing) run(ctx context.Context, sc scope.Scope) (store.Item, shownOnce, error) {
	item := store.Item{ID: r.in.ID}
	c, err := r.find(ctx, sc)
	if err != nil {
		return item, shownOnce{}, err
	}
	var no *refusal.Refusal
	if r.comment, no = text("comment", r.in.Comment, 0, 1000); no != nil {
		return item, shownOnce{}, no
	}
	if c == nil {
		no := missing("certificate", r.in.ID).At("id")
		return r.tx.Refuse(audit.Entry{ID: r.in.ID.UUID, Comment: r.comment}, item, no), shownOnce{}, nil
	}
	way, err := r.hold(ctx, sc, c)
	if err != nil {
		return item, shownOnce{}, err
	}
	no, err = r.decide(ctx, c, way)
	if err != nil {
		return item, shownOnce{}, err
	}
	if no != nil {
		item = r.tx.Refuse(audit.Entry{ID: c.id, BusinessUnit: c.unit, Comment: r.comment}, item, no)
		return item, shownOnce{}, r.after.settle(ctx, r.tx)
	}
	made, once, err := way.write(ctx)
	if err != nil {
		return item, shownOnce{}, err
	}
	item.Made = id.Of(id.Enrollment, made)
	r.tx.Record(audit.Entry{ID: c.id, BusinessUnit: c.unit, Comment: "By " + item.Made.String() + "."})
	return item, once, nil
}

// find reads the certificate, without a lock; nil when there is none for the viewer.
func (r *renewing) find(ctx context.Context, sc scope.Scope) (*predecessor, error) {
	found, err := readAll(ctx, r.tx, `SELECT c.id, c.business_unit_id, e.profile_id, c.seat_row_id, e.seat_row_id, c.der
FROM certificates c LEFT JOIN enrollments e ON e.id = c.enrollment_id WHERE c.id = ANY($1) AND `+scope.Condition("c.business_unit_id", 2),
		[]any{pq.Array(id.UUIDs(id.Certificate, []id.ID{r.in.ID})), sc.Arg()}, nil, func(c *predecessor) []any {
			return []any{&c.id, &c.unit, &c.profile, &c.seat, &c.enrolledSeat, &c.der}
		})
	if err != nil {
		return nil, fmt.Errorf("find certificate %s: %w", r.in.ID, err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	r.tx.In(found[0].unit)
	return found[0], nil
}

// hold holds the profile, and locks the seats and what stands on them. The way is
// nil where there is none, and the table of certificates says why: no enrollment led
// to the certificate, or the seat of that was deleted.
func (r *renewing) hold(ctx context.Context, sc scope.Scope, c *predecessor) (way wayIn, err error) {
	if c.profile != nil {
		if c.held, err = profile.Hold(ctx, r.tx, sc, id.Of(id.Profile, *c.profile)); err != nil {
			return nil, err
		}
	}
	var rows []uuid.UUID
	for _, seat := range []*uuid.UUID{c.seat, c.enrolledSeat} {
		if seat != nil {
			rows = append(rows, *seat)
		}
	}
	seats, err := lockedSeats(ctx, r.tx, "s.id = ANY($1)", pq.Array(rows))
	if err != nil {
		return nil, err
	}
	for _, s := range seats {
		if c.enrolledSeat != nil && s.id == *c.enrolledSeat && s.status != lifecycle.SeatDeleted && c.held != nil {
			way = r.way(c, s)
		}
	}
	if way != nil {
		if err := way.look(ctx); err != nil {
			return nil, err
		}
	}
	return way, r.lock(ctx, c, seats)
}

// lock locks the certificate, and writes down that it has expired where it has.
func (r *renewing) lock(ctx context.Context, c *predecessor, seats []*lockedSeat) error {
	held, err := lockCertificates(ctx, r.tx, "c.id = $1", c.id)
	if err != nil {
		return err
	}
	for _, l := range held {
		known := l.seat == nil
		for _, s := range seats {
			known = known || s.id == *l.seat
		}
		if !known {
			return store.ErrAgain // it got another seat after the seats were locked
		}
		c.locked = l
	}
	return expireCertificates(ctx, r.tx, held, func(l *lockedCertificate) { l.uncount(r.after) })
}

// way is how the successor's enrollment is made.
func (r *renewing) way(c *predecessor, s *lockedSeat) wayIn {
	if c.held.AuthenticationMethod == lifecycle.ManualApproval {
		return newRenewalRequest(r, c, s)
	}
	return newRenewalCode(r, c, s)
}

// decide says why the successor is not asked for: what the table says, then who has
// seen an earlier version, then what was given.
func (r *renewing) decide(ctx context.Context, c *predecessor, way wayIn) (*refusal.Refusal, error) {
	facts, err := renewalFacts(ctx, r.tx, []uuid.UUID{c.id}, r.tx.Now())
	if err != nil {
		return nil, err
	}
	f, own := facts[c.id], c.locked.facts(r.tx)
	f.Status, f.TimePassed, f.Permissions = own.Status, own.TimePassed, own.Permissions
	if _, no := lifecycle.DecideCertificate(f, lifecycle.CertificateActRenew); no != nil {
		return no, nil
	}
	if no := c.locked.changedSince(r.in.ExpectedVersion); no != nil {
		return no, nil
	}
	if way == nil {
		return nil, fmt.Errorf("inventory: certificate %s can be renewed, and there is no way to do it", c.id)
	}
	return way.judge(ctx)
}
