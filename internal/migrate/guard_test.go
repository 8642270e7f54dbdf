package migrate_test

import (
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/lib/pq"

	"gatehouse/internal/migrate"
	"gatehouse/internal/testdb"
)

// login makes a role for one test and connects as it.
func login(t *testing.T, db *testdb.DB, attributes string) (role string, pool *sql.DB) {
	t.Helper()
	role = "guard_" + strings.ToLower(rand.Text())
	admin := db.Admin(t)
	run(t, admin, fmt.Sprintf(`CREATE ROLE %s LOGIN PASSWORD 'guard' %s`, role, attributes))
	t.Cleanup(func() { run(t, admin, `DROP OWNED BY `+role+` CASCADE`, `DROP ROLE `+role) })
	address, err := url.Parse(db.AppURL)
	if err != nil {
		t.Fatal(err)
	}
	address.User = url.UserPassword(role, "guard")
	connector, err := pq.NewConnector(address.String())
	if err != nil {
		t.Fatal(err)
	}
	pool = sql.OpenDB(connector)
	t.Cleanup(func() { _ = pool.Close() })
	return role, pool
}

func TestGuardAudit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, attributes string
		grant            string // statement by a superuser, %s is the role
		could            string // part of the refusal; empty when it may serve
	}{
		{"as migrated", "", "", ""},
		{"a superuser", "SUPERUSER", "", "it is a superuser"},
		{"the table's owner", "", `ALTER TABLE audit_entries OWNER TO %s`, "it owns the table audit_entries"},
		{"a member of the owner", "", `GRANT ` + testdb.OwnerRole + ` TO %s`, "may UPDATE"},
		{"a member that must SET ROLE first", "NOINHERIT", `GRANT ` + testdb.OwnerRole + ` TO %s`, "through the role"},
		{"the schema's owner", "", `ALTER SCHEMA public OWNER TO %s`, "owns the schema"},
		{"may update", "", `GRANT UPDATE ON audit_entries TO %s`, "may UPDATE"},
		{"may update one column", "", `GRANT UPDATE (what) ON audit_entries TO %s`, "may UPDATE"},
		{"may delete", "", `GRANT DELETE ON audit_entries TO %s`, "may DELETE"},
		{"may truncate", "", `GRANT TRUNCATE ON audit_entries TO %s`, "may TRUNCATE"},
		{"may put a trigger on it", "", `GRANT TRIGGER ON audit_entries TO %s`, "may put a trigger"},
		{"everyone may delete", "", `GRANT DELETE ON audit_entries TO PUBLIC -- %s`, "may DELETE"},
		{"may write all data", "", `GRANT pg_write_all_data TO %s`, "may UPDATE"},
		{"may create roles", "CREATEROLE", "", "may create roles"},
		{"may run programs", "", `GRANT pg_execute_server_program TO %s`, "run programs"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			db := testdb.Empty(t)
			mustUp(t, db.Owner(t), folder(t, first, firstSQL), first)
			role, server := login(t, db, test.attributes)
			run(t, db.Admin(t), `GRANT SELECT, INSERT ON audit_entries TO `+role)
			if test.grant != "" {
				run(t, db.Admin(t), fmt.Sprintf(test.grant, role))
			}
			err := migrate.GuardAudit(t.Context(), server)
			if test.could == "" {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			mustSay(t, err, role, "change the audit", test.could)
		})
	}
}

func TestGuardAuditOfTheRoleThatWasGranted(t *testing.T) {
	t.Parallel()
	db := testdb.Empty(t)
	mustSay(t, migrate.GuardAudit(t.Context(), db.Open(t)), "no table audit_entries", "gatehouse migrate up")
	mustUp(t, db.Owner(t), folder(t, first, firstSQL), first)
	if err := migrate.GuardAudit(t.Context(), db.Open(t)); err != nil {
		t.Errorf("the server's own role is refused: %v", err)
	}
	mustSay(t, migrate.GuardAudit(t.Context(), db.Owner(t)), testdb.OwnerRole, "owns the table")
}

func TestUpRefusesARoleThatTheGrantsCannotBind(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, attributes, grant, want string }{
		{"a superuser", "SUPERUSER", "", "is a superuser and could change the audit"},
		{"a member of the owner", "", `GRANT ` + testdb.OwnerRole + ` TO %s`, "is a member of"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			db := testdb.Empty(t)
			role, _ := login(t, db, test.attributes)
			if test.grant != "" {
				run(t, db.Admin(t), fmt.Sprintf(test.grant, role))
			}
			_, err := migrate.Up(t.Context(), db.Owner(t), folder(t, first, firstSQL), role, discard())
			mustSay(t, err, role, test.want)
		})
	}
}
