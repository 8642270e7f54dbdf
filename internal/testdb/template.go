package testdb

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"sync"

	"github.com/lib/pq"

	"gatehouse/internal/migrate"
	"gatehouse/migrations"
)

// migratedTemplate names the template of this binary's migrations, built by the
// first that asks.
var migratedTemplate = sync.OnceValues(func() (string, error) {
	c, err := shared()
	if err != nil {
		return "", err
	}
	return c.ensureTemplate(context.Background(), migrations.Files)
})

// ensureTemplate builds the template for a content of the migrations unless the
// cluster has it. A name that carries a hash of everything the template is made of
// can never stand for something older; it is given at the end, so that a process
// that dies half way leaves no broken template behind.
func (c *cluster) ensureTemplate(ctx context.Context, folder fs.FS) (string, error) {
	hash, err := contentHash(folder)
	if err != nil {
		return "", fmt.Errorf("hashing the migrations: %w", err)
	}
	name := "gatehouse_template_" + hash
	err = c.locked(ctx, func() error {
		var there bool
		if err := c.admin.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&there); err != nil || there {
			return err
		}
		return c.buildTemplate(ctx, folder, name)
	})
	if err != nil {
		return "", fmt.Errorf("building the template database: %w", err)
	}
	return name, nil
}

func (c *cluster) buildTemplate(ctx context.Context, folder fs.FS, name string) error {
	making := name + "_making"
	if _, err := c.admin.ExecContext(ctx, `DROP DATABASE IF EXISTS `+pq.QuoteIdentifier(making)+` WITH (FORCE)`); err != nil {
		return err
	}
	if err := c.newDatabase(ctx, making); err != nil {
		return err
	}
	if err := c.fillTemplate(ctx, folder, making); err != nil {
		return err
	}
	// Nobody may connect to it: a database in use cannot be copied.
	for _, statement := range []string{
		`ALTER DATABASE ` + pq.QuoteIdentifier(making) + ` WITH ALLOW_CONNECTIONS false`,
		`ALTER DATABASE ` + pq.QuoteIdentifier(making) + ` RENAME TO ` + pq.QuoteIdentifier(name),
	} {
		if err := c.retry(func() error { _, err := c.admin.ExecContext(ctx, statement); return err }); err != nil {
			return err
		}
	}
	return nil
}

func (c *cluster) fillTemplate(ctx context.Context, folder fs.FS, database string) (err error) {
	connector, err := pq.NewConnector(c.url(url.UserPassword(OwnerRole, c.password(OwnerRole)), database))
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := migrate.Up(ctx, db, folder, AppRole, slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	return requireAudit(ctx, db)
}

// contentHash covers what a template is made of: the migrations, and the triggers
// that are added to them.
func contentHash(folder fs.FS) (string, error) {
	sum := sha256.New()
	sum.Write([]byte(requireAuditFunction))
	for _, a := range auditedTables {
		fmt.Fprintln(sum, a.table, a.follows)
	}
	names, err := fs.Glob(folder, "*.sql")
	if err != nil {
		return "", err
	}
	for _, name := range names {
		content, err := fs.ReadFile(folder, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintln(sum, name, len(content))
		sum.Write(content)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8]), nil
}
