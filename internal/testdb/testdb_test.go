package testdb_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"gatehouse/internal/migrate"
	"gatehouse/internal/testdb"
	"gatehouse/migrations"
)

func TestNewIsMigratedAndTheTestsOwn(t *testing.T) {
	t.Parallel()
	one, other := testdb.New(t), testdb.New(t)
	status, err := migrate.ReadStatus(t.Context(), one.Open(t), migrations.Files)
	if err != nil {
		t.Fatal(err)
	}
	if err := status.Ready(); err != nil {
		t.Error(err)
	}
	if err := migrate.GuardAudit(t.Context(), one.Open(t)); err != nil {
		t.Error(err)
	}
	if _, err := one.Owner(t).Exec(`CREATE TABLE mark (id int)`); err != nil {
		t.Fatal(err)
	}
	var there bool
	if err := other.Owner(t).QueryRow(`SELECT to_regclass('mark') IS NOT NULL`).Scan(&there); err != nil || there {
		t.Errorf("two tests share a database (%v)", err)
	}
}

func TestTheDatabaseGoesWithItsTest(t *testing.T) {
	t.Parallel()
	mine := testdb.Empty(t)
	var name string
	t.Run("a test that leaves a connection open", func(t *testing.T) {
		db := testdb.New(t)
		name = db.Name
		if _, err := db.Open(t).Conn(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	var there bool
	if err := mine.Admin(t).QueryRow(`SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&there); err != nil || there {
		t.Errorf("the database %s outlived its test (%v)", name, err)
	}
}

const (
	unit  = "019a0000-0000-7000-8000-000000000001"
	entry = `INSERT INTO audit_entries (id, at, actor_kind, actor_issuer, actor_subject, actor_roles, action, resource_type, resource_id, outcome, code, changes)
		VALUES (gen_random_uuid(), now(), 'USER', 'i', 's', '[]', 'UPDATE_BUSINESS_UNIT', 'BUSINESS_UNIT', '%s', '%s', '%s', '[]')`
	insertUnit = `INSERT INTO business_units (id, created_at, updated_at, key, name, approver_emails, manager_emails)
		VALUES ('` + unit + `', now(), now(), 'sales', 'Sales', '[]', '[]')`
	rename = `UPDATE business_units SET name = 'Other' WHERE id = '` + unit + `'`
)

func TestACommitNeedsAnAuditEntry(t *testing.T) {
	t.Parallel()
	success := fmt.Sprintf(entry, unit, "SUCCESS", "")
	refused := fmt.Sprintf(entry, unit, "REFUSED", "INVALID_STATE")
	ofAnother := fmt.Sprintf(entry, "019a0000-0000-7000-8000-000000000002", "SUCCESS", "")
	tests := []struct {
		name       string
		statements []string
		commits    bool
	}{
		{"an insert with an entry", []string{insertUnit, success}, true},
		{"an entry that comes first", []string{success, insertUnit}, true},
		{"an insert without", []string{insertUnit}, false},
		{"an entry about another row", []string{insertUnit, ofAnother}, false},
		{"an entry about a refusal", []string{insertUnit, refused}, false},
		{"an entry of another transaction", []string{insertUnit, success, "COMMIT", "BEGIN", rename}, false},
		{"an update of what follows every change", []string{insertUnit, success, "COMMIT", "BEGIN", `UPDATE business_units SET version = version + 1, updated_at = now()`}, true},
		{"nothing changed", []string{insertUnit, success, "COMMIT", "BEGIN", `UPDATE business_units SET name = name`}, true},
		{"an update with an entry", []string{insertUnit, success, "COMMIT", "BEGIN", rename, success}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := inTransaction(t, testdb.New(t).Open(t), test.statements)
			switch {
			case test.commits && err != nil:
				t.Errorf("the commit failed: %v", err)
			case !test.commits && err == nil:
				t.Error("it was committed")
			case !test.commits && !strings.Contains(err.Error(), "has no audit entry in its transaction"):
				t.Errorf("the commit failed for another reason: %v", err)
			}
		})
	}
}

// inTransaction runs the statements on one connection, and tells how the last
// COMMIT ended; everything before it must succeed.
func inTransaction(t *testing.T, db *sql.DB, statements []string) error {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, s := range append([]string{"BEGIN"}, statements...) {
		if _, err := conn.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	_, err = conn.ExecContext(t.Context(), "COMMIT")
	return err
}

func TestCountersNeedNoEntry(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	license := "019a0000-0000-7000-8000-000000000003"
	app := db.Open(t)
	if _, err := app.Exec(`DELETE FROM seat_licenses`); err != nil {
		t.Fatal(err)
	}
	err := inTransaction(t, app, []string{
		`INSERT INTO seat_licenses (id, created_at, updated_at, seat_type, purchased) VALUES ('` + license + `', now(), now(), 'USER', 10)`,
		fmt.Sprintf(entry, license, "SUCCESS", ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := inTransaction(t, app, []string{`UPDATE seat_licenses SET allocated = 5`}); err != nil {
		t.Errorf("a counter's change asks for an entry: %v", err)
	}
	if err := inTransaction(t, app, []string{`UPDATE seat_licenses SET purchased = 20`}); err == nil {
		t.Error("a figure's change was committed without an entry")
	}
}

// TestClusterCommand runs the command that make test uses, around a shell that
// tells which cluster it was given and ends with a code of its own.
func TestClusterCommand(t *testing.T) {
	t.Parallel()
	binary := t.TempDir() + "/cluster"
	if out, err := exec.Command("go", "build", "-o", binary, "./cluster").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := exec.CommandContext(context.Background(), binary, "--", "/bin/sh", "-c", `echo "$GATEHOUSE_TEST_CLUSTER"; exit 7`)
	cmd.Env = without(os.Environ(), testdb.ClusterVariable)
	out, err := cmd.Output()
	if cmd.ProcessState.ExitCode() != 7 {
		t.Errorf("the exit code is %d (%v), want the command's own 7", cmd.ProcessState.ExitCode(), err)
	}
	url := strings.TrimSpace(string(out))
	if !strings.HasPrefix(url, "postgres://") {
		t.Fatalf("the command was given the cluster %q", url)
	}
	db, err := sql.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Ping(); err == nil {
		t.Error("the cluster outlived its command")
	}
}

func without(environment []string, name string) []string {
	var kept []string
	for _, variable := range environment {
		if !strings.HasPrefix(variable, name+"=") {
			kept = append(kept, variable)
		}
	}
	return kept
}

func BenchmarkNew(b *testing.B) {
	testdb.New(b) // builds the template
	for b.Loop() {
		testdb.New(b)
	}
}
