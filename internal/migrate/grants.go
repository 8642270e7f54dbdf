package migrate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/lib/pq"
)

// auditTable holds the audit entries, which may be added and read, and never
// changed or removed.
const auditTable = "audit_entries"

// mayOn is what the server's role may do on a table. TRUNCATE, TRIGGER and the like
// are given nowhere.
func mayOn(table string) string {
	switch table {
	case auditTable:
		return "SELECT, INSERT"
	case revisionsTable:
		return "SELECT"
	}
	return "SELECT, INSERT, UPDATE, DELETE"
}

// checkAppRole refuses a role that does not exist, or that the grants below could
// not keep away from the audit.
func checkAppRole(ctx context.Context, tx *sql.Tx, appRole string) error {
	var owner string
	var super, same, member bool
	err := tx.QueryRowContext(ctx, `SELECT current_user, rolsuper, rolname = current_user, pg_has_role(oid, current_user, 'MEMBER')
		FROM pg_roles WHERE rolname = $1`, appRole).Scan(&owner, &super, &same, &member)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("the server's database role %q does not exist: make it (CREATE ROLE %s LOGIN PASSWORD '…') and migrate again", appRole, pq.QuoteIdentifier(appRole))
	case err != nil:
		return fmt.Errorf("looking for the server's database role: %w", err)
	case same:
		return fmt.Errorf("the role %q runs the migrations and owns the tables, so a server running as it could change the audit: name another role for the server", appRole)
	case super:
		return fmt.Errorf("the server's database role %q is a superuser and could change the audit: name a role that is not", appRole)
	case member:
		return fmt.Errorf("the server's database role %q is a member of %q, which owns the tables, and could change the audit: name a role that is not", appRole, owner)
	}
	return nil
}

// grant gives the role what the server needs and takes from it, and from everyone,
// what it must not have. Doing so again changes nothing.
func grant(ctx context.Context, tx *sql.Tx, appRole string) error {
	var database, schema string
	if err := tx.QueryRowContext(ctx, `SELECT current_database(), current_schema()`).Scan(&database, &schema); err != nil {
		return fmt.Errorf("asking for the schema: %w", err)
	}
	tables, err := ownTables(ctx, tx)
	if err != nil {
		return fmt.Errorf("listing the tables to grant rights on: %w", err)
	}
	role, in := pq.QuoteIdentifier(appRole), pq.QuoteIdentifier(schema)
	statements := []string{
		// Before PostgreSQL 15 everyone could make tables here.
		fmt.Sprintf(`REVOKE CREATE ON SCHEMA %s FROM PUBLIC, %s`, in, role),
		// A temporary table could stand before one of ours in its own session.
		fmt.Sprintf(`REVOKE TEMPORARY ON DATABASE %s FROM PUBLIC, %s`, pq.QuoteIdentifier(database), role),
		fmt.Sprintf(`GRANT USAGE ON SCHEMA %s TO %s`, in, role),
		fmt.Sprintf(`GRANT CONNECT ON DATABASE %s TO %s`, pq.QuoteIdentifier(database), role),
		fmt.Sprintf(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA %s TO %s`, in, role),
	}
	for _, table := range tables {
		name := in + "." + pq.QuoteIdentifier(table)
		statements = append(statements,
			fmt.Sprintf(`REVOKE ALL ON TABLE %s FROM PUBLIC, %s`, name, role),
			fmt.Sprintf(`GRANT %s ON TABLE %s TO %s`, mayOn(table), name, role))
	}
	if _, err := tx.ExecContext(ctx, strings.Join(statements, ";\n")); err != nil {
		return fmt.Errorf("granting the server's database role %q its rights: %w", appRole, err)
	}
	return checkCanEnter(ctx, tx, appRole, database, schema)
}

// checkCanEnter refuses when the role still cannot connect: PostgreSQL only warns
// when somebody grants what is not theirs to grant.
func checkCanEnter(ctx context.Context, tx *sql.Tx, appRole, database, schema string) error {
	var connects, uses bool
	if err := tx.QueryRowContext(ctx, `SELECT has_database_privilege($1, $2, 'CONNECT'), has_schema_privilege($1, $3, 'USAGE')`,
		appRole, database, schema).Scan(&connects, &uses); err != nil {
		return fmt.Errorf("checking the rights of the server's database role: %w", err)
	}
	if !connects || !uses {
		return fmt.Errorf("the server's database role %q may not use the schema %q of the database %q, and the migrating role cannot allow it: as the database's owner, GRANT CONNECT on the database and USAGE on the schema", appRole, schema, database)
	}
	return nil
}

// ownTables lists the tables of the schema that the migrating role owns; those of
// an extension in the same schema are not ours to grant.
func ownTables(ctx context.Context, tx *sql.Tx) (_ []string, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT relname FROM pg_class c
		WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
		AND pg_has_role(relowner, 'MEMBER')
		AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype = 'e') ORDER BY relname`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var tables []string
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			return nil, err
		}
		tables = append(tables, table)
	}
	return tables, rows.Err()
}
