package inventory

import (
	"context"
	"time"

	"github.com/google/uuid"

	"gatehouse/ent/generated/migrate"
	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
)

// ApproveEnrollmentInput says which request to approve.
type ApproveEnrollmentInput struct {
	ID             id.ID
	Comment        *string
	IdempotencyKey *string
}

// ApproveEnrollmentsInput says which requests to approve.
type ApproveEnrollmentsInput struct {
	IDs            []id.ID
	Comment        *string
	IdempotencyKey *string
}

// Approve gives one of the approvals that a request's profile asks for. The
// last one links the request to its seat (which it makes, with a licence, where
// there is none), sets the time for pick-up, makes the secret that it takes and
// mails the link. Refused: NOT_FOUND, INVALID_STATE, OWN_REQUEST, ALREADY_DECIDED,
// ISSUING, NO_SEAT_LEFT, SEAT_HAS_CERTIFICATE; a request that is refused stays as
// it was.
func (i *Inventory) Approve(ctx context.Context, in ApproveEnrollmentInput) (*EnrollmentPayload, error) {
	out, err := i.approve(ctx, "approveEnrollment", in, in.IdempotencyKey, []id.ID{in.ID}, in.Comment)
	return i.enrollmentPayload(ctx, in.ID, out, err)
}

// ApproveMany approves up to 1,000 requests, each as Approve does; the licences
// that are left go to the first ones asked for.
func (i *Inventory) ApproveMany(ctx context.Context, in ApproveEnrollmentsInput) (*EnrollmentsPayload, error) {
	out, err := i.approve(ctx, "approveEnrollments", in, in.IdempotencyKey, in.IDs, in.Comment)
	return i.enrollmentsPayload(ctx, out, err)
}

func (i *Inventory) approve(ctx context.Context, mutation string, in any, key *string, ids []id.ID, comment *string) (store.Outcome, error) {
	s, err := i.sightOf(ctx)
	if err != nil {
		return store.Outcome{}, err
	}
	cause := store.Cause{Mutation: mutation, Action: audit.Approve, Resource: audit.Enrollment, ID: only(ids), Key: key, Input: in}
	return i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		if no := several(ids); no != nil {
			return store.Outcome{}, no
		}
		items, _, err := i.approveThem(ctx, tx, s, ids, comment, nil)
		return store.Outcome{Items: items}, err
	})
}

// approveThem is what approving does in its transaction, whether for a call or for a
// batch of a job. Of a dry run's batch, spoken are the licences that the batches
// before it would have taken: they are not there for this one. It returns how many it
// has taken itself. A refusal as its error is about the comment.
func (i *Inventory) approveThem(ctx context.Context, tx *store.Tx, s sight, ids []id.ID, comment *string, spoken map[licence.Pool]int) ([]store.Item, map[licence.Pool]int, error) {
	why, no := text("comment", comment, 0, 1000)
	if no != nil {
		return nil, nil, no
	}
	h, err := i.lockEnrollments(ctx, tx, s, ids)
	if err != nil {
		return nil, nil, err
	}
	a := approving{hold: h, keys: i.keys, tx: tx, comment: why, spoken: spoken, took: map[licence.Pool]int{}}
	items, err := a.run(ctx)
	return items, a.took, err
}

// approving is one transaction's approvals.
type approving struct {
	*hold
	keys    *sealed.Keys
	tx      *store.Tx
	comment string
	yes     []*approval
	// spoken are the licences that are not there for these approvals although nobody
	// has them yet, and took those that went to their seats.
	spoken, took map[licence.Pool]int
}

// approval is one request that may be approved, and what becomes of it.
type approval struct {
	n    int
	l    *locked
	to   lifecycle.Status
	seat *uuid.UUID
	made bool
	no   *refusal.Refusal
}

// run decides, finds or makes the seats, and writes the winners.
func (a *approving) run(ctx context.Context) ([]store.Item, error) {
	items := a.decide(a.tx, lifecycle.ActApprove, a.comment, func(n int, l *locked, to lifecycle.Status) *refusal.Refusal {
		a.yes = append(a.yes, &approval{n: n, l: l, to: to, seat: l.seatRow, made: l.madeSeat})
		return nil
	})
	if err := a.checkCertificates(ctx); err != nil {
		return nil, err
	}
	if err := a.seatThem(ctx); err != nil {
		return nil, err
	}
	winners := make([]*approval, 0, len(a.yes))
	for _, y := range a.yes {
		if y.no != nil {
			items[y.n] = a.refuse(a.tx, items[y.n], y.l, a.comment, y.no)
		} else {
			winners = append(winners, y)
		}
	}
	if err := a.write(ctx, winners); err != nil {
		return nil, err
	}
	return items, a.after.settle(ctx, a.tx)
}

// write keeps the decisions and changes the requests, each by one statement.
func (a *approving) write(ctx context.Context, winners []*approval) error {
	decisions, changes := make([]store.Row, len(winners)), make([]store.Change, len(winners))
	for n, y := range winners {
		decisions[n] = decision(a.tx, y.l, lifecycle.DecisionApproved, a.comment)
		before := store.Row{"status": y.l.status, "approvals": y.l.approvals, "expires_at": y.l.expiresAt, "seat_row_id": y.l.seatRow, "made_seat": y.l.madeSeat}
		after := store.Row{"status": y.to, "approvals": y.l.approvals + 1, "expires_at": y.l.expiresAt, "seat_row_id": y.seat, "made_seat": y.made, "pickup_cipher": nil, "pickup_hash": nil}
		if y.to == lifecycle.Approved {
			link, err := sealSecret(a.keys, y.l.id, "pickup_cipher")
			if err != nil {
				return err
			}
			after["pickup_cipher"], after["pickup_hash"] = link.cipher, link.hash
			after["expires_at"] = a.tx.Now().Add(time.Duration(y.l.promise.PickupSeconds) * time.Second)
			a.after.mail(a.tx, lifecycle.MailApproved, y.l.id, y.l.unit, y.l.holder())
		}
		changes[n] = y.l.change(before, after)
	}
	if err := a.tx.Add(ctx, migrate.ApprovalsTable, decisions); err != nil {
		return err
	}
	if err := a.tx.Apply(ctx, audit.Enrollment, changes); err != nil {
		return err
	}
	for _, y := range winners {
		a.tx.Record(audit.Entry{ID: y.l.id, Comment: a.comment})
	}
	return nil
}

// decision is the row of what the viewer decided.
func decision(tx *store.Tx, l *locked, d lifecycle.Decision, comment string) store.Row {
	v := tx.Viewer()
	return store.Row{
		"id": uuid.Must(uuid.NewV7()), "enrollment_id": l.id, "business_unit_id": l.unit, "round": l.round, "decision": d,
		"issuer": v.Issuer, "subject": v.Subject, "name": v.Name, "comment": comment, "decided_at": tx.Now(),
	}
}
