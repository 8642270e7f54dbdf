// Package migrate brings a database to the schema that this binary was built for,
// tells how far one is, and keeps the server's role away from the audit. The
// versioned SQL comes in as a file system; Atlas's executor applies it.
package migrate

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"ariga.io/atlas/sql/migrate"
)

// files is a folder of versioned SQL as Atlas reads one. It cannot be written.
type files struct{ fs.FS }

// readFiles refuses a folder that does not agree with its atlas.sum: a file that
// was edited, added or removed without anybody noticing.
func readFiles(folder fs.FS) (files, error) {
	f := files{folder}
	err := migrate.Validate(f)
	var sum *migrate.ChecksumError
	switch {
	case err == nil:
		return f, nil
	case errors.As(err, &sum):
		return files{}, fmt.Errorf("the migration %s was %s without atlas.sum being told: if that was meant, run go run ./ent/diff -hash: %w", sum.File, sum.Reason, err)
	case errors.Is(err, migrate.ErrChecksumNotFound):
		return files{}, fmt.Errorf("the migrations have no atlas.sum: run go run ./ent/diff -hash: %w", err)
	}
	return files{}, fmt.Errorf("reading the migrations: %w", err)
}

// WriteFile is part of Atlas's interface; nothing here writes.
func (f files) WriteFile(name string, _ []byte) error {
	return fmt.Errorf("writing the migration %s: this folder is read-only", name)
}

// Files lists the migrations, the oldest first.
func (f files) Files() ([]migrate.File, error) {
	names, err := fs.Glob(f.FS, "*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	list := make([]migrate.File, 0, len(names))
	for _, name := range names {
		content, err := fs.ReadFile(f.FS, name)
		if err != nil {
			return nil, fmt.Errorf("reading the migration %s: %w", name, err)
		}
		list = append(list, migrate.NewLocalFile(name, content))
	}
	return list, nil
}

// Checksum hashes the folder as atlas.sum does: each file's hash covers those
// before it, too.
func (f files) Checksum() (migrate.HashFile, error) {
	list, err := f.Files()
	if err != nil {
		return nil, err
	}
	return migrate.NewHashFile(list)
}
