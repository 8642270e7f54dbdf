package inventory

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"gatehouse/ent/generated/migrate"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// asking is one transaction that keeps an open request.
type asking struct {
	openRequest
	tx    *store.Tx
	keys  *sealed.Keys
	after *aftermath
	// full is the no to one more request under the profile; then nothing was kept.
	full *refusal.Refusal
}

// waiting is the request that waits already for the same profile, seat and address.
type waiting struct {
	id        uuid.UUID
	expiresAt time.Time
	mailedAt  *time.Time
	same      bool
}

// run keeps the request as RequestOpenly says. Those who ask for one address wait
// for each other, so that a hundred at once are no more than one after the other.
func (a *asking) run(ctx context.Context) error {
	if err := a.alone(ctx); err != nil {
		return err
	}
	w, err := a.waiting(ctx)
	if err != nil {
		return err
	}
	mailed, err := a.mailed(ctx)
	if err != nil {
		return err
	}
	now := a.tx.Now()
	lives := w != nil && now.Before(w.expiresAt)
	again := lives && w.same
	switch {
	case mailed >= mostOpenMails, again && w.mailedAt != nil && now.Before(w.mailedAt.Add(mailAgain)):
		return nil
	case again:
		err = a.prolong(ctx, w.id)
	case w != nil:
		err = a.replace(ctx, w.id)
	default:
		if a.full, err = a.crowded(ctx); a.full == nil && err == nil {
			err = a.add(ctx)
		}
	}
	if err != nil {
		return err
	}
	return a.after.settle(ctx, a.tx)
}

// alone waits until nobody else asks for the address.
func (a *asking) alone(ctx context.Context) error {
	_, err := readAll(ctx, a.tx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, []any{"open request " + a.email}, nil, func(void *string) []any { return []any{void} })
	if err != nil {
		return fmt.Errorf("wait for others who ask for the same address: %w", err)
	}
	return nil
}

// waiting is the request that waits for the same place and address; nil for none.
func (a *asking) waiting(ctx context.Context) (*waiting, error) {
	type row struct {
		waiting
		seatID, name, comment, csr string
		names                      []byte
	}
	found, err := readAll(ctx, a.tx, `SELECT o.id, o.expires_at, o.seat_id, o.name, o.comment, o.csr, o.request_names,
  (SELECT max(m.created_at) FROM mails m WHERE m.open_request_id = o.id)
FROM open_requests o WHERE o.profile_id = $1 AND o.seat_key = $2 AND o.email = $3 AND o.confirmed_at IS NULL FOR UPDATE OF o`,
		[]any{a.profile, a.key, a.email}, nil, func(r *row) []any {
			return []any{&r.id, &r.expiresAt, &r.seatID, &r.name, &r.comment, &r.csr, &r.names, &r.mailedAt}
		})
	if err != nil {
		return nil, fmt.Errorf("read which open request waits: %w", err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	r := found[0]
	var names lifecycle.RequestNames
	if err := json.Unmarshal(r.names, &names); err != nil {
		return nil, fmt.Errorf("read the names of open request %s: %w", r.id, err)
	}
	was, err := json.Marshal(names)
	if err != nil {
		return nil, fmt.Errorf("write the names of open request %s: %w", r.id, err)
	}
	is, err := json.Marshal(a.names)
	if err != nil {
		return nil, fmt.Errorf("write the names of an open request: %w", err)
	}
	r.same = r.seatID == a.seatID && r.name == a.name && r.comment == a.comment && r.csr == a.csr && bytes.Equal(was, is)
	return &r.waiting, nil
}

// mailed is how many links the address was mailed within the last hour.
func (a *asking) mailed(ctx context.Context) (int, error) {
	found, err := readAll(ctx, a.tx, `SELECT count(*) FROM open_requests o JOIN mails m ON m.open_request_id = o.id WHERE o.email = $1 AND m.created_at > $2`,
		[]any{a.email, a.tx.Now().Add(-time.Hour)}, nil, func(n *int) []any { return []any{n} })
	if err != nil {
		return 0, fmt.Errorf("count the links mailed to an address: %w", err)
	}
	return *found[0], nil
}

// prolong mails the link again, which can be confirmed from now on as long as a
// new one.
func (a *asking) prolong(ctx context.Context, row uuid.UUID) error {
	a.after.mailOpenRequest(a.tx, row, a.unit, a.email)
	return a.tx.Ent().OpenRequest.UpdateOneID(row).SetExpiresAt(a.tx.Now().Add(openFor)).Exec(ctx)
}

// replace ends the earlier link and mails one for what is asked for now.
func (a *asking) replace(ctx context.Context, row uuid.UUID) error {
	link, err := sealSecret(a.keys, row, "token_cipher")
	if err != nil {
		return err
	}
	names, err := json.Marshal(a.names)
	if err != nil {
		return fmt.Errorf("write the names of an open request: %w", err)
	}
	through, err := guarded(ctx, a.tx, `UPDATE open_requests SET seat_id = $2, name = $3, comment = $4, csr = $5, request_names = $6, address = $7,
  token_cipher = $8, token_hash = $9, created_at = $10, expires_at = $11
WHERE id = $1 AND confirmed_at IS NULL RETURNING id`, row, a.seatID, a.name, a.comment, a.csr, names, viewer.RequestFrom(ctx).Address,
		link.cipher, link.hash, a.tx.Now(), a.tx.Now().Add(openFor))
	if err != nil || !through {
		return errors.Join(fmt.Errorf("replace open request %s", row), err)
	}
	a.after.mailOpenRequest(a.tx, row, a.unit, a.email)
	return nil
}

// crowded is the no to one more request where too many wait already.
func (a *asking) crowded(ctx context.Context) (*refusal.Refusal, error) {
	found, err := readAll(ctx, a.tx, `SELECT count(*) FROM (SELECT FROM open_requests o WHERE o.profile_id = $1 AND o.confirmed_at IS NULL LIMIT $2) o`,
		[]any{a.profile, mostWaiting}, nil, func(n *int) []any { return []any{n} })
	if err != nil {
		return nil, fmt.Errorf("count the open requests that wait: %w", err)
	}
	if *found[0] < mostWaiting {
		return nil, nil
	}
	return refusal.New(refusal.TooMany, "Too many requests wait for their confirmation here at the moment. Try again tomorrow, or ask the people who gave you this page's address."), nil
}

// add keeps the request and mails its link.
func (a *asking) add(ctx context.Context) error {
	row := uuid.Must(uuid.NewV7())
	link, err := sealSecret(a.keys, row, "token_cipher")
	if err != nil {
		return err
	}
	a.after.mailOpenRequest(a.tx, row, a.unit, a.email)
	return a.tx.Add(ctx, migrate.OpenRequestsTable, []store.Row{{
		"id": row, "profile_id": a.profile, "business_unit_id": a.unit, "seat_id": a.seatID, "seat_key": a.key, "name": a.name, "email": a.email, "comment": a.comment,
		"csr": a.csr, "request_names": a.names, "address": viewer.RequestFrom(ctx).Address, "token_cipher": link.cipher, "token_hash": link.hash,
		"created_at": a.tx.Now(), "expires_at": a.tx.Now().Add(openFor),
	}})
}
