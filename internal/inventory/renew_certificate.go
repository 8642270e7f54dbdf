package inventory

import (
	"context"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// RenewCertificateInput says whose successor to ask for.
type RenewCertificateInput struct {
	ID              id.ID
	ExpectedVersion *int
	Code            *string
	Email           *string
	ExpiresAt       *time.Time
	Csr             *string
	Comment         *string
	IdempotencyKey  *string
}

// RenewCertificatePayload is what came of asking for a successor.
type RenewCertificatePayload struct {
	Certificate *Certificate
	Enrollment  *Enrollment
	// Code and EnrollmentURL are shown this once, as in an EnrollSeatPayload.
	Code          *string
	EnrollmentURL *string
	UserErrors    []*refusal.Refusal
	Replayed      bool
}

// RenewCertificate asks for the successor of a certificate that was issued for an
// enrollment: it makes another enrollment of the same seat under the same profile,
// whose present rules it is promised. It is asked for within the profile's present
// renewal window before the certificate's end, and once at a time. Under codes the
// seat is enrolled, as EnrollSeat does; under manual approval the viewer requests it,
// as Request does, and so is not among those who may approve it: with the names of
// the certificate where the key is made at pick-up, otherwise with those of a CSR.
//
// The certificate itself stays as it is, until its end: the seat holds both from the
// issuing of the successor on, and is consumed once. Two entries tell of it, one on
// the enrollment, and one on the certificate that says which enrollment that is.
//
// Refused: NOT_FOUND, what the table of certificates says (INVALID_STATE,
// ISSUED_ELSEWHERE, SEAT_DELETED, ALREADY_REPLACED, PROFILE_ARCHIVED,
// SEAT_HAS_CERTIFICATE, OUTSIDE_RENEWAL_WINDOW, ACTIVE_ENROLLMENT_EXISTS), CONFLICT,
// WRONG_METHOD (what was given belongs to the other authentication method), INVALID,
// INVALID_CSR, KEY_NOT_ALLOWED, NAME_NOT_ALLOWED.
func (i *Inventory) RenewCertificate(ctx context.Context, in RenewCertificateInput) (*RenewCertificatePayload, error) {
	sc, err := i.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	hashed := in
	if hashed.Code, err = i.recognisable(in.Code); err != nil {
		return nil, err
	}
	// What is shown once leaves the transaction beside its outcome, which is remembered
	// and must not have it: under the enrollment that it belongs to, so that one whose
	// transaction was run again is never shown.
	shown := map[id.ID]shownOnce{}
	cause := store.Cause{Mutation: "renewCertificate", Action: audit.RenewCertificate, Resource: audit.Certificate, ID: in.ID.UUID, Key: in.IdempotencyKey, Input: hashed}
	out, err := i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		r := &renewing{i: i, tx: tx, in: in, after: i.newAftermath()}
		item, once, err := r.run(ctx, sc)
		if err != nil {
			return store.Outcome{}, err
		}
		shown[item.Made] = once
		return store.Outcome{Items: []store.Item{item}}, nil
	})
	if err != nil {
		return nil, err
	}
	if out.Replayed {
		shown = nil
	}
	return i.renewed(ctx, in.ID, out, shown)
}

// renewed shows the certificate and the enrollment as they now are, with the viewer's
// present rights.
func (i *Inventory) renewed(ctx context.Context, asked id.ID, out store.Outcome, shown map[id.ID]shownOnce) (*RenewCertificatePayload, error) {
	p := &RenewCertificatePayload{UserErrors: errorsOf(out.Why()), Replayed: out.Replayed}
	certificates, err := i.CertificatesByID(ctx, []id.ID{asked}, nil)
	if err != nil {
		return nil, err
	}
	p.Certificate = certificates[asked]
	for _, item := range out.Items {
		if item.Made.IsZero() {
			continue
		}
		enrollments, err := i.EnrollmentsByID(ctx, []id.ID{item.Made}, nil)
		if err != nil {
			return nil, err
		}
		once := shown[item.Made]
		p.Enrollment, p.Code, p.EnrollmentURL = enrollments[item.Made], orNil(once.code), orNil(once.link)
	}
	return p, nil
}
