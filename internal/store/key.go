package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"gatehouse/internal/fault"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// KeyLife is how long an idempotency key is remembered.
const KeyLife = 24 * time.Hour

// key is a caller's idempotency key, in the scope of issuer, subject and
// mutation. Its row is the first that the mutation's transaction writes, so that
// a second caller waits on the unique index until the first has ended.
type key struct {
	issuer, subject, mutation, text string
	inputHash                       []byte
	row                             uuid.UUID
}

// newKey checks the caller's key; nil when there is none.
func newKey(cause Cause, v viewer.Viewer) (*key, *refusal.Refusal) {
	if cause.Key == nil {
		return nil, nil
	}
	if n := utf8.RuneCountInString(*cause.Key); n < 1 || n > 255 {
		return nil, refusal.New(refusal.Invalid, "An idempotency key has 1 to 255 characters; this one has %d.", n).At("idempotencyKey")
	}
	if strings.ContainsRune(*cause.Key, 0) || !utf8.ValidString(*cause.Key) {
		return nil, refusal.New(refusal.Invalid, "An idempotency key is text; this one has a NUL, or bytes that are no UTF-8, in it.").At("idempotencyKey")
	}
	input, err := json.Marshal(cause.Input)
	if err != nil {
		return nil, refusal.New(refusal.Invalid, "This input cannot be remembered under an idempotency key.").At("idempotencyKey")
	}
	hash := sha256.Sum256(input)
	return &key{issuer: v.Issuer, subject: v.Subject, mutation: cause.Mutation, text: *cause.Key, inputHash: hash[:], row: uuid.Must(uuid.NewV7())}, nil
}

// claim takes the key for this transaction. It returns the outcome of an
// earlier call with the same key and input; for another input, the error is the
// refusal KEY_REUSED. A key older than KeyLife is taken over.
func (k *key) claim(ctx context.Context, tx *Tx) (*Outcome, error) {
	const insert = `WITH claimed AS (
  INSERT INTO idempotency_keys AS k (id, issuer, subject, mutation, key, input_hash, created_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (issuer, subject, mutation, key) DO UPDATE
    SET id = excluded.id, input_hash = excluded.input_hash, created_at = excluded.created_at, outcome = NULL
    WHERE k.created_at <= $8
  RETURNING id)
SELECT count(*) FROM claimed`
	var claimed int
	err := tx.row(ctx, insert, []any{k.row, k.issuer, k.subject, k.mutation, k.text, k.inputHash, tx.now, tx.now.Add(-KeyLife)}, &claimed)
	if err != nil {
		return nil, fmt.Errorf("claim the idempotency key: %w", err)
	}
	if claimed == 1 {
		return nil, nil
	}
	const earlier = `SELECT input_hash, outcome FROM idempotency_keys WHERE issuer = $1 AND subject = $2 AND mutation = $3 AND key = $4`
	var hash, outcome []byte
	if err := tx.row(ctx, earlier, []any{k.issuer, k.subject, k.mutation, k.text}, &hash, &outcome); err != nil {
		return nil, fmt.Errorf("read the idempotency key: %w", err)
	}
	return k.earlier(hash, outcome)
}

// earlier reads what is kept under the key.
func (k *key) earlier(hash, outcome []byte) (*Outcome, error) {
	if string(hash) != string(k.inputHash) {
		return nil, refusal.New(refusal.KeyReused, "This idempotency key was used for another input within the last 24 hours; use a new key for a new input.").At("idempotencyKey")
	}
	var out Outcome
	if err := json.Unmarshal(outcome, &out); err != nil {
		return nil, fmt.Errorf("read the outcome kept under the idempotency key: %w", err)
	}
	out.Replayed = true
	return &out, nil
}

// Earlier is what an earlier call with the cause's idempotency key came to; nil when
// there was none, or when no key was given. It is for what a mutation does before its
// transaction and must not do again for a repeat. A call that runs at this moment is
// not seen: Do waits for it. Another input's key is the refusal KEY_REUSED, as the
// error.
func (s *Store) Earlier(ctx context.Context, cause Cause) (*Outcome, error) {
	v, ok := viewer.From(ctx)
	if !ok {
		return nil, fault.NoViewer
	}
	k, no := newKey(cause, v)
	if no != nil {
		return nil, no
	}
	if k == nil {
		return nil, nil
	}
	rows, err := s.Read().Query(ctx, `SELECT input_hash, outcome FROM idempotency_keys WHERE issuer = $1 AND subject = $2 AND mutation = $3 AND key = $4 AND created_at > $5`,
		k.issuer, k.subject, k.mutation, k.text, s.Now(ctx).Add(-KeyLife))
	if err != nil {
		return nil, fmt.Errorf("look for the idempotency key: %w", err)
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return nil, rows.Err()
	}
	var hash, outcome []byte
	if err := rows.Scan(&hash, &outcome); err != nil {
		return nil, fmt.Errorf("read the idempotency key: %w", err)
	}
	return k.earlier(hash, outcome)
}

// keep remembers the outcome, in the same transaction.
func (k *key) keep(ctx context.Context, tx *Tx, out Outcome) error {
	outcome, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("keep the outcome under the idempotency key: %w", err)
	}
	if err := tx.exec(ctx, `UPDATE idempotency_keys SET outcome = $2 WHERE id = $1`, k.row, string(outcome)); err != nil {
		return fmt.Errorf("keep the outcome under the idempotency key: %w", err)
	}
	return nil
}
