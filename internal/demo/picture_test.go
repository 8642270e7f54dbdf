package demo

import (
	"database/sql"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/testdb"
)

// picture is everything in a database that the story is to decide, a line each:
// ids left out, and times counted from the midnight of the seeding.
func picture(t *testing.T, db *testdb.DB, today time.Time) []string {
	t.Helper()
	admin := db.Admin(t)
	// Seats that are told apart by a thumbprint: dates are in it.
	const seatID = `regexp_replace(s.seat_id, '#[0-9a-f]{32}$', '#…')`
	var lines []string
	for _, statement := range []string{
		`SELECT 'unit', u.key, u.name, u.approver_emails::text, (u.created_at - $1)::text FROM business_units u WHERE NOT is_default`,
		`SELECT 'licence', seat_type, purchased::text, allocated::text, version::text FROM seat_licenses`,
		`SELECT 'allocation', u.key, seat_type, allocated || ' ' || created, consumed::text FROM seat_allocations a JOIN business_units u ON u.id = a.business_unit_id`,
		`SELECT 'profile', u.key, p.name, p.authentication_method || ' ' || p.ca_type, (p.archived_at - $1)::text FROM certificate_profiles p JOIN business_units u ON u.id = p.business_unit_id`,
		`SELECT 'seat', u.key, ` + seatID + `, s.status || ' ' || s.name || ' ' || s.phone, (s.created_at - $1)::text FROM seats s JOIN business_units u ON u.id = s.business_unit_id`,
		`SELECT 'enrollment', p.name, e.seat_id, e.status || ' ' || e.requester_name || ' ' || e.approvals || ' ' || md5(e.csr) || ' ' || e.request_names::text, (e.created_at - $1) || ' ' || (e.updated_at - $1) || ' ' || (e.expires_at - $1)
FROM enrollments e JOIN certificate_profiles p ON p.id = e.profile_id`,
		`SELECT 'tries', p.name, e.seat_id, e.attempts || ' ' || e.approvals, e.issuance FROM enrollments e JOIN certificate_profiles p ON p.id = e.profile_id`,
		`SELECT 'certificate', ` + seatID + `, c.subject, c.status || ' ' || c.source || ' ' || s.consumed, (c.created_at - $1) || ' ' || (c.not_before - $1) || ' ' || (c.not_after - $1) FROM certificates c JOIN seats s ON s.id = c.seat_row_id`,
		`SELECT 'paper', c.subject, s.seat_type || ' ' || ` + seatID + `, c.status || ' ' || c.places, (c.created_at - $1) || ' ' || (c.not_after - $1) FROM certificates c JOIN seats s ON s.id = c.seat_row_id WHERE c.source <> 'ISSUED'`,
		`SELECT 'place', l.source, l.place, (l.first_seen_at - $1)::text, (l.last_seen_at - $1)::text FROM certificate_locations l`,
		`SELECT 'decision', a.name, a.decision, a.comment || ' ' || e.seat_id, (a.decided_at - $1)::text FROM approvals a JOIN enrollments e ON e.id = a.enrollment_id`,
		`SELECT 'note', n.name, e.seat_id, n.text, (n.created_at - $1)::text FROM enrollment_notes n JOIN enrollments e ON e.id = n.enrollment_id`,
		`SELECT 'usage', u.key, d.seat_type, d.allocated || ' ' || d.created, d.consumed || ' on ' || (d.day - $1::date)::text FROM seat_usage_days d JOIN business_units u ON u.id = d.business_unit_id`,
		`SELECT 'entry', a.actor_name, a.action || ' ' || a.outcome, a.code || ' ' || regexp_replace(a.request_id, '^job_.*', 'a job'), (a.at - $1)::text FROM audit_entries a`,
		`SELECT 'view', v.owner_name, v.list, v.name || ' ' || v.shared, (v.created_at - $1)::text FROM saved_views v`,
		`SELECT 'job', j.owner_name, j.action || ' ' || j.dry_run, j.size || ' ' || j.succeeded || ' ' || j.refusals::text, (j.created_at - $1) || ' ' || (j.finished_at - $1) FROM bulk_jobs j`,
		`SELECT 'webhook', w.owner_name, w.url, w.status, (w.created_at - $1)::text FROM webhooks w`,
	} {
		rows, err := admin.Query(`SELECT concat_ws(' | ', a, b, c, d, e) AS line FROM (`+statement+`) AS x(a, b, c, d, e) WHERE $1::timestamptz IS NOT NULL`, today)
		if err != nil {
			t.Fatalf("%v in %s", err, statement)
		}
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			lines = append(lines, line)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		rows.Close()
	}
	slices.Sort(lines)
	return lines
}

// same fails unless two pictures are equal, and shows where they begin to differ.
func same(t *testing.T, a, b []string) {
	t.Helper()
	for n := range max(len(a), len(b)) {
		one, other := "(nothing)", "(nothing)"
		if n < len(a) {
			one = a[n]
		}
		if n < len(b) {
			other = b[n]
		}
		if one != other {
			t.Fatalf("line %d of %d and %d:\n%s\n%s", n+1, len(a), len(b), one, other)
		}
	}
}

// count reads one number.
func count(t *testing.T, db *sql.DB, statement string) (n int) {
	t.Helper()
	if err := db.QueryRow(statement).Scan(&n); err != nil {
		t.Fatalf("%v in %s", err, strings.TrimSpace(statement))
	}
	return n
}
