package inventory

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// expiring is a certificate of whose end its holder is due to be reminded.
type expiring struct {
	id, unit uuid.UUID
	status   lifecycle.CertificateStatus
	notAfter time.Time
	// onSeat: it is on a seat that lives, whose address is email; empty where it has
	// none. Managers are the addresses that the certificate's enrollment was promised.
	onSeat   bool
	email    string
	managers []byte
	// replaced: its successor is there.
	replaced bool
}

// Remind puts the reminders in the queue that are due, of up to limit certificates,
// the longest due first, and returns of how many. A certificate's end is told 30, 14,
// 7 and 1 days before, to its seat's address, or where it has none to the managers
// that its enrollment was promised; where there are none either, to nobody. It is told
// while the certificate is valid, on a seat that lives, and without a successor. What
// was missed, because no server ran, is told once and not several times.
//
// A certificate is due again when its next reminder is, or never again. Several
// servers may remind at once: what one of them works on the others pass over, and the
// mail is written in the transaction that moves the reminder on. The number of
// statements does not depend on the number of certificates.
func (i *Inventory) Remind(ctx context.Context, limit int) (int, error) {
	ctx = viewer.With(ctx, viewer.TheSystem())
	var n int
	_, err := i.store.Do(ctx, store.Cause{}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		due, err := dueReminders(ctx, tx, limit)
		if err != nil {
			return store.Outcome{}, err
		}
		n = len(due)
		after := i.newAftermath()
		ids, next := make([]uuid.UUID, n), make([]*time.Time, n)
		for k, c := range due {
			to, err := c.recipients(tx.Now())
			if err != nil {
				return store.Outcome{}, err
			}
			after.mailCertificate(tx, lifecycle.MailExpires, c.id, c.unit, to...)
			ids[k], next[k] = c.id, c.next(tx.Now())
		}
		if err := remindNext(ctx, tx, ids, next); err != nil {
			return store.Outcome{}, err
		}
		return store.Outcome{}, after.settle(ctx, tx)
	})
	if err != nil {
		return 0, fmt.Errorf("remind of certificates that end soon: %w", err)
	}
	return n, nil
}

// dueReminders locks the certificates that are due and that nobody else works on.
func dueReminders(ctx context.Context, tx *store.Tx, limit int) ([]*expiring, error) {
	return readAll(ctx, tx, `SELECT c.id, c.business_unit_id, c.status, c.not_after, s.id IS NOT NULL, COALESCE(s.email, ''), COALESCE(e.promise->'managerEmails', 'null'), `+hasSuccessor+`
FROM certificates c LEFT JOIN enrollments e ON e.id = c.enrollment_id LEFT JOIN seats s ON s.id = c.seat_row_id AND s.deleted_at IS NULL
`+besideIt+`
WHERE c.remind_at <= $2 ORDER BY c.remind_at, c.id LIMIT $1 FOR UPDATE OF c SKIP LOCKED`, []any{limit, tx.Now(), pq.Array(holdingSeveral())}, nil, func(c *expiring) []any {
		return []any{&c.id, &c.unit, &c.status, &c.notAfter, &c.onSeat, &c.email, &c.managers, &c.replaced}
	})
}

// recipients are who is reminded now.
func (c *expiring) recipients(now time.Time) (to []string, err error) {
	switch {
	case c.status != lifecycle.CertificateIssued || !now.Before(c.notAfter) || !c.onSeat || c.replaced:
		return nil, nil
	case c.email != "":
		return []string{c.email}, nil
	}
	if err := json.Unmarshal(c.managers, &to); err != nil {
		return nil, fmt.Errorf("read the managers of certificate %s: %w", c.id, err)
	}
	return to, nil
}

// next is when its holder is reminded again; nil: no more. One that is on hold may be
// taken off it, and one without a seat may get one.
func (c *expiring) next(now time.Time) *time.Time {
	if !c.status.Counts() || c.replaced {
		return nil
	}
	return nextReminder(now, c.notAfter)
}
