package inventory

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/testdb"
)

// shown is the instant at which the plans' lists are read.
var shown = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// cellar is a database with 21,000 certificates: 20,000 in two business units, and a
// thousand in fifty-five others. Three of four are expired as written; of the others
// one of ten is revoked, one suspended, some end soon, and forty are due and not yet
// written down. A hundred were discovered, a hundred are on no seat.
func cellar(t *testing.T) (db *sql.DB, units []uuid.UUID) {
	t.Helper()
	db = testdb.New(t).Admin(t)
	for n := range 57 {
		units = append(units, uuid.Must(uuid.NewV7()))
		if _, err := db.Exec(`ALTER TABLE business_units DISABLE TRIGGER ALL`); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(`INSERT INTO business_units (id, created_at, updated_at, key, name, approver_emails, manager_emails) VALUES ($1, $2, $2, $3, $3, '[]', '[]')`, units[n], shown, fmt.Sprintf("unit-%d", n)); err != nil {
			t.Fatal(err)
		}
	}
	run := func(statement string, args ...any) {
		t.Helper()
		if _, err := db.Exec(statement, args...); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	run(`ALTER TABLE certificates DISABLE TRIGGER ALL`)
	again := withoutIndexes(t, db)
	run(`
INSERT INTO certificates (id, created_at, updated_at, business_unit_id, seat_row_id, assigned, status, source, issued, imported, discovered, serial, subject, issuer, subject_key, names, search_text,
  key_algorithm, key_sha256, not_before, not_after, sha256, der, suspended_at, revoked_at, revocation_reason)
SELECT gen_random_uuid(), $1::timestamptz - n * interval '7 seconds', $1::timestamptz - (n % 5000) * interval '1 minute',
  ($2::uuid[])[CASE WHEN n <= 20000 THEN 1 + n % 2 ELSE 3 + n % 55 END], CASE WHEN n % 200 <> 3 THEN gen_random_uuid() END, n % 200 <> 3,
  s.status, 'IMPORTED', false, true, n % 200 = 7, to_hex(n), 'CN=host-' || n, 'CN=CA ' || n % 3, 'cn=host-' || n, jsonb_build_object('dnsNames', jsonb_build_array('host-' || n || '.example')),
  E'\n' || to_hex(n) || E'\nhost-' || n || E'.example\nhost-' || n || E'\n', 'RSA_2048', repeat(to_hex(n % 10), 64), $1::timestamptz - interval '2 years',
  CASE WHEN s.status = 'EXPIRED' THEN $1::timestamptz - n * interval '1 hour' WHEN n % 500 = 1 THEN $1::timestamptz - n * interval '1 millisecond' ELSE $1::timestamptz + n * interval '3 hours' END,
  h.sum, repeat('x', 100)::bytea, CASE WHEN s.status = 'SUSPENDED' THEN $1::timestamptz END, CASE WHEN s.status = 'REVOKED' THEN $1::timestamptz END, CASE WHEN s.status = 'REVOKED' THEN 'SUPERSEDED' END
FROM generate_series(1, 21000) n
CROSS JOIN LATERAL (SELECT CASE WHEN n % 4 <> 1 THEN 'EXPIRED' WHEN n % 40 = 5 THEN 'REVOKED' WHEN n % 40 = 9 THEN 'SUSPENDED' ELSE 'ISSUED' END AS status) s
CROSS JOIN LATERAL (SELECT encode(sha256(n::text::bytea), 'hex') AS sum) h`, shown, pq.Array(units))
	for _, index := range again {
		run(index)
	}
	run(`ANALYZE certificates`)
	return db, units
}

// withoutIndexes drops the indexes of certificates, all but the key's, and returns the
// statements that make them again: some thirty are made faster than filled row by row.
func withoutIndexes(t *testing.T, db *sql.DB) (again []string) {
	t.Helper()
	rows, err := db.Query(`SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'certificates'::regclass AND NOT indisprimary`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var drops []string
	for rows.Next() {
		var name, definition string
		if err := rows.Scan(&name, &definition); err != nil {
			t.Fatal(err)
		}
		drops, again = append(drops, name), append(again, definition)
	}
	if err := rows.Err(); err != nil || len(again) < 20 {
		t.Fatalf("%d indexes: %v", len(again), err)
	}
	if _, err := db.Exec(`DROP INDEX ` + strings.Join(drops, ", ")); err != nil {
		t.Fatal(err)
	}
	return again
}

// scan is a step of a plan that reads a table or an index, and how many rows it read.
type scan struct {
	how  string
	rows int
}

// reads are the scans of a prepared statement, by EXPLAIN: of its first execution, and
// of the sixth, when PostgreSQL has chosen between a plan for these values and one for
// any.
func reads(t *testing.T, db *sql.DB, executions int, statement string, args []any) (all []scan) {
	t.Helper()
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	literals := make([]string, len(args))
	for n, arg := range args {
		if v, ok := arg.(driver.Valuer); ok {
			if arg, err = v.Value(); err != nil {
				t.Fatal(err)
			}
		}
		switch v := arg.(type) {
		case time.Time:
			literals[n] = pq.QuoteLiteral(v.Format(time.RFC3339Nano))
		default:
			literals[n] = pq.QuoteLiteral(fmt.Sprint(v))
		}
	}
	execute := "EXECUTE asked"
	if len(args) > 0 {
		execute += "(" + strings.Join(literals, ", ") + ")"
	}
	var told []byte
	if _, err := conn.ExecContext(ctx, "PREPARE asked AS "+statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	for range executions - 1 {
		if _, err := conn.ExecContext(ctx, execute); err != nil {
			t.Fatalf("%s: %v", execute, err)
		}
	}
	if err := conn.QueryRowContext(ctx, "EXPLAIN (ANALYZE, TIMING off, FORMAT JSON) "+execute).Scan(&told); err != nil {
		t.Fatalf("%s: %v", execute, err)
	}
	if _, err := conn.ExecContext(ctx, "DEALLOCATE asked"); err != nil {
		t.Fatal(err)
	}
	type node struct {
		Type     string  `json:"Node Type"`
		Relation string  `json:"Relation Name"`
		Index    string  `json:"Index Name"`
		Rows     float64 `json:"Actual Rows"`
		Loops    float64 `json:"Actual Loops"`
		Dropped  float64 `json:"Rows Removed by Filter"`
		Rechecks float64 `json:"Rows Removed by Index Recheck"`
		Plans    []node  `json:"Plans"`
	}
	var plans []struct{ Plan node }
	if err := json.Unmarshal(told, &plans); err != nil || len(plans) != 1 {
		t.Fatalf("%s: %v", told, err)
	}
	var walk func(node)
	walk = func(n node) {
		if n.Index != "" || n.Relation != "" {
			all = append(all, scan{strings.TrimSpace(n.Type + " " + n.Relation + " " + n.Index), int((n.Rows + n.Dropped + n.Rechecks) * n.Loops)})
		}
		for _, under := range n.Plans {
			walk(under)
		}
	}
	walk(plans[0].Plan)
	return all
}

// TestAPageOfCertificatesReadsNoMoreThanItShows: each view in each order, and each
// exact filter and search, reads ten pages' worth of rows at most, for a viewer of
// everything, of one business unit, and of more than have branches of their own.
func TestAPageOfCertificatesReadsNoMoreThanItShows(t *testing.T) {
	t.Parallel()
	db, units := cellar(t)
	window, err := page.Args{}.Open("certificates")
	if err != nil {
		t.Fatal(err)
	}
	bound := 10 * (window.Limit + 1)
	check := func(name string, l certificateList, most int) {
		t.Helper()
		if !l.open() {
			t.Fatalf("%s: nothing can match", name)
		}
		m, exact := l.merge()
		m.Columns = expressions(pick(certificateColumns, Fields{"subject": true}))
		if exact {
			m.Columns = append([]string{"f.found"}, m.Columns...)
		}
		for _, executions := range []int{1, 6} {
			statement, args := m.Page(window)
			scans := reads(t, db, executions, statement, args)
			total := 0
			for _, s := range scans {
				total += s.rows
				if strings.HasPrefix(s.how, "Seq Scan") {
					total += 1_000_000
				}
			}
			if total > most {
				t.Errorf("%s, execution %d: %d rows are read: %v\n%s", name, executions, total, scans, statement)
			}
		}
	}
	scopes := map[string]certificateList{"of everything": {}, "of one unit": {units: units[:1]}, "of three units": {units: units[:3]}, "of fifty-seven units": {units: units}}
	for who, base := range scopes {
		base.now = shown
		if base.units == nil {
			base.scope.All = true
		} else {
			base.filter.BusinessUnitIDs = ids(base.units)
			base.scope.All = true
		}
		for _, view := range CertificateViews {
			for field := range certificateOrders {
				l := base
				l.view, l.order = view, CertificateOrder{field, page.Ascending}
				if field == CertificatesByCreatedAt || field == CertificatesByUpdatedAt {
					l.order.Direction = page.Descending
				}
				most := bound
				if view == CertificatesExpiring && field != CertificatesByNotAfter {
					most = 1000 // all that end soon are put in order
				}
				check(fmt.Sprintf("%s %s by %s", who, view, field), l, most)
			}
		}
		text := func(s string) *search { x := search(s); return &x }
		for name, narrow := range map[string]func(*certificateList){
			"serial":     func(l *certificateList) { l.filter.SerialNumbers = []string{"1f", "2f"} },
			"thumbprint": func(l *certificateList) { l.filter.Sha256 = []string{strings.Repeat("0", 64)} },
			"seat":       func(l *certificateList) { l.filter.Seats = ids([]uuid.UUID{uuid.New()}) },
			"name":       func(l *certificateList) { l.filter.Names = []string{"host-4711.example"} },
			"word":       func(l *certificateList) { l.search = text("host-4711") },
			"part":       func(l *certificateList) { l.search = text("-471") },
			"discovered": func(l *certificateList) { l.filter.Sources = []lifecycle.CertificateSource{lifecycle.SourceDiscovered} },
			"ending": func(l *certificateList) {
				l.order.Field, l.filter.NotAfterSince = CertificatesByNotAfter, &shown
			},
		} {
			l := base
			l.view, l.order = CertificatesAll, CertificateOrder{CertificatesByCreatedAt, page.Descending}
			narrow(&l)
			check(who+", by "+name, l, bound)
		}
	}
}

func ids(units []uuid.UUID) []id.ID {
	all := make([]id.ID, len(units))
	for n, u := range units {
		all[n] = id.Of(id.BusinessUnit, u)
	}
	return slices.Clip(all)
}
