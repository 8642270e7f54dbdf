package inventory

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// MailTries is how often a mail is tried before it is given up: with the pauses of
// the job table, over about a day, so that a mail server may be down for a night.
const MailTries = 33

// spareMailTries are those that its job has beyond, to say so in the mail's row even
// when the server ended during the last try.
const spareMailTries = 3

// MailSent writes down that a mail server has taken a mail. Who tells it twice
// changes nothing.
func (i *Inventory) MailSent(ctx context.Context, mail uuid.UUID) error {
	return i.mailed(ctx, mail, `UPDATE mails SET status = 'SENT', sent_at = $2, last_error = ''
WHERE id = $1 AND status <> 'SENT' RETURNING id`, func(tx *store.Tx) []any { return []any{mail, tx.Now()} })
}

// MailTrouble writes down why a mail was not sent; final: that it never will be. A
// mail that was sent or given up meanwhile stays what it is. The sentence stands
// where people read it: it holds no secret.
func (i *Inventory) MailTrouble(ctx context.Context, mail uuid.UUID, sentence string, final bool) error {
	return i.mailed(ctx, mail, `UPDATE mails SET last_error = $2, status = CASE WHEN $3 THEN 'FAILED' ELSE status END
WHERE id = $1 AND status = 'QUEUED' RETURNING id`, func(*store.Tx) []any { return []any{mail, sentence, final} })
}

// mailed changes one mail's row, as the system. A mail is no audited thing of its
// own: its enrollment's entries tell why it was written.
func (i *Inventory) mailed(ctx context.Context, mail uuid.UUID, statement string, args func(*store.Tx) []any) error {
	ctx = viewer.With(ctx, viewer.TheSystem())
	_, err := i.store.Do(ctx, store.Cause{}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		_, err := guarded(ctx, tx, statement, args(tx)...) // who was told it already needs no telling
		return store.Outcome{}, err
	})
	if err != nil {
		return fmt.Errorf("write down what became of mail %s: %w", mail, err)
	}
	return nil
}
