package inventory

import (
	"context"
	"crypto/subtle"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"gatehouse/ent/generated/migrate"
	"gatehouse/internal/audit"
	"gatehouse/internal/issuer"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// judge is the transaction that judges the code, under the enrollment's lock, and
// claims the enrollment for the certificate authority. A wrong code is recorded and
// may lock. The right one gives its attempt back, also when the claim is refused for
// another reason.
func (r *redeeming) judge(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
	h, l, err := r.lock(ctx, tx)
	if err != nil {
		return store.Outcome{}, err
	}
	k, err := keptOf(ctx, tx, l.id)
	if err != nil {
		return store.Outcome{}, err
	}
	no := r.stillValid(k)
	if no == nil && r.link.method == lifecycle.EnrollmentCode {
		right, err := r.keys.Open(k.codeCipher, l.id, "code_cipher")
		if err != nil {
			return store.Outcome{}, fmt.Errorf("open the code of enrollment %s: %w", l.id, err)
		}
		if !sameCode(spelt(*r.in.Code, l.promise.CodeAlphabet), right) {
			return r.wrong(ctx, tx, h, l, k.allowed)
		}
	}
	if err := r.giveBack(ctx, tx); err != nil {
		return store.Outcome{}, err
	}
	item := store.Item{ID: r.link.one()}
	if no == nil {
		if no, err = r.claim(ctx, tx, l, k); err != nil {
			return store.Outcome{}, err
		}
	}
	if no != nil {
		item = h.refuse(tx, item, l, "", no)
	}
	return store.Outcome{Items: []store.Item{item}}, h.after.settle(ctx, tx)
}

// stillValid refuses a link that was replaced after it was followed.
func (r *redeeming) stillValid(k *kept) *refusal.Refusal {
	now := k.tokenHash
	if r.link.pickup {
		now = k.pickupHash
	}
	if subtle.ConstantTimeCompare(now, r.link.hash) != 1 {
		return noLink()
	}
	return nil
}

// claim decides, fixes what the certificate is to say, and writes both down with the
// job that asks the authority. The status stays: it is the authority's answer that
// changes it.
func (r *redeeming) claim(ctx context.Context, tx *store.Tx, l *locked, k *kept) (*refusal.Refusal, error) {
	if _, no := lifecycle.Decide(l.byEndUser(tx), lifecycle.ActRedeem); no != nil {
		return no, nil
	}
	if no, err := r.seatIsFull(ctx, tx, l); no != nil || err != nil {
		return no, err
	}
	csr, order, no, err := r.order(tx, l)
	if no != nil || err != nil {
		return no, err
	}
	if err := tx.Apply(ctx, audit.Enrollment, []store.Change{l.change(
		store.Row{"issuance": l.issuance, "issuance_since": k.issuanceSince, "issuance_reason": k.issuanceReason},
		store.Row{"issuance": lifecycle.IssuanceRequested, "issuance_since": tx.Now(), "issuance_reason": ""},
	)}); err != nil {
		return nil, err
	}
	tx.Record(audit.Entry{ID: l.id})
	one, authority := uuid.Must(uuid.NewV7()), authorityOf(l.promise, l.ca, l.method, l.seatType)
	if err := tx.Add(ctx, migrate.IssuancesTable, []store.Row{{
		"id": one, "enrollment_id": l.id, "business_unit_id": l.unit, "issuer": authority, "csr": csr.Raw,
		"wanted": order, "progress": nil, "status": issuanceRequested, "reason": "", "created_at": tx.Now(), "finished_at": nil,
	}}); err != nil {
		return nil, err
	}
	queue, kind := r.issuing, IssueJob
	if authority != lifecycle.IssuerBuiltIn {
		queue, kind = r.ordering, OrderJob
	}
	_, err = queue.Enqueue(ctx, tx, job.Work{Kind: kind, Payload: issueWork{Issuance: one}, BusinessUnit: l.unit, Tries: neverEnds})
	return nil, err
}

// seatIsFull refuses a certificate for a seat that has the one that it may have, or
// is about to.
func (r *redeeming) seatIsFull(ctx context.Context, tx *store.Tx, l *locked) (*refusal.Refusal, error) {
	if !l.holdsSeat() {
		return nil, fmt.Errorf("inventory: enrollment %s is %s without a live seat", l.id, l.status)
	}
	if no, err := issuingBeside(ctx, tx, l); no != nil || err != nil || l.seat.certificates == 0 || l.seatType.HoldsSeveral() {
		return no, err
	}
	held, err := holdings(ctx, tx, []uuid.UUID{l.seat.id})
	if err != nil {
		return nil, err
	}
	return hasCertificate(tx.Now(), l.seatType, l.seatID, held[l.seat.id], l.promise), nil
}

// order is what the authority will be asked for, and for which key.
func (r *redeeming) order(tx *store.Tx, l *locked) (*x509.CertificateRequest, issuer.Order, *refusal.Refusal, error) {
	csr, order := r.csr, issuer.Order{}
	if csr == nil {
		approved, err := keptCSR(r.link.csr)
		if err != nil {
			return nil, order, nil, fmt.Errorf("read the CSR of enrollment %s: %w", l.id, err)
		}
		csr = approved
	} else if no := checkKey(csr, l.promise); no != nil {
		return nil, order, no, nil
	}
	names := certificateNames{
		promise: l.promise, method: l.method, asked: r.link.names, csr: r.link.csr,
		holder: seatNames{seatType: l.seatType, id: l.seat.seatID, name: l.seat.name, email: l.seat.email},
	}
	subject, no := names.subject()
	if no == nil && l.method == lifecycle.ManualApproval && r.csr != nil {
		no = names.agree(csr, subject)
	}
	if no != nil {
		return nil, order, no, nil
	}
	others := names.alternative()
	order = issuer.Order{
		Subject: subject, DNSNames: others.DNSNames, EmailAddresses: others.EmailAddresses, IPAddresses: others.IPAddresses, URIs: others.URIs,
		KeyUsages: usages[lifecycle.KeyUsage](l.promise.KeyUsages), ExtendedKeyUsages: usages[lifecycle.ExtendedKeyUsage](l.promise.ExtendedKeyUsages), CSR: csr.Raw,
	}
	if len(order.ExtendedKeyUsages) == 0 {
		order.ExtendedKeyUsages = lifecycle.UsualExtendedKeyUsages(l.seatType)
	}
	kind := authorityOf(l.promise, l.ca, l.method, l.seatType)
	authority := r.issuers[kind]
	if authority == nil || r.issuing == nil || r.ordering == nil {
		return nil, order, refusal.New(refusal.InvalidState, "No certificate authority is set up for %s, so nothing can be issued now. The administrators of Gatehouse can set one up; the invitation stays as it is.", kind), nil
	}
	err := authority.Prepare(&order, tx.Now(), time.Duration(l.promise.ValiditySeconds)*time.Second)
	if no := refusal.Find(err); no != nil {
		return nil, order, no, nil
	}
	if no := (*issuer.No)(nil); errors.As(err, &no) {
		return nil, order, refusal.New(refusal.InvalidState, "%s", no.Reason), nil
	}
	return csr, order, nil, err
}

// usages are those that a promise names.
func usages[T ~string](names []string) []T {
	all := make([]T, len(names))
	for n, name := range names {
		all[n] = T(name)
	}
	return all
}
