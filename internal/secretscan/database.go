package secretscan

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
)

// Scan finds the secrets that stand in a database: in every column of every table
// that can hold one, the bytes of bytea columns as they are. db must be allowed to
// read them all. The sentences name table, column and which secret; they are sorted,
// each told once. A database in which nothing was there to be read is an error.
func Scan(ctx context.Context, db *sql.DB, secrets []string) ([]string, error) {
	columns, err := columnsOf(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("secretscan: list the columns: %w", err)
	}
	s, values := newScanner(secrets), 0
	var found []string
	for _, c := range columns {
		n, err := c.scan(ctx, db, func(value []byte) { found = append(found, s.text(c.name, string(value))...) })
		if err != nil {
			return nil, fmt.Errorf("secretscan: read %s: %w", c.name, err)
		}
		values += n
	}
	if values == 0 {
		return nil, errors.New("secretscan: there is nothing in this database, so nothing was found in it")
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// column is a column that can hold text, and the statement that reads it.
type column struct{ name, statement string }

// columnsOf lists them. What has another type holds no secret: a number, a time, an
// id.
func columnsOf(ctx context.Context, db *sql.DB) ([]column, error) {
	rows, err := db.QueryContext(ctx, `SELECT n.nspname || '.' || c.relname || '.' || a.attname,
  format('SELECT %I%s FROM %I.%I WHERE %1$I IS NOT NULL', a.attname, CASE WHEN a.atttypid = 'bytea'::regtype THEN '' ELSE '::text' END, n.nspname, c.relname)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'
  AND a.atttypid <> ALL (ARRAY['uuid', 'timestamptz', 'timestamp', 'date', 'boolean', 'smallint', 'integer', 'bigint', 'xid8']::regtype[])
ORDER BY 1`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var all []column
	for rows.Next() {
		var c column
		if err := rows.Scan(&c.name, &c.statement); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, rows.Err()
}

// scan shows every value of the column, and counts them.
func (c column) scan(ctx context.Context, db *sql.DB, show func([]byte)) (n int, err error) {
	rows, err := db.QueryContext(ctx, c.statement)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }()
	for ; rows.Next(); n++ {
		var value []byte
		if err := rows.Scan(&value); err != nil {
			return n, err
		}
		show(value)
	}
	return n, rows.Err()
}
