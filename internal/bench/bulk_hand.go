//go:build unix

package main

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"
)

// batchSize is how many requests one transaction approves, on both sides.
const batchSize = 500

// byHand approves a business unit's requests by statements that somebody wrote who
// knows that all of them may be approved, and by whom: nothing is decided, nothing is
// compared, nothing is sealed, and nothing comes back but what the next statement
// needs. It writes what the API writes: decisions, requests with a secret for pick-up,
// seats, licences, entries, events with their numbers, mails and the jobs that send
// them. One transaction for each 500, prepared statements, one after the other.
func byHand(ctx context.Context, db *sql.DB, unit uuid.UUID) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("approving by hand: %w", err)
	}
	defer func() { _ = conn.Close() }() // it goes back to the pool
	ids, err := waiting(ctx, conn, unit)
	if err != nil {
		return err
	}
	var prepared []*sql.Stmt
	defer func() {
		for _, stmt := range prepared {
			_ = stmt.Close() // the connection is given back anyway
		}
	}()
	for _, text := range handStatements {
		stmt, err := conn.PrepareContext(ctx, text) //nolint:sqlclosecheck // above
		if err != nil {
			return fmt.Errorf("approving by hand: %w: %.200s", err, text)
		}
		prepared = append(prepared, stmt)
	}
	for len(ids) > 0 {
		n := min(batchSize, len(ids))
		if err := handBatch(ctx, conn, prepared, ids[:n]); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// waiting are the business unit's requests that wait, in the order in which a view
// selects them.
func waiting(ctx context.Context, conn *sql.Conn, unit uuid.UUID) (ids []string, err error) {
	rows, err := conn.QueryContext(ctx, `SELECT id FROM enrollments WHERE business_unit_id = $1 AND status = 'PENDING' ORDER BY created_at DESC, id DESC`, unit)
	if err != nil {
		return nil, fmt.Errorf("approving by hand: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("approving by hand: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// handBatch is one transaction.
func handBatch(ctx context.Context, conn *sql.Conn, prepared []*sql.Stmt, ids []string) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("approving by hand: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after an error; otherwise it is committed
	now := time.Now()
	for n, stmt := range prepared {
		if _, err := tx.StmtContext(ctx, stmt).ExecContext(ctx, pq.Array(ids), idsOf(now), now.UTC()); err != nil { //nolint:sqlclosecheck // the transaction closes it
			return fmt.Errorf("approving by hand: %w: %.200s", err, handStatements[n])
		}
	}
	return tx.Commit()
}

// idsOf is how the UUIDv7 of a moment begin.
func idsOf(now time.Time) string {
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(now.UnixMilli())<<16)
	text := hex.EncodeToString(ms[:6])
	return text[:8] + "-" + text[8:] + "-7"
}

const (
	// newID is a UUIDv7 that begins with $2, so that it goes where those of the API go.
	newID = `overlay(gen_random_uuid()::text placing $2::text from 1 for 15)::uuid`
	// those are the requests of the batch.
	those = `FROM enrollments e WHERE e.id = ANY($1::uuid[])`
	// who is the approver, as entries have them.
	who = `'USER', '` + issuer + `', '` + bulkApprover + `', 'Bench Bulk Approver', '["ADMIN"]'::jsonb`
	// told is what an entry about a new seat says of it.
	toldOfSeat = `jsonb_build_array(
  jsonb_build_object('field', 'consumed', 'before', NULL, 'after', 'false'),
  jsonb_build_object('field', 'createdByEnrollmentId', 'before', NULL, 'after', 'enr_' || s.created_by_enrollment_id),
  jsonb_build_object('field', 'email', 'before', NULL, 'after', s.email), jsonb_build_object('field', 'name', 'before', NULL, 'after', s.name),
  jsonb_build_object('field', 'seatId', 'before', NULL, 'after', s.seat_id), jsonb_build_object('field', 'seatType', 'before', NULL, 'after', s.seat_type),
  jsonb_build_object('field', 'status', 'before', NULL, 'after', 'ENROLLED'))`
	// toldOfRequest is what one about an approval says.
	toldOfRequest = `jsonb_build_array(
  jsonb_build_object('field', 'approvals', 'before', '0', 'after', '1'),
  jsonb_build_object('field', 'expiresAt', 'before', '2099-01-01T00:00:00Z', 'after', to_char(e.expires_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')),
  jsonb_build_object('field', 'madeSeat', 'before', 'false', 'after', e.made_seat::text),
  jsonb_build_object('field', 'seatRowId', 'before', NULL, 'after', 'seat_' || e.seat_row_id),
  jsonb_build_object('field', 'status', 'before', 'PENDING', 'after', 'APPROVED'))`
	entryColumns = `INSERT INTO audit_entries (id, at, actor_kind, actor_issuer, actor_subject, actor_name, actor_roles, action, resource_type, resource_id, business_unit_id, outcome, code, request_id, client_address, comment, changes)`
	eventColumns = `INSERT INTO events (id, at, action, resource_type, resource_id, business_unit_id, changes, status_before, status, profile_id, requester_issuer, requester_subject, position)`
)

// handStatements are those of a batch; all get the ids, the beginning of new ids and
// the instant.
var handStatements = []string{
	`SELECT e.id ` + those + ` AND $2::text <> '' AND $3::timestamptz IS NOT NULL ORDER BY e.id FOR UPDATE`,
	`UPDATE seats s SET active_enrollments = s.active_enrollments + 1, status = 'ENROLLED', updated_at = $3::timestamptz
` + those + ` AND $2::text <> '' AND s.business_unit_id = e.business_unit_id AND s.seat_type = e.seat_type AND s.seat_key = e.seat_key AND s.deleted_at IS NULL`,
	`WITH made AS (
  INSERT INTO seats (id, version, created_at, updated_at, business_unit_id, seat_type, seat_id, seat_key, name, email, search_text, status, active_enrollments, unused_since, created_by_enrollment_id)
  SELECT ` + newID + `, 1, $3::timestamptz, $3::timestamptz, e.business_unit_id, e.seat_type, e.seat_id, e.seat_key, e.name, e.email,
    E'\n' || e.seat_key || E'\n' || e.email || E'\n' || replace(lower(e.name), ' ', E'\n'), 'ENROLLED', 1, $3::timestamptz, e.id ` + those + `
  ON CONFLICT (business_unit_id, seat_type, seat_key) WHERE deleted_at IS NULL DO NOTHING RETURNING business_unit_id, seat_type)
UPDATE seat_allocations a SET created = a.created + m.n FROM (SELECT business_unit_id, seat_type, count(*) AS n FROM made GROUP BY 1, 2) m
WHERE a.business_unit_id = m.business_unit_id AND a.seat_type = m.seat_type`,
	`UPDATE enrollments e SET status = 'APPROVED', approvals = 1, seat_row_id = s.id, made_seat = s.created_by_enrollment_id IS NOT DISTINCT FROM e.id, version = e.version + 1, updated_at = $3::timestamptz,
  expires_at = $3::timestamptz + interval '30 days', pickup_cipher = decode(repeat('5a', 55), 'hex'), pickup_hash = sha256(e.id::text::bytea)
FROM seats s WHERE e.id = ANY($1::uuid[]) AND $2::text <> '' AND s.business_unit_id = e.business_unit_id AND s.seat_type = e.seat_type AND s.seat_key = e.seat_key AND s.deleted_at IS NULL`,
	`INSERT INTO approvals (id, enrollment_id, business_unit_id, round, decision, issuer, subject, name, comment, decided_at)
SELECT ` + newID + `, e.id, e.business_unit_id, e.round, 'APPROVED', '` + issuer + `', '` + bulkApprover + `', 'Bench Bulk Approver', '', $3::timestamptz ` + those,
	entryColumns + `
SELECT ` + newID + `, $3::timestamptz, ` + who + `, 'CREATE_SEAT', 'SEAT', s.id, e.business_unit_id, 'SUCCESS', '', 'job_01kaw3f3t0e5htmf4qyhw2z0xq', '', 'By the approval of enr_' || e.id || '.', ` + toldOfSeat + `
FROM enrollments e JOIN seats s ON s.id = e.seat_row_id WHERE e.id = ANY($1::uuid[]) AND e.made_seat
UNION ALL
SELECT ` + newID + `, $3::timestamptz, ` + who + `, 'APPROVE', 'ENROLLMENT', e.id, e.business_unit_id, 'SUCCESS', '', 'job_01kaw3f3t0e5htmf4qyhw2z0xq', '', '', ` + toldOfRequest + `
` + those,
	eventColumns + `
SELECT v.*, (SELECT coalesce(max(position), 0) FROM events) + row_number() OVER () FROM (
SELECT ` + newID + `, $3::timestamptz, 'CREATE_SEAT', 'SEAT', s.id, e.business_unit_id, ` + toldOfSeat + `, '', '', NULL::uuid, '', ''
FROM enrollments e JOIN seats s ON s.id = e.seat_row_id WHERE e.id = ANY($1::uuid[]) AND e.made_seat
UNION ALL
SELECT ` + newID + `, $3::timestamptz, 'APPROVE', 'ENROLLMENT', e.id, e.business_unit_id, ` + toldOfRequest + `, 'PENDING', 'APPROVED', e.profile_id, e.requester_issuer, e.requester_subject ` + those + `) v`,
	`WITH written AS (
  INSERT INTO mails (id, enrollment_id, business_unit_id, kind, recipient, status, last_error, created_at)
  SELECT ` + newID + `, e.id, e.business_unit_id, 'APPROVED', e.email, 'QUEUED', '', $3::timestamptz ` + those + ` RETURNING id, business_unit_id)
INSERT INTO jobs (id, kind, business_unit_id, payload, status, run_at, attempt, max_attempts, last_error, created_at)
SELECT ` + newID + `, 'mail', business_unit_id, jsonb_build_object('mail', id), 'QUEUED', $3::timestamptz, 0, 20, '', $3::timestamptz FROM written`,
}
