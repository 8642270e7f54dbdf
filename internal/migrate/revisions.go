package migrate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ariga.io/atlas/sql/migrate"
)

// revisionsTable notes which migrations a database has.
const revisionsTable = "schema_migrations"

const createRevisions = `CREATE TABLE IF NOT EXISTS ` + revisionsTable + ` (
	version        text PRIMARY KEY,
	description    text NOT NULL,
	type           bigint NOT NULL,
	applied        bigint NOT NULL,
	total          bigint NOT NULL,
	executed_at    timestamptz NOT NULL,
	execution_time bigint NOT NULL,
	hash           text NOT NULL
)`

// querier is a database or a transaction in it.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// revisions is Atlas's view of the table, inside one transaction. A file is applied
// whole or not at all, so the state of half a file, which Atlas can keep, is never
// seen by anyone and has no columns.
type revisions struct {
	tx     *sql.Tx
	schema string
}

func (r revisions) Ident() *migrate.TableIdent {
	return &migrate.TableIdent{Schema: r.schema, Name: revisionsTable}
}

func (r revisions) ReadRevisions(ctx context.Context) ([]*migrate.Revision, error) {
	return readRevisions(ctx, r.tx)
}

// readRevisions lists what a database has, the oldest first; nothing when it has
// never been migrated.
func readRevisions(ctx context.Context, q querier) (_ []*migrate.Revision, err error) {
	var there bool
	if err := q.QueryRowContext(ctx, `SELECT to_regclass($1) IS NOT NULL`, revisionsTable).Scan(&there); err != nil || !there {
		return nil, err
	}
	// Byte order, as the files are sorted, whatever the database's own order is.
	rows, err := q.QueryContext(ctx, `SELECT version, description, type, applied, total, executed_at, execution_time, hash
		FROM `+revisionsTable+` ORDER BY version COLLATE "C"`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var list []*migrate.Revision
	for rows.Next() {
		rev := &migrate.Revision{}
		var took int64
		if err := rows.Scan(&rev.Version, &rev.Description, &rev.Type, &rev.Applied, &rev.Total, &rev.ExecutedAt, &took, &rev.Hash); err != nil {
			return nil, err
		}
		rev.ExecutionTime = time.Duration(took)
		list = append(list, rev)
	}
	return list, rows.Err()
}

func (r revisions) ReadRevision(ctx context.Context, version string) (*migrate.Revision, error) {
	all, err := r.ReadRevisions(ctx)
	if err != nil {
		return nil, err
	}
	for _, rev := range all {
		if rev.Version == version {
			return rev, nil
		}
	}
	return nil, migrate.ErrRevisionNotExist
}

func (r revisions) WriteRevision(ctx context.Context, rev *migrate.Revision) error {
	_, err := r.tx.ExecContext(ctx, `INSERT INTO `+revisionsTable+`
			(version, description, type, applied, total, executed_at, execution_time, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (version) DO UPDATE SET applied = excluded.applied, execution_time = excluded.execution_time`,
		rev.Version, rev.Description, int64(rev.Type), rev.Applied, rev.Total, rev.ExecutedAt, int64(rev.ExecutionTime), rev.Hash)
	return err
}

// DeleteRevision is part of Atlas's interface; a migration is never forgotten.
func (r revisions) DeleteRevision(_ context.Context, version string) error {
	return fmt.Errorf("removing the migration %s from the history: migrations only go forward", version)
}
