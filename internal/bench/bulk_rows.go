//go:build unix

package main

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
)

// approvedInto are the rows that approvals of a business unit write, each kind by its
// own statement: how many, of how many different things they tell, and their bytes.
var approvedInto = [...]struct{ what, from string }{
	{"requests approved", `SELECT id AS thing, pg_column_size(t.*) AS bytes FROM enrollments t WHERE business_unit_id = $1 AND status = 'APPROVED' AND approvals = 1 AND version = 2 AND seat_row_id IS NOT NULL AND pickup_hash IS NOT NULL`},
	{"decisions", `SELECT enrollment_id AS thing, pg_column_size(t.*) AS bytes FROM approvals t WHERE business_unit_id = $1 AND decision = 'APPROVED'`},
	{"seats", `SELECT id AS thing, pg_column_size(t.*) AS bytes FROM seats t WHERE business_unit_id = $1 AND status = 'ENROLLED' AND active_enrollments = 1`},
	{"seats that were made", `SELECT created_by_enrollment_id AS thing, pg_column_size(t.*) AS bytes FROM seats t WHERE business_unit_id = $1 AND created_by_enrollment_id IS NOT NULL`},
	{"entries APPROVE", `SELECT resource_id AS thing, pg_column_size(t.*) AS bytes FROM audit_entries t WHERE business_unit_id = $1 AND action = 'APPROVE' AND outcome = 'SUCCESS'`},
	{"entries CREATE_SEAT", `SELECT resource_id AS thing, pg_column_size(t.*) AS bytes FROM audit_entries t WHERE business_unit_id = $1 AND action = 'CREATE_SEAT' AND outcome = 'SUCCESS'`},
	{"events APPROVE", `SELECT resource_id AS thing, pg_column_size(t.*) AS bytes FROM events t WHERE business_unit_id = $1 AND action = 'APPROVE' AND position IS NOT NULL`},
	{"events CREATE_SEAT", `SELECT resource_id AS thing, pg_column_size(t.*) AS bytes FROM events t WHERE business_unit_id = $1 AND action = 'CREATE_SEAT' AND position IS NOT NULL`},
	{"mails", `SELECT enrollment_id AS thing, pg_column_size(t.*) AS bytes FROM mails t WHERE business_unit_id = $1 AND kind = 'APPROVED'`},
	{"jobs that send them", `SELECT payload->>'mail' AS thing, pg_column_size(t.*) AS bytes FROM jobs t WHERE business_unit_id = $1 AND kind = 'mail'`},
}

// approvedState is what the approvals of a business unit have written.
type approvedState struct {
	rows [len(approvedInto)]struct{ n, things, bytes int }
	// licences are those that its seats have taken.
	licences int
}

func readApproved(ctx context.Context, db *sql.DB, unit uuid.UUID) (s approvedState, err error) {
	for n, one := range approvedInto {
		at := &s.rows[n]
		if err := db.QueryRowContext(ctx, `SELECT count(*), count(DISTINCT thing), coalesce(sum(bytes), 0) FROM (`+one.from+`) t`, unit).Scan(&at.n, &at.things, &at.bytes); err != nil {
			return s, fmt.Errorf("counting %s: %w", one.what, err)
		}
	}
	if err := db.QueryRowContext(ctx, `SELECT created FROM seat_allocations WHERE business_unit_id = $1`, unit).Scan(&s.licences); err != nil {
		return s, fmt.Errorf("counting licences: %w", err)
	}
	return s, nil
}

// whole refuses a state that is not that of so many requests, each approved once.
func (s approvedState) whole(requests int) error {
	for n, one := range approvedInto {
		due := requests
		if one.what == "seats that were made" || one.what == "entries CREATE_SEAT" || one.what == "events CREATE_SEAT" {
			due = requests / 2
		}
		if s.rows[n].n != due || s.rows[n].things != due {
			return fmt.Errorf("after the approval of %d requests there are %d %s, of %d things, and should be %d", requests, s.rows[n].n, one.what, s.rows[n].things, due)
		}
	}
	if s.licences != requests {
		return fmt.Errorf("after the approval of %d requests %d licences are taken", requests, s.licences)
	}
	return nil
}

// wider is by how much a way's rows may be larger than the other's, in a hundred: ids
// are written a little differently in what entries say.
const wider = 15

// same refuses another state, or rows of another size: then something else was measured.
func (s approvedState) same(other approvedState) error {
	for n, one := range approvedInto {
		a, b := s.rows[n], other.rows[n]
		if a.n != b.n || a.bytes*100 > b.bytes*(100+wider) || b.bytes*100 > a.bytes*(100+wider) {
			return fmt.Errorf("the server has written %d %s of %d bytes, and by hand %d of %d", a.n, one.what, a.bytes, b.n, b.bytes)
		}
	}
	return nil
}
