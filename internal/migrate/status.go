package migrate

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"ariga.io/atlas/sql/migrate"
)

// Status tells how a database stands to the migrations of this binary.
type Status struct {
	// Applied is what the database has, the oldest first.
	Applied []Applied
	// Pending names the files that it does not have yet, in the order to apply.
	Pending []string
	// Ahead names the versions that it has and this binary does not know.
	Ahead []string
	// Changed names the first file that differs from what was applied under its
	// version; empty when none does.
	Changed string
}

// Applied is one migration that a database has.
type Applied struct {
	Version, Description string
	At                   time.Time
}

// ReadStatus looks at the history of a database, and changes nothing. The server's
// role may ask. It refuses files that do not agree with their atlas.sum.
func ReadStatus(ctx context.Context, db *sql.DB, folder fs.FS) (Status, error) {
	f, err := readFiles(folder)
	if err != nil {
		return Status{}, err
	}
	return statusOf(ctx, db, f)
}

func statusOf(ctx context.Context, q querier, f files) (Status, error) {
	has, err := readRevisions(ctx, q)
	if err != nil {
		return Status{}, fmt.Errorf("reading which migrations the database has: %w", err)
	}
	known, err := f.Files()
	if err != nil {
		return Status{}, err
	}
	hashes, err := f.Checksum()
	if err != nil {
		return Status{}, fmt.Errorf("hashing the migrations: %w", err)
	}
	return compare(has, known, hashes), nil
}

// compare sets the history beside the files.
func compare(has []*migrate.Revision, known []migrate.File, hashes migrate.HashFile) Status {
	var s Status
	revisions := make(map[string]*migrate.Revision, len(has))
	for _, r := range has {
		revisions[r.Version] = r
		s.Applied = append(s.Applied, Applied{Version: r.Version, Description: r.Description, At: r.ExecutedAt.UTC()})
	}
	for _, file := range known {
		r, applied := revisions[file.Version()]
		delete(revisions, file.Version())
		hash, err := hashes.SumByName(file.Name())
		switch {
		case !applied:
			s.Pending = append(s.Pending, file.Name())
		case s.Changed == "" && (err != nil || hash != r.Hash):
			s.Changed = file.Name()
		}
	}
	for _, r := range has {
		if _, unknown := revisions[r.Version]; unknown {
			s.Ahead = append(s.Ahead, r.Version)
		}
	}
	return s
}

// Ready is nil when the database has exactly this binary's migrations. Otherwise it
// says in one sentence what is wrong and what to do; a server must not run then.
func (s Status) Ready() error {
	if err := s.history(); err != nil {
		return err
	}
	if n := len(s.Pending); n > 0 {
		return fmt.Errorf("the database lacks %d of this gatehouse's migrations (%s): run gatehouse migrate up", n, strings.Join(s.Pending, ", "))
	}
	return nil
}

// history refuses what applying more migrations cannot mend. What lies between
// applied files without being applied shows as an altered history too, since each
// file's hash covers those before it.
func (s Status) history() error {
	if n := len(s.Ahead); n > 0 {
		return fmt.Errorf("the database is at migration %s, which this gatehouse does not know: run a newer gatehouse, or go back to a database from before that migration", s.Ahead[n-1])
	}
	if s.Changed != "" {
		return fmt.Errorf("the migration %s, or one before it, is not what was applied to this database under its name: run the gatehouse that applied it, or bring the file back and make the change in a new migration", s.Changed)
	}
	return nil
}
