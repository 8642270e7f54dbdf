//go:build unix

package main

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"

	"gatehouse/internal/lifecycle"
)

// bulkUnits begins the keys of the business units whose requests are approved.
const bulkUnits = "bulk"

// fillUnit makes a business unit with its profile, which asks for one approval, and so
// many requests that wait for it, in the unit's own statements: there are half as many
// seats as requests, so that every second approval makes a seat and takes a licence,
// and licences for all. It is what nobody did, so nothing tells of it.
func fillUnit(ctx context.Context, db *sql.DB, t texts, key string, requests int) (uuid.UUID, error) {
	unit := uuid.NewSHA1(uuid.NameSpaceURL, []byte(key))
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return unit, fmt.Errorf("making the business unit %s: %w", key, err)
	}
	defer func() { _ = tx.Rollback() }() // after an error; otherwise it is committed
	for _, s := range []struct {
		text string
		args []any
	}{
		{`INSERT INTO business_units (id, version, created_at, updated_at, key, name, approver_emails, manager_emails) VALUES ($1, 1, $2, $2, $3, $3, '[]', '[]')`, []any{unit, firstDay, key}},
		{`INSERT INTO certificate_profiles (id, version, created_at, updated_at, business_unit_id, name, seat_type, ca_type, authentication_method, enrollment_method,
approvals_required, allowed_keys, allowed_sans, key_usages, extended_key_usages, approver_emails, manager_emails)
VALUES ($1, 1, $2, $2, $1, 'By request', $3, $4, $5, $6, 1, '["EC_P256"]', '["DNS","EMAIL"]', '[]', '[]', '[]', '[]')`,
			[]any{unit, firstDay, lifecycle.User, lifecycle.Private, lifecycle.ManualApproval, lifecycle.CSR}},
		{`INSERT INTO seats (id, version, created_at, updated_at, business_unit_id, seat_type, seat_id, seat_key, name, email, status, active_enrollments, unused_since, search_text)
SELECT ` + madeID("'s'") + `, 1, $2, $2, $1::uuid, 'USER', s.seat, s.seat, 'Person ' || n, s.seat, 'CREATED', 0, $2::timestamptz, E'\n' || s.seat || E'\n' || s.seat || E'\nperson\n' || n
FROM generate_series(1, $3::int, 2) n, ` + seatOf, []any{unit, firstDay, requests, key}},
		{`INSERT INTO enrollments (id, version, created_at, updated_at, business_unit_id, profile_id, seat_row_id, seat_type, seat_id, seat_key, name, email, ca_type, authentication_method,
enrollment_method, status, expires_at, promise, approvals_required, approvals, requester_issuer, requester_subject, requester_name, csr, request_names)
SELECT ` + madeID("'e'") + `, 1, $2::timestamptz + n * interval '1 ms', $2::timestamptz + n * interval '1 ms', $1::uuid, $1::uuid, NULL, 'USER', s.seat, s.seat, 'Person ' || n, s.seat, 'PRIVATE', 'MANUAL_APPROVAL',
'CSR', 'PENDING', $5::timestamptz, $6::jsonb, 1, 0, '` + issuer + `', 'person-' || n, 'Person ' || n, $7, $8::jsonb
FROM generate_series(1, $3::int) n, ` + seatOf, []any{unit, firstDay, requests, key, farAway, t.promise, t.csr, t.names}},
		{`INSERT INTO enrollment_texts (id, business_unit_id, email, search_text)
SELECT id, business_unit_id, email, E'\n' || seat_key || E'\n' || email || E'\n' || regexp_replace(lower(name), '\s+', E'\n', 'g') FROM enrollments WHERE business_unit_id = $1`, []any{unit}},
		{`INSERT INTO seat_allocations (id, version, created_at, updated_at, business_unit_id, seat_type, allocated, created)
SELECT $1::uuid, 1, $2::timestamptz, $2::timestamptz, $1::uuid, 'USER', $3::int, count(*) FROM seats WHERE business_unit_id = $1`, []any{unit, firstDay, requests}},
		{`UPDATE seat_licenses SET allocated = allocated + $1::int, purchased = NULL WHERE seat_type = 'USER'`, []any{requests}},
	} {
		if _, err := tx.ExecContext(ctx, s.text, s.args...); err != nil {
			return unit, fmt.Errorf("making the business unit %s: %w: %.200s", key, err, s.text)
		}
	}
	if err := tx.Commit(); err != nil {
		return unit, fmt.Errorf("making the business unit %s: %w", key, err)
	}
	return unit, nil
}

// seatOf is the seat that the n-th request of a business unit is for.
const seatOf = `LATERAL (SELECT 'person-' || lpad(n::text, 7, '0') || '@' || $4::text || '.example' AS seat) s`

// madeID is a UUIDv7 of the n-th row of a kind, in the order in which they are made.
func madeID(kind string) string {
	return `(lpad(to_hex((extract(epoch FROM $2::timestamptz) * 1000)::bigint + n), 12, '0') || '7' || substr(md5(` + kind + ` || n || $1::uuid::text), 1, 3) || '8' || substr(md5(` + kind + ` || n || $1::uuid::text), 4, 15))::uuid`
}
