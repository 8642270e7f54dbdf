package licence

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"gatehouse/internal/audit"
	"gatehouse/internal/lifecycle"
)

// Difference is a figure that is not what its rows say.
type Difference struct {
	// Row names the row, Figure what of it.
	Row, Figure string
	// Written is what stands there, Counted what its rows come to.
	Written, Counted string
}

// String is a sentence for the person who ran the check.
func (d Difference) String() string {
	return fmt.Sprintf("%s: %s is %s, but the rows come to %s.", d.Row, d.Figure, d.Written, d.Counted)
}

// Verify recounts everything that is kept beside the rows that it follows from,
// and names each difference. It reads from one snapshot, so that work going on
// meanwhile shows no difference that is none, and it mends nothing: a difference
// is a defect, to be understood first. It reads every seat and enrollment; this
// is for operators, not for requests.
func Verify(ctx context.Context, db *sql.DB) ([]Difference, error) {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("verify: begin a snapshot: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	var all []Difference
	for _, c := range recounts() {
		found, err := c.run(ctx, tx)
		if err != nil {
			return nil, fmt.Errorf("verify %s: %w", c.figure, err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// recount is one figure and the statement that recounts it: it selects the row's
// name, what is written and what was counted, for every row. Run keeps those
// that differ.
type recount struct{ figure, statement string }

func (c recount) run(ctx context.Context, tx *sql.Tx) ([]Difference, error) {
	rows, err := tx.QueryContext(ctx, `SELECT r.name, COALESCE(r.written, 'missing'), COALESCE(r.counted, 'nothing') FROM (`+c.statement+`) AS r(name, written, counted)
WHERE r.written IS DISTINCT FROM r.counted ORDER BY r.name`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var all []Difference
	for rows.Next() {
		d := Difference{Figure: c.figure}
		if err := rows.Scan(&d.Row, &d.Written, &d.Counted); err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, rows.Err()
}

// ofAllocation recounts a figure of allocations from live seats. A business unit
// and type with seats and without an allocation is a difference too.
func ofAllocation(column, counts string) string {
	return fmt.Sprintf(`SELECT format('allocation of %%s to business unit %%s', COALESCE(a.seat_type, s.seat_type), u.key),
  a.%s::text, COALESCE(s.n, 0)::text
FROM seat_allocations a
FULL JOIN (SELECT business_unit_id, seat_type, count(*) FILTER (WHERE %s) AS n FROM seats WHERE deleted_at IS NULL GROUP BY 1, 2) s
  ON s.business_unit_id = a.business_unit_id AND s.seat_type = a.seat_type
JOIN business_units u ON u.id = COALESCE(a.business_unit_id, s.business_unit_id)`, column, counts)
}

// ofSeat recounts a figure of seats from rows that point at them.
func ofSeat(column, from, condition string) string {
	return fmt.Sprintf(`SELECT format('seat %%s (%%s)', s.id, s.seat_id), s.%s::text, COALESCE(c.n, 0)::text
FROM seats s LEFT JOIN (SELECT seat_row_id, count(*) AS n FROM %s WHERE %s GROUP BY 1) c ON c.seat_row_id = s.id`, column, from, condition)
}

// audited are the tables of the audited things: who changed a row left an entry.
var audited = []struct{ table, name string }{
	{"business_units", "business unit"}, {"seat_licenses", "licence"}, {"seat_allocations", "allocation"},
	{"certificate_profiles", "certificate profile"}, {"seats", "seat"}, {"enrollments", "enrollment"}, {"certificates", "certificate"},
}

// recounts are all that is kept beside its rows. A seat that stays consumed until
// it is deleted may have no certificate any more, where one was unlinked.
func recounts() []recount {
	all := []recount{
		{"created", ofAllocation("created", "TRUE")},
		{"consumed", ofAllocation("consumed", "consumed")},
		{"allocated", `SELECT format('licence of %s', l.seat_type), l.allocated::text, COALESCE(sum(a.allocated), 0)::text
FROM seat_licenses l LEFT JOIN seat_allocations a ON a.seat_type = l.seat_type GROUP BY l.id`},
		{"active_enrollments", ofSeat("active_enrollments", "enrollments", "status IN ("+quoted(activeStatuses())+")")},
		{"valid_certificates", ofSeat("valid_certificates", "certificates", "status IN ("+quoted([]lifecycle.CertificateStatus{lifecycle.CertificateIssued, lifecycle.CertificateSuspended})+")")},
		{"consumed", `SELECT format('seat %s (%s)', s.id, s.seat_id), s.consumed::text,
  (CASE WHEN s.seat_type IN (` + quoted(untilDeleted()) + `) THEN EXISTS (SELECT 1 FROM certificates c WHERE c.seat_row_id = s.id)
    OR s.consumed AND EXISTS (SELECT 1 FROM audit_entries e WHERE e.business_unit_id = s.business_unit_id AND e.action = '` + string(audit.UnlinkCertificate) + `') ELSE s.valid_certificates > 0 END)::text
FROM seats s WHERE s.deleted_at IS NULL`},
		{"status", `SELECT format('seat %s (%s)', s.id, s.seat_id), s.status,
  CASE WHEN s.deleted_at IS NOT NULL THEN 'DELETED' WHEN s.consumed THEN 'CONSUMED' WHEN s.active_enrollments > 0 THEN 'ENROLLED' ELSE 'CREATED' END
FROM seats s`},
		{"assigned", `SELECT format('certificate %s', c.id), c.assigned::text, (s.id IS NOT NULL AND s.deleted_at IS NULL)::text FROM certificates c LEFT JOIN seats s ON s.id = c.seat_row_id`},
		{"places", `SELECT format('certificate %s', c.id), c.places::text, COALESCE(l.n, 0)::text
FROM certificates c LEFT JOIN (SELECT certificate_id, count(*) AS n FROM certificate_locations GROUP BY 1) l ON l.certificate_id = c.id`},
		{"approvals", `SELECT format('enrollment %s', e.id), e.approvals::text, COALESCE(a.n, 0)::text
FROM enrollments e LEFT JOIN (SELECT enrollment_id, round, count(*) AS n FROM approvals WHERE decision = '` + string(lifecycle.DecisionApproved) + `' GROUP BY 1, 2) a
  ON a.enrollment_id = e.id AND a.round = e.round`},
	}
	for _, a := range audited {
		all = append(all, recount{"the audit of its changes", fmt.Sprintf(`SELECT format('%s %%s', t.id), 'at version ' || t.version, NULL
FROM %s t WHERE t.version > 1 AND NOT EXISTS (SELECT 1 FROM audit_entries e WHERE e.resource_id = t.id AND e.outcome = 'SUCCESS')`, a.name, a.table)})
	}
	return all
}

// activeStatuses are those that a seat's active_enrollments counts, as written.
func activeStatuses() (active []lifecycle.Status) {
	for _, s := range lifecycle.Statuses {
		if s.Active() {
			active = append(active, s)
		}
	}
	return active
}

// untilDeleted are the seat types that stay consumed from their first
// certificate until they are deleted.
func untilDeleted() (types []lifecycle.SeatType) {
	for _, t := range lifecycle.SeatTypes {
		if t.StaysConsumed() {
			types = append(types, t)
		}
	}
	return types
}

// quoted is enum values as SQL literals.
func quoted[T ~string](values []T) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = "'" + string(v) + "'"
	}
	return strings.Join(out, ", ")
}
