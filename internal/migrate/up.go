package migrate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/postgres"
)

// lockKey is the advisory lock under which migrations run; any number will do that
// nothing else in the database uses.
const lockKey = 0x6761_7465 // "gate"

// Up applies the migrations that the database does not have yet and then sets what
// the server's role may do. It names the files that it applied. db connects as the
// role that owns the schema.
//
// Each file runs in a transaction of its own that also notes it as applied: a file
// that fails leaves nothing, those before it stay. Several servers may call Up at
// once; the lock is the transaction's, so that it also works through a pooler, and
// whoever gets it looks anew at what is left to do.
//
// It refuses, before it changes anything, when the files do not agree with
// atlas.sum, the database is ahead of the files or was migrated with other ones,
// the schema holds tables of somebody else's, or appRole does not exist or could
// change the audit. The role is never created here: that is an operator's decision.
func Up(ctx context.Context, db *sql.DB, folder fs.FS, appRole string, log *slog.Logger) (applied []string, err error) {
	f, err := readFiles(folder)
	if err != nil {
		return nil, err
	}
	for {
		name, err := step(ctx, db, f, appRole)
		if err != nil || name == "" {
			return applied, err
		}
		log.InfoContext(ctx, "migration applied", "file", name)
		applied = append(applied, name)
	}
}

// step does one transaction's work under the lock: the next file, or, when there
// is none left, the grants. It names the file.
func step(ctx context.Context, db *sql.DB, f files, appRole string) (name string, err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return "", fmt.Errorf("connecting to migrate the database: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreDone(tx.Rollback()))
		}
	}()
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, lockKey); err != nil {
		return "", fmt.Errorf("waiting for other migrations to end: %w", err)
	}
	if err := checkAppRole(ctx, tx, appRole); err != nil {
		return "", err
	}
	status, err := statusOf(ctx, tx, f)
	if err == nil {
		err = status.history()
	}
	if err != nil {
		return "", err
	}
	if len(status.Pending) == 0 {
		err = grant(ctx, tx, appRole)
	} else {
		name, err = applyNext(ctx, tx, f, len(status.Applied) == 0)
	}
	if err != nil {
		return "", err
	}
	if err := tx.Commit(); err != nil {
		return "", fmt.Errorf("committing a migration: %w", err)
	}
	return name, nil
}

// ignoreDone lets a rollback pass that has nothing to roll back any more, because
// the context has ended and taken the transaction with it.
func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// applyNext applies the first pending file inside the transaction.
func applyNext(ctx context.Context, tx *sql.Tx, f files, first bool) (string, error) {
	if first {
		if err := refuseForeignTables(ctx, tx); err != nil {
			return "", err
		}
	}
	if _, err := tx.ExecContext(ctx, createRevisions); err != nil {
		return "", fmt.Errorf("making the table %s: %w", revisionsTable, err)
	}
	var schema string
	if err := tx.QueryRowContext(ctx, `SELECT current_schema()`).Scan(&schema); err != nil {
		return "", fmt.Errorf("asking for the schema: %w", err)
	}
	driver, err := postgres.Open(tx)
	if err != nil {
		return "", fmt.Errorf("preparing a migration: %w", err)
	}
	// "Dirty" is judged above: Atlas would also refuse schemas that have nothing
	// to do with this one.
	executor, err := migrate.NewExecutor(driver, f, revisions{tx: tx, schema: schema}, migrate.WithAllowDirty(true))
	if err != nil {
		return "", fmt.Errorf("preparing a migration: %w", err)
	}
	pending, err := executor.Pending(ctx)
	if err != nil {
		return "", fmt.Errorf("listing the pending migrations: %w", err)
	}
	next := pending[0]
	if err := executor.Execute(ctx, next); err != nil {
		// Atlas adds that it could not note the failure; in a transaction that
		// goes without saying.
		if failed := (*migrate.StmtExecError)(nil); errors.As(err, &failed) {
			line, _, _ := strings.Cut(strings.TrimSpace(failed.Stmt.Text), "\n")
			return "", fmt.Errorf("the migration %s was not applied and left nothing behind; it failed at %q: %w", next.Name(), line, failed.Err)
		}
		return "", fmt.Errorf("the migration %s was not applied: %w", next.Name(), err)
	}
	return next.Name(), nil
}

// refuseForeignTables refuses a schema that has tables although no migration was
// ever applied to it: the address probably names another program's database.
func refuseForeignTables(ctx context.Context, q querier) error {
	var table sql.NullString
	err := q.QueryRowContext(ctx, `SELECT min(relname) FROM pg_class c
		WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND relname <> $1
		AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype = 'e')`, revisionsTable).Scan(&table)
	if err != nil {
		return fmt.Errorf("looking for tables in the database: %w", err)
	}
	if table.Valid {
		return fmt.Errorf("the database already has tables that are not gatehouse's, such as %s: give gatehouse an empty database", table.String)
	}
	return nil
}
