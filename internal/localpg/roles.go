//go:build unix

package localpg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/lib/pq"
)

// ensureRolesAndDatabase makes the two roles and the database, each unless it is
// there: a first start that was killed half way is finished by the next.
func ensureRolesAndDatabase(ctx context.Context, adminURL string, s secrets) (err error) {
	connector, err := pq.NewConnector(adminURL)
	if err != nil {
		return fmt.Errorf("preparing the private database: %w", err)
	}
	db := sql.OpenDB(connector)
	defer func() { err = errors.Join(err, db.Close()) }()

	if err := EnsureRole(ctx, db, OwnerRole, s.Owner); err != nil {
		return err
	}
	if err := EnsureRole(ctx, db, AppRole, s.App); err != nil {
		return err
	}
	var there bool
	if err := db.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, Database).Scan(&there); err != nil {
		return fmt.Errorf("looking for the private database: %w", err)
	}
	if there {
		return nil
	}
	return CreateDatabase(ctx, db, Database, OwnerRole)
}

// EnsureRole makes a role that may log in and has no other right, unless a role of
// this name is there; that one is left as it is. For a superuser.
func EnsureRole(ctx context.Context, admin *sql.DB, role, password string) error {
	var there bool
	if err := admin.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)`, role).Scan(&there); err != nil {
		return fmt.Errorf("looking for the role %s: %w", role, err)
	}
	if there {
		return nil
	}
	// CREATE ROLE takes no parameters, so the text is quoted here.
	statement := fmt.Sprintf(`CREATE ROLE %s LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD %s`,
		pq.QuoteIdentifier(role), pq.QuoteLiteral(password))
	if _, err := admin.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("making the role %s: %w", role, err)
	}
	return nil
}

// CreateDatabase makes an empty database as gatehouse wants it: UTF-8, text ordered
// by bytes (pages are cut by comparing text), and letters known as letters beyond
// ASCII where the system can, which search by words needs. For a superuser.
func CreateDatabase(ctx context.Context, admin *sql.DB, name, owner string) error {
	var err error
	for _, letters := range []string{"C.UTF-8", "en_US.UTF-8", "C"} {
		_, err = admin.ExecContext(ctx, fmt.Sprintf(
			`CREATE DATABASE %s OWNER %s TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE %s`,
			pq.QuoteIdentifier(name), pq.QuoteIdentifier(owner), pq.QuoteLiteral(letters)))
		if err == nil {
			return nil
		}
		// "invalid locale name": this system does not have it.
		if answer := (*pq.Error)(nil); !errors.As(err, &answer) || answer.Code != "42809" && answer.Code != "22023" {
			break
		}
	}
	return fmt.Errorf("making the database %s: %w", name, err)
}
