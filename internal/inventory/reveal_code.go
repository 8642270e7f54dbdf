package inventory

import (
	"context"
	"fmt"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// RevealEnrollmentCodeInput says whose code to show.
type RevealEnrollmentCodeInput struct {
	ID             id.ID
	Comment        *string
	IdempotencyKey *string
}

// RevealPayload is what came of showing a code.
type RevealPayload struct {
	Enrollment *Enrollment
	// Code and EnrollmentURL are nil when refused and in the answer to a repeat.
	Code, EnrollmentURL *string
	UserErrors          []*refusal.Refusal
	Replayed            bool
}

// RevealCode shows the code and the link of an enrollment again, and leaves an
// entry each time, in the transaction in which they are opened: nobody sees them
// without it. They leave the transaction beside its outcome, which is remembered
// and must not have them. Refused: NOT_FOUND, WRONG_METHOD, CODE_PRIVATE_ONLY,
// ISSUING, INVALID_STATE.
func (i *Inventory) RevealCode(ctx context.Context, in RevealEnrollmentCodeInput) (*RevealPayload, error) {
	var shown shownOnce
	out, err := i.act(ctx, &act{
		mutation: "revealEnrollmentCode", word: audit.ViewCode, action: lifecycle.ActViewCode, ids: []id.ID{in.ID},
		said: in.Comment, field: "comment", input: in, key: in.IdempotencyKey,
		turn: func(*turning, *locked, lifecycle.Status) (*refusal.Refusal, error) { return nil, nil },
		beside: func(ctx context.Context, t *turning) (err error) {
			shown = shownOnce{}
			for _, l := range t.won {
				shown, err = i.opened(ctx, t.tx, l)
			}
			return err
		},
	})
	if err != nil {
		return nil, err
	}
	p, err := i.enrollmentPayload(ctx, in.ID, out, nil)
	if err != nil {
		return nil, err
	}
	if out.Replayed {
		shown = shownOnce{}
	}
	return &RevealPayload{Enrollment: p.Enrollment, Code: orNil(shown.code), EnrollmentURL: orNil(shown.link), UserErrors: p.UserErrors, Replayed: p.Replayed}, nil
}

// shownOnce is what an answer shows and nothing remembers.
type shownOnce struct{ code, link string }

// opened is the code and the link of an enrollment, which the database keeps sealed.
func (i *Inventory) opened(ctx context.Context, tx *store.Tx, l *locked) (shown shownOnce, err error) {
	type row struct{ code, token []byte }
	var sealed row
	_, err = readAll(ctx, tx, `SELECT e.code_cipher, e.token_cipher FROM enrollments e WHERE e.id = $1`, []any{l.id}, nil,
		func(*row) []any { return []any{&sealed.code, &sealed.token} })
	if err != nil {
		return shownOnce{}, fmt.Errorf("read the code of enrollment %s: %w", l.id, err)
	}
	if shown.code, err = i.keys.Open(sealed.code, l.id, "code_cipher"); err != nil {
		return shownOnce{}, fmt.Errorf("open the code of enrollment %s: %w", l.id, err)
	}
	secret, err := i.keys.Open(sealed.token, l.id, "token_cipher")
	if err != nil {
		return shownOnce{}, fmt.Errorf("open the link of enrollment %s: %w", l.id, err)
	}
	shown.link = i.enrollLink(secret)
	return shown, nil
}
