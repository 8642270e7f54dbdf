package migrate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// GuardAudit refuses a connection whose role could change or remove audit entries,
// now or by a SET ROLE to any role that it is a member of, and says which way. The
// server asks before it serves: the promise that entries are only ever added is
// kept by the database, and holds only if the server cannot lift it.
func GuardAudit(ctx context.Context, db *sql.DB) error {
	roles, err := reachableRoles(ctx, db)
	if err != nil {
		return fmt.Errorf("checking that the server's database role cannot change the audit: %w", err)
	}
	if len(roles) == 0 {
		return fmt.Errorf("the database has no table %s that the server's role can see: run gatehouse migrate up first", auditTable)
	}
	for _, r := range roles {
		if could := r.could(); could != "" {
			through := ""
			if r.name != r.session {
				through = fmt.Sprintf(", through the role %q,", r.name)
			}
			return fmt.Errorf("the server's database role %q could%s change the audit: it %s; give the server a role that owns nothing, and run gatehouse migrate up for it", r.session, through, could)
		}
	}
	return nil
}

// reach is one role that a connection can act as, and its power over the audit.
type reach struct {
	session, name                              string
	superuser, makesRoles, runsPrograms        bool
	ownsTable, ownsSchema, ownsDatabase        bool
	mayUpdate, mayDelete, mayTruncate, mayHook bool
}

// could says the first thing by which the role could change the audit; empty when
// there is none.
func (r reach) could() string {
	switch {
	case r.superuser:
		return "is a superuser"
	case r.ownsTable:
		return "owns the table " + auditTable
	case r.ownsDatabase:
		return "owns the database"
	case r.ownsSchema:
		return "owns the schema, and so may drop its tables"
	case r.mayUpdate:
		return "may UPDATE " + auditTable
	case r.mayDelete:
		return "may DELETE from " + auditTable
	case r.mayTruncate:
		return "may TRUNCATE " + auditTable
	case r.mayHook:
		return "may put a trigger on " + auditTable
	case r.makesRoles:
		return "may create roles, and so make itself a member of others"
	case r.runsPrograms:
		return "may write files or run programs on the database's machine"
	}
	return ""
}

// reachableRoles lists the roles that the connection can act as, its own first.
// Nothing is listed when there is no audit table.
func reachableRoles(ctx context.Context, db *sql.DB) (_ []reach, err error) {
	rows, err := db.QueryContext(ctx, `SELECT session_user, r.rolname, r.rolsuper, r.rolcreaterole,
			r.rolname IN ('pg_write_server_files', 'pg_execute_server_program'),
			c.relowner = r.oid, n.nspowner = r.oid, d.datdba = r.oid,
			has_any_column_privilege(r.oid, c.oid, 'UPDATE'), has_table_privilege(r.oid, c.oid, 'DELETE'),
			has_table_privilege(r.oid, c.oid, 'TRUNCATE'), has_table_privilege(r.oid, c.oid, 'TRIGGER')
		FROM pg_class c
		JOIN pg_namespace n ON n.oid = c.relnamespace
		JOIN pg_database d ON d.datname = current_database()
		JOIN pg_roles r ON pg_has_role(session_user, r.oid, 'MEMBER')
		WHERE c.oid = to_regclass($1)
		ORDER BY r.rolname <> session_user, r.rolname`, auditTable)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var list []reach
	for rows.Next() {
		var r reach
		if err := rows.Scan(&r.session, &r.name, &r.superuser, &r.makesRoles, &r.runsPrograms,
			&r.ownsTable, &r.ownsSchema, &r.ownsDatabase,
			&r.mayUpdate, &r.mayDelete, &r.mayTruncate, &r.mayHook); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}
