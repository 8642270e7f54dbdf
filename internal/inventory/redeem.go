package inventory

import (
	"context"
	"crypto/x509"
	"strings"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// RedeemEnrollmentInput is what the invited person has.
type RedeemEnrollmentInput struct {
	Token          string
	Code           *string
	Csr            *string
	IdempotencyKey *string
}

// RedeemPayload is what came of redeeming.
type RedeemPayload struct {
	// Invitation is where it stands now; nil for NOT_FOUND.
	Invitation *Invitation
	UserErrors []*refusal.Refusal
	Replayed   bool
}

// judging is how long an attempt may take that its caller does not wait for.
const judging = 30 * time.Second

// Redeem has the certificate issued to whoever holds the link, and the code where
// one was given out; nobody is signed in, and who is counts for nothing.
//
// What the link leads to and what has the wrong form costs nothing. Then an attempt
// is taken and committed (takeAttempt), the code is judged, and the right one claims
// the enrollment for the certificate authority (judge), which is asked by a job. From
// the start, nothing of it ends with the caller: who hangs up at once has had the
// attempt all the same. Last, the authority is waited for, for a while, as long as
// the caller does.
//
// Refused: NOT_FOUND (the link), WRONG_METHOD (this link redeems nothing), INVALID
// (no code; a CSR too many or too few), INVALID_CSR, ISSUING, INVALID_STATE,
// WRONG_CODE, KEY_NOT_ALLOWED, NAME_NOT_ALLOWED, NAMES_DIFFER, SEAT_HAS_CERTIFICATE.
func (i *Inventory) Redeem(ctx context.Context, in RedeemEnrollmentInput) (*RedeemPayload, error) {
	ctx = i.store.Pin(ctx)
	heard, end := context.WithTimeout(context.WithoutCancel(ctx), judging)
	defer end()
	link, err := i.follow(heard, in.Token)
	if err != nil {
		return nil, err
	}
	if link == nil {
		out, err := i.refuseLink(heard)
		return &RedeemPayload{UserErrors: errorsOf(out.Why())}, err
	}
	r, err := i.redeeming(link, in)
	if err != nil {
		return nil, err
	}
	out, err := r.run(heard)
	if err == nil && len(out.Why()) == 0 {
		err = i.awaitAuthority(ctx, link.id)
	}
	if err != nil {
		return nil, err
	}
	p := &RedeemPayload{UserErrors: errorsOf(out.Why()), Replayed: out.Replayed}
	p.Invitation, err = i.Invitation(ctx, in.Token)
	return p, err
}

// redeems is the cause of every transaction of a redemption.
var redeems = store.Cause{Mutation: "redeemEnrollment", Action: audit.Redeem, Resource: audit.Enrollment}

// refuseLink audits an attempt with a link that leads nowhere.
func (i *Inventory) refuseLink(ctx context.Context) (store.Outcome, error) {
	return i.store.Do(viewer.With(ctx, viewer.TheEndUser("")), redeems, func(context.Context, *store.Tx) (store.Outcome, error) {
		return store.Outcome{}, noLink()
	})
}

// redeeming is one attempt to redeem what a link leads to.
type redeeming struct {
	*Inventory
	link  *byLink
	in    RedeemEnrollmentInput
	cause store.Cause
	// csr is the one given, once it was read; nil when none was.
	csr *x509.CertificateRequest
}

// redeeming begins an attempt. Of what was given, an idempotency key remembers
// fingerprints: whoever reads the database learns no code from them.
func (i *Inventory) redeeming(link *byLink, in RedeemEnrollmentInput) (*redeeming, error) {
	var marks [3]string
	for n, given := range []*string{&in.Token, in.Code, in.Csr} {
		if given == nil {
			continue
		}
		mark, err := i.keys.Fingerprint(*given)
		if err != nil {
			return nil, err
		}
		marks[n] = mark
	}
	cause := redeems
	cause.ID, cause.Key, cause.Input = link.id, in.IdempotencyKey, marks
	return &redeeming{Inventory: i, link: link, in: in, cause: cause}, nil
}

// run is the attempt, but for the authority's answer.
func (r *redeeming) run(ctx context.Context) (store.Outcome, error) {
	ctx = viewer.With(ctx, viewer.TheEndUser(r.link.one().String()))
	// A repeat is answered before it costs an attempt.
	earlier, err := r.store.Earlier(ctx, r.cause)
	if no := refusal.Find(err); no != nil {
		r.cause.Key = nil
		return r.refuse(ctx, no)
	}
	if err != nil {
		return store.Outcome{}, err
	}
	if earlier != nil {
		return *earlier, nil
	}
	if no := r.check(); no != nil {
		return r.refuse(ctx, no)
	}
	if r.link.method != lifecycle.EnrollmentCode {
		return r.store.Do(ctx, r.cause, r.judge)
	}
	no, err := r.takeAttempt(ctx)
	if err != nil {
		return store.Outcome{}, err
	}
	if no != nil {
		return r.refuse(ctx, no)
	}
	out, err := r.store.Do(ctx, r.cause, r.judge)
	if err == nil && out.Replayed { // the same call at the same moment was faster, and this one compared nothing
		err = r.neverJudged(ctx)
	}
	return out, err
}

// refuse audits that the attempt was refused, and keeps that under the caller's key.
func (r *redeeming) refuse(ctx context.Context, no *refusal.Refusal) (store.Outcome, error) {
	return r.store.Do(ctx, r.cause, func(_ context.Context, tx *store.Tx) (store.Outcome, error) {
		item := tx.Refuse(audit.Entry{ID: r.link.id, BusinessUnit: r.link.unit}, store.Item{ID: r.link.one()}, no)
		return store.Outcome{Items: []store.Item{item}}, nil
	})
}

// check refuses what cannot come to anything whatever the code is, by what never
// changes about the enrollment.
func (r *redeeming) check() (no *refusal.Refusal) {
	switch {
	case r.link.authority() == lifecycle.IssuerExternal:
		return refusal.New(refusal.WrongMethod, "This certificate is issued elsewhere, so there is nothing to redeem; it will appear behind this link.").At("token")
	case !r.link.redeems():
		return refusal.New(refusal.WrongMethod, "This link shows where the request stands; the link to pick the certificate up comes by mail once it is approved.").At("token")
	case r.link.method == lifecycle.EnrollmentCode && (r.in.Code == nil || strings.TrimSpace(*r.in.Code) == ""):
		return refusal.New(refusal.Invalid, "The enrollment code is missing. Give the one that came with the invitation.").At("code")
	case r.link.needsCSR() && r.in.Csr == nil:
		return refusal.New(refusal.Invalid, "A certificate request is missing: a PKCS#10 request in PEM; openssl req -new writes one.").At("csr")
	case !r.link.needsCSR() && r.in.Csr != nil:
		return refusal.New(refusal.Invalid, "The certificate request came with the request that was approved; leave the csr out.").At("csr")
	}
	if r.in.Csr != nil {
		r.csr, no = parseCSR(*r.in.Csr)
	}
	return no
}
