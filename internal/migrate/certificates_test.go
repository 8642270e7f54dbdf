package migrate_test

import (
	"database/sql"
	"io/fs"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/testdb"
	"gatehouse/migrations"
)

// until is the project's own folder of migrations, up to a file, without it.
func until(t *testing.T, file string) fs.FS {
	t.Helper()
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	var content []string
	for _, name := range names {
		if name >= file {
			return folder(t, content...)
		}
		text, err := fs.ReadFile(migrations.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		content = append(content, name, string(text))
	}
	t.Fatalf("there is no %s", file)
	return nil
}

// earlier runs statements on a database of an earlier version, whose other rows do
// not matter.
func earlier(t *testing.T, db *sql.DB, statement string, args ...any) {
	t.Helper()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.Exec(`SET LOCAL session_replication_role = replica`); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// TestTheCertificatesOfAnEarlierVersionAreTakenOver: what other rows tell of them
// stands on them after the migration; what their bytes tell is left to the server.
func TestTheCertificatesOfAnEarlierVersionAreTakenOver(t *testing.T) {
	t.Parallel()
	const file = "20261122134740_certificates.sql"
	database := testdb.Empty(t)
	owner, admin := database.Owner(t), database.Admin(t)
	if _, err := up(t, owner, until(t, file)); err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC().Truncate(time.Second)
	var unit uuid.UUID
	if err := owner.QueryRow(`SELECT id FROM business_units`).Scan(&unit); err != nil {
		t.Fatal(err)
	}
	live, deleted := uuid.New(), uuid.New()
	for seat, status := range map[uuid.UUID]string{live: "CREATED", deleted: "DELETED"} {
		earlier(t, admin, `INSERT INTO seats (id, created_at, updated_at, unused_since, business_unit_id, seat_type, seat_id, seat_key, status, deleted_at)
VALUES ($1, $2, $2, $2, $3, 'USER', $4::text, $4::text, $4::text, CASE WHEN $4::text = 'DELETED' THEN $2::timestamptz END)`, seat, now, unit, status)
	}
	const days = 24 * time.Hour
	rows := []struct {
		name, source, status, issuer string
		seat                         *uuid.UUID
		ends                         time.Duration // from now
		want                         string
		reminded                     time.Duration // before its end; 0 for never
	}{
		{"issued here", "ISSUED", "ISSUED", "BUILT_IN", &live, 40 * days, "issued BUILT_IN assigned", 30 * days},
		{"issued by another's authority", "ISSUED", "ISSUED", "ACME", &live, 20 * days, "issued ACME assigned", 14 * days},
		{"attached", "ISSUED", "ISSUED", "", &live, 10 * days, "issued assigned", 7 * days},
		{"on a deleted seat", "ISSUED", "ISSUED", "", &deleted, 2 * days, "issued", 1 * days},
		{"in its last day", "ISSUED", "ISSUED", "", &live, time.Hour, "issued assigned", 0},
		{"on hold", "ISSUED", "SUSPENDED", "BUILT_IN", &live, 40 * days, "issued BUILT_IN assigned suspended", 30 * days},
		{"expired", "ISSUED", "EXPIRED", "BUILT_IN", &live, -days, "issued BUILT_IN assigned", 0},
		{"revoked", "ISSUED", "REVOKED", "BUILT_IN", &live, 40 * days, "issued BUILT_IN assigned reported", 0},
		{"revoked, of another's authority", "ISSUED", "REVOKED", "ACME", &live, 40 * days, "issued ACME assigned It was revoked by a version that did not tell its authority. Revoke it there, too.", 0},
		{"revoked, attached", "ISSUED", "REVOKED", "", nil, 40 * days, "issued It was not issued from here. Revoke it at its authority, too.", 0},
		{"brought in", "IMPORTED", "ISSUED", "", &live, 40 * days, "imported assigned", 0},
		{"found", "DISCOVERED", "ISSUED", "", nil, 40 * days, "discovered", 0},
	}
	for _, c := range rows {
		row, enrollment := uuid.New(), uuid.New()
		earlier(t, admin, `INSERT INTO enrollments (id, created_at, updated_at, business_unit_id, seat_row_id, profile_id, seat_type, seat_id, seat_key, ca_type, authentication_method, enrollment_method, status, expires_at, promise, approvals_required)
VALUES ($1, $2, $2, $3, $4, gen_random_uuid(), 'USER', 'a', 'a', 'PRIVATE', 'MANUAL_APPROVAL', 'BROWSER_PKCS12', 'REDEEMED', $2, '{}', 1)`, enrollment, now, unit, live)
		earlier(t, admin, `INSERT INTO certificates (id, created_at, updated_at, business_unit_id, seat_row_id, enrollment_id, status, source, serial, subject, issuer, not_before, not_after, sha256, der, revoked_at, revocation_reason)
VALUES ($1, $2, $2, $3, $4, $5, $6::text, $7, '1', 'CN=a', 'CN=b', $2::timestamptz - interval '1 year', $8, $9, '\x3000', CASE WHEN $6::text = 'REVOKED' THEN $2::timestamptz END, CASE WHEN $6::text = 'REVOKED' THEN 'SUPERSEDED' END)`,
			row, now, unit, c.seat, enrollment, c.status, c.source, now.Add(c.ends), c.name)
		if c.issuer != "" {
			earlier(t, admin, `INSERT INTO issuances (id, created_at, finished_at, enrollment_id, business_unit_id, issuer, csr, wanted, status)
VALUES (gen_random_uuid(), $1, $1, $2, $3, 'EXTERNAL', '', '{}', 'FAILED'), (gen_random_uuid(), $1, $1, $2, $3, $4, '', '{}', 'DONE')`,
				now, enrollment, unit, c.issuer)
		}
	}
	if _, err := up(t, owner, migrations.Files); err != nil {
		t.Fatal(err)
	}
	for _, c := range rows {
		var got string
		var reminded *time.Time
		err := owner.QueryRow(`SELECT concat_ws(' ', CASE WHEN issued THEN 'issued' END, CASE WHEN imported THEN 'imported' END, CASE WHEN discovered THEN 'discovered' END, authority,
  CASE WHEN assigned THEN 'assigned' END, CASE WHEN suspended_at IS NOT NULL THEN 'suspended' END, CASE WHEN revocation_reported_at IS NOT NULL THEN 'reported' END, NULLIF(revocation_error, '')), remind_at
FROM certificates WHERE sha256 = $1 AND read_as = 0 AND places = 0 AND names = '{}'`, c.name).Scan(&got, &reminded)
		if err != nil || got != c.want {
			t.Errorf("%s: %q, %v; want %q", c.name, got, err, c.want)
		}
		if want := now.Add(c.ends - c.reminded); (reminded == nil) != (c.reminded == 0) || reminded != nil && !reminded.Equal(want) {
			t.Errorf("%s: its holder is reminded at %v, want %v", c.name, reminded, want)
		}
	}
	if _, err := owner.Exec(`UPDATE certificates SET not_before = not_after + interval '1 day'`); err != nil {
		t.Errorf("one that ends before it begins: %v", err)
	}
}
