// Package plan compares the ent schema with the versioned migrations, and writes
// the migration that is missing between them.
package plan

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	atlas "ariga.io/atlas/sql/migrate"
	columns "ariga.io/atlas/sql/schema"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/schema"

	"gatehouse/ent/generated/migrate"
)

// Write plans what the ent schema has beyond the migrations in a folder, writes it
// there as a new file, and brings atlas.sum up to date. It returns the file's name,
// or "" when there is nothing to write. devURL names an empty database, in which
// the migrations are replayed; it is left empty of tables.
//
// What ent cannot express (triggers, functions, extensions, rows, how a generated
// column is computed) is written by hand into the planned file or one of its own; call Hash afterwards.
func Write(ctx context.Context, devURL, folder, name string) (string, error) {
	dir, err := atlas.NewLocalDir(folder)
	if err != nil {
		return "", fmt.Errorf("opening the migrations: %w", err)
	}
	added, err := diff(ctx, devURL, dir, name)
	if err != nil || added == nil {
		return "", err
	}
	return added.Name(), nil
}

// Missing returns the statements that would bring a database from the migrations to
// the ent schema: "" when the two agree. It writes nothing; devURL is as for Write.
func Missing(ctx context.Context, devURL string, folder fs.FS) (statements string, err error) {
	dir := &atlas.MemDir{}
	names, err := fs.Glob(folder, "*.sql")
	if err != nil {
		return "", fmt.Errorf("listing the migrations: %w", err)
	}
	for _, name := range append(names, atlas.HashFileName) {
		content, err := fs.ReadFile(folder, name)
		if err != nil {
			return "", fmt.Errorf("reading the migrations: %w", err)
		}
		if err := dir.WriteFile(name, content); err != nil {
			return "", fmt.Errorf("copying the migrations: %w", err)
		}
	}
	added, err := diff(ctx, devURL, dir, "missing")
	if err != nil || added == nil {
		return "", err
	}
	return string(added.Bytes()), nil
}

// Hash rewrites atlas.sum after a migration was written or edited by hand.
func Hash(folder string) error {
	dir, err := atlas.NewLocalDir(folder)
	if err != nil {
		return fmt.Errorf("opening the migrations: %w", err)
	}
	sum, err := dir.Checksum()
	if err == nil {
		err = atlas.WriteSumFile(dir, sum)
	}
	if err != nil {
		return fmt.Errorf("hashing the migrations: %w", err)
	}
	return nil
}

// diff plans into the folder and returns the file that was added, nil when none was.
func diff(ctx context.Context, devURL string, dir atlas.Dir, name string) (atlas.File, error) {
	before, err := dir.Files()
	if err != nil {
		return nil, fmt.Errorf("listing the migrations: %w", err)
	}
	err = migrate.NamedDiff(ctx, devURL, name,
		schema.WithDir(dir),
		schema.WithMigrationMode(schema.ModeReplay),
		schema.WithDialect(dialect.Postgres),
		schema.WithFormatter(atlas.DefaultFormatter),
		schema.WithForeignKeys(true),
		schema.WithDropColumn(true),
		schema.WithDropIndex(true),
		schema.WithErrNoPlan(true),
		schema.WithDiffHook(keepGenerated),
	)
	if errors.Is(err, atlas.ErrNoPlan) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("comparing the ent schema with the migrations: %w", err)
	}
	after, err := dir.Files()
	if err != nil {
		return nil, fmt.Errorf("listing the migrations: %w", err)
	}
	known := make(map[string]bool, len(before))
	for _, file := range before {
		known[file.Name()] = true
	}
	for _, file := range after {
		if !known[file.Name()] {
			return file, nil
		}
	}
	return nil, errors.New("comparing the ent schema with the migrations: a difference was found, and no file was written")
}

// keepGenerated lets the columns that the migrations generate stay generated: the
// ent schema has them, and cannot say what they are computed from.
func keepGenerated(next schema.Differ) schema.Differ {
	return schema.DiffFunc(func(current, desired *columns.Schema) ([]columns.Change, error) {
		for _, table := range desired.Tables {
			was, known := current.Table(table.Name)
			if !known {
				continue
			}
			for _, column := range table.Columns {
				if before, known := was.Column(column.Name); known {
					if generated := generatedBy(before); generated != nil {
						column.AddAttrs(generated)
					}
				}
			}
		}
		return next.Diff(current, desired)
	})
}

// generatedBy is what a column is computed from; nil when it is written.
func generatedBy(column *columns.Column) *columns.GeneratedExpr {
	for _, attribute := range column.Attrs {
		if generated, ok := attribute.(*columns.GeneratedExpr); ok {
			return generated
		}
	}
	return nil
}
