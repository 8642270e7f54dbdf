package inventory

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// AttachCertificateInput is a certificate that was issued elsewhere, and the
// request that it closes.
type AttachCertificateInput struct {
	ID              id.ID
	Certificate     string
	Comment         *string
	ExpectedVersion *int
	IdempotencyKey  *string
}

// AttachCertificate closes an approved request with a certificate that was issued
// elsewhere, and puts it on the seat, which is consumed with it. Its key must be
// the one of the CSR that the approvers saw; what else it says is its authority's
// to answer for. Refused: NOT_FOUND, INVALID, CONFLICT, WRONG_METHOD, ISSUING,
// INVALID_STATE, KEY_MISMATCH, DUPLICATE, SEAT_HAS_CERTIFICATE; the request then
// stays as it was.
func (i *Inventory) AttachCertificate(ctx context.Context, in AttachCertificateInput) (*EnrollmentPayload, error) {
	s, err := i.sightOf(ctx)
	if err != nil {
		return nil, err
	}
	cause := store.Cause{Mutation: "attachCertificate", Action: audit.AttachCertificate, Resource: audit.Enrollment, ID: in.ID.UUID, Key: in.IdempotencyKey, Input: in}
	out, err := i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		comment, no := text("comment", in.Comment, 0, 1000)
		if no != nil {
			return store.Outcome{}, no
		}
		given, no := readAttached(in.Certificate, tx.Now())
		if no != nil {
			return store.Outcome{}, no.At("certificate")
		}
		gone, err := lockGone(ctx, tx, in.ID, given.text.SHA256)
		if err != nil {
			return store.Outcome{}, err
		}
		h, err := i.lockEnrollments(ctx, tx, s, []id.ID{in.ID})
		if err != nil {
			return store.Outcome{}, err
		}
		a := attaching{hold: h, tx: tx, given: given, gone: gone, comment: comment}
		if a.csr, err = csrOf(ctx, tx, h.byID[in.ID]); err != nil {
			return store.Outcome{}, err
		}
		items, err := a.run(ctx, in.ExpectedVersion)
		return store.Outcome{Items: items}, err
	})
	return i.enrollmentPayload(ctx, in.ID, out, err)
}

// attaching is one transaction's certificate on its way to a request.
type attaching struct {
	*hold
	tx      *store.Tx
	given   attached
	gone    map[uuid.UUID]bool
	csr     string
	comment string
}

// run decides, links the certificate and closes the request.
func (a *attaching) run(ctx context.Context, expected *int) ([]store.Item, error) {
	var won *locked
	var to lifecycle.Status
	items := a.decide(a.tx, lifecycle.ActAttachCertificate, a.comment, func(_ int, l *locked, status lifecycle.Status) *refusal.Refusal {
		if no := l.changedSince(expected); no != nil {
			return no
		}
		if no := a.given.fits(l, a.csr); no != nil {
			return no.At("certificate")
		}
		won, to = l, status
		return nil
	})
	if won != nil {
		no, err := a.link(ctx, won)
		if err != nil {
			return nil, err
		}
		if no != nil {
			items[0] = a.refuse(a.tx, store.Item{ID: items[0].ID}, won, a.comment, no)
		} else if err := a.close(ctx, won, to); err != nil {
			return nil, err
		}
	}
	return items, a.after.settle(ctx, a.tx)
}

// link puts the certificate on the request's seat.
func (a *attaching) link(ctx context.Context, l *locked) (*refusal.Refusal, error) {
	if !l.holdsSeat() {
		return nil, fmt.Errorf("inventory: enrollment %s is approved and has no live seat", l.id)
	}
	if no, err := issuingBeside(ctx, a.tx, l); no != nil || err != nil {
		return no, err
	}
	one := id.Of(id.Enrollment, l.id)
	k := &linkable{seat: l.seat, enrollment: &one, text: a.given.text, chain: a.given.chain, valid: true}
	linking := linking{tx: a.tx, after: a.after, source: lifecycle.SourceIssued, gone: a.gone}
	if err := linking.run(ctx, []*linkable{k}); err != nil || k.no == nil {
		return nil, err
	}
	switch {
	case k.no.Code == refusal.Duplicate:
		return refusal.New(refusal.Duplicate, "This certificate is on a seat of this business unit already. Attach the one that was issued for this request; where this is the one, and was found or brought in before, delete that seat first.").At("certificate"), nil
	case len(k.no.Field) > 0 && k.no.Field[len(k.no.Field)-1] == "der":
		return k.no.At("certificate"), nil
	}
	return refusal.New(k.no.Code, "%s", k.no.Message), nil // about the seat, which no field of this input names
}

// close writes that the request is redeemed. What a certificate authority said
// about it before counts no more.
func (a *attaching) close(ctx context.Context, l *locked, to lifecycle.Status) error {
	var issuance any
	if l.issuance != nil {
		issuance = string(*l.issuance)
	}
	err := a.tx.Apply(ctx, audit.Enrollment, []store.Change{l.change(
		store.Row{"status": l.status, "issuance": issuance, "issuance_since": nil, "issuance_reason": ""},
		store.Row{"status": to, "issuance": nil, "issuance_since": nil, "issuance_reason": ""},
	)})
	if err != nil {
		return err
	}
	a.tx.Record(audit.Entry{ID: l.id, Comment: a.comment})
	a.after.active[l.seat.id]--
	return nil
}

// csrOf is the CSR that came with a locked request; empty when none did.
func csrOf(ctx context.Context, tx *store.Tx, l *locked) (string, error) {
	if l == nil {
		return "", nil
	}
	type row struct {
		id  uuid.UUID
		csr string
	}
	found, err := readAll(ctx, tx, "SELECT e.id, e.csr FROM enrollments e WHERE e.id = $1", []any{l.id}, nil, func(r *row) []any { return []any{&r.id, &r.csr} })
	if err != nil {
		return "", fmt.Errorf("read the CSR of enrollment %s: %w", l.id, err)
	}
	return found[0].csr, nil // the row is locked
}
