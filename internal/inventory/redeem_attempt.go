package inventory

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
)

// judgesLife is after how long nobody is judging an attempt any more: whoever took
// it has ended without a word, and the lock that was due is written by the next.
const judgesLife = time.Minute

// takeAttempt takes one of the attempts that the enrollment allows, in a transaction
// of its own: committed before the code is looked at, it counts whatever becomes of
// the process or the caller, and however many others try at the same moment. The
// guarded update is what decides; without a row all attempts are taken, the
// enrollment is as good as locked, and nothing is compared.
//
// What had expired is written down first. The refusal is for the caller to record.
func (r *redeeming) takeAttempt(ctx context.Context) (no *refusal.Refusal, err error) {
	cause := redeems
	cause.ID = r.link.id
	_, err = r.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		h, l, err := r.lock(ctx, tx)
		if err != nil {
			return store.Outcome{}, err
		}
		if _, no = lifecycle.Decide(l.byEndUser(tx), lifecycle.ActRedeem); no != nil {
			return store.Outcome{}, h.after.settle(ctx, tx)
		}
		taken, err := guarded(ctx, tx, `UPDATE enrollments SET attempts = attempts + 1, attempted_at = $2
WHERE id = $1 AND status = 'CREATED' AND attempts < allowed_attempts RETURNING id`, l.id, tx.Now())
		if err != nil {
			return store.Outcome{}, fmt.Errorf("take an attempt at enrollment %s: %w", l.id, err)
		}
		if !taken {
			f := l.byEndUser(tx)
			f.Status = lifecycle.Locked
			_, no = lifecycle.Decide(f, lifecycle.ActRedeem)
			kept, err := keptOf(ctx, tx, l.id)
			if err != nil {
				return store.Outcome{}, err
			}
			if kept.attemptedAt == nil || tx.Now().Sub(*kept.attemptedAt) > judgesLife {
				if err := h.lockOut(ctx, tx, l); err != nil {
					return store.Outcome{}, err
				}
			}
		}
		return store.Outcome{}, h.after.settle(ctx, tx)
	})
	return no, err
}

// lock locks the enrollment and its seat. The link has shown that the caller may.
func (r *redeeming) lock(ctx context.Context, tx *store.Tx) (*hold, *locked, error) {
	return r.lockOne(ctx, tx, r.link.one())
}

// lockOne locks one enrollment for those whom no business units bound: the holder
// of its link, and the server itself.
func (i *Inventory) lockOne(ctx context.Context, tx *store.Tx, one id.ID) (*hold, *locked, error) {
	h, err := i.lockEnrollments(ctx, tx, sight{scope: scope.Scope{All: true}, all: true}, []id.ID{one})
	if err != nil {
		return nil, nil, err
	}
	l := h.byID[one]
	if l == nil {
		return nil, nil, fmt.Errorf("inventory: enrollment %s is not there any more", one)
	}
	return h, l, nil
}

// byEndUser are the facts for the invited person.
func (l *locked) byEndUser(tx *store.Tx) lifecycle.EnrollmentFacts {
	f := l.facts(tx)
	f.By = lifecycle.ByEndUser
	return f
}

// kept is what an enrollment keeps for its redemption.
type kept struct {
	tokenHash, pickupHash, codeCipher []byte
	allowed                           int
	attemptedAt, issuanceSince        *time.Time
	issuanceReason                    string
}

// keptOf reads it, under the enrollment's lock.
func keptOf(ctx context.Context, tx *store.Tx, row uuid.UUID) (*kept, error) {
	found, err := readAll(ctx, tx, `SELECT e.token_hash, e.pickup_hash, e.code_cipher, e.allowed_attempts, e.attempted_at, e.issuance_since, e.issuance_reason
FROM enrollments e WHERE e.id = $1`, []any{row}, nil, func(k *kept) []any {
		return []any{&k.tokenHash, &k.pickupHash, &k.codeCipher, &k.allowed, &k.attemptedAt, &k.issuanceSince, &k.issuanceReason}
	})
	if err != nil || len(found) == 0 {
		return nil, fmt.Errorf("read what enrollment %s keeps: %w", row, err)
	}
	return found[0], nil
}

// sameCode compares codes in a time that tells nothing of how much of them agrees.
func sameCode(given, right string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(right))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// wrong records a wrong code; the last one that is allowed locks.
func (r *redeeming) wrong(ctx context.Context, tx *store.Tx, h *hold, l *locked, allowed int) (store.Outcome, error) {
	left, sentence := max(0, allowed-l.attempts), "It was the last attempt: the enrollment is locked. Ask whoever invited you to unlock it."
	switch {
	case left == 1:
		sentence = "1 attempt is left."
	case left > 1:
		sentence = fmt.Sprintf("%d attempts are left.", left)
	}
	no := refusal.New(refusal.WrongCode, "This is not the code of the invitation. %s", sentence).At("code")
	item := h.refuse(tx, store.Item{ID: r.link.one()}, l, "", no)
	if left == 0 {
		if err := h.lockOut(ctx, tx, l); err != nil {
			return store.Outcome{}, err
		}
	}
	return store.Outcome{Items: []store.Item{item}}, h.after.settle(ctx, tx)
}

// lockOut locks the enrollment where the table lets it (not one that another has
// locked, nor while a certificate authority is at work), and mails the managers.
// Its seat goes on counting it: LOCKED is active.
func (h *hold) lockOut(ctx context.Context, tx *store.Tx, l *locked) error {
	to, no := lifecycle.Decide(l.byEndUser(tx), lifecycle.ActLock)
	if no != nil {
		return nil
	}
	if err := tx.Apply(ctx, audit.Enrollment, []store.Change{l.change(store.Row{"status": l.status}, store.Row{"status": to})}); err != nil {
		return err
	}
	tx.Record(audit.Entry{Action: audit.Lock, ID: l.id})
	h.after.mail(tx, lifecycle.MailLocked, l.id, l.unit, l.promise.ManagerEmails...)
	return nil
}

// neverJudged gives an attempt back that was taken and came to nothing.
func (r *redeeming) neverJudged(ctx context.Context) error {
	_, err := r.store.Do(ctx, redeems, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		return store.Outcome{}, r.giveBack(ctx, tx)
	})
	return err
}

// giveBack gives the attempt back that was taken for what was no wrong code. To one
// that is locked none is: there it counts from the start once it is unlocked.
func (r *redeeming) giveBack(ctx context.Context, tx *store.Tx) error {
	if r.link.method != lifecycle.EnrollmentCode {
		return nil
	}
	_, err := guarded(ctx, tx, `UPDATE enrollments SET attempts = attempts - 1 WHERE id = $1 AND attempts > 0 AND status <> 'LOCKED' RETURNING id`, r.link.id)
	if err != nil {
		return fmt.Errorf("give an attempt at enrollment %s back: %w", r.link.id, err)
	}
	return nil
}
