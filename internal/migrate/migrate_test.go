package migrate_test

import (
	"database/sql"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	atlas "ariga.io/atlas/sql/migrate"

	"gatehouse/internal/migrate"
	"gatehouse/internal/testdb"
)

const (
	first  = "20260101000000_first.sql"
	second = "20260102000000_second.sql"
	third  = "20260103000000_third.sql"

	firstSQL = `-- The audit, and one thing that is audited.
CREATE TABLE audit_entries (id serial PRIMARY KEY, what text);
CREATE TABLE seats (id int PRIMARY KEY);
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no; never'; END $$;
CREATE TRIGGER refuse BEFORE UPDATE OR DELETE ON audit_entries EXECUTE FUNCTION refuse();`
	secondSQL = `CREATE TABLE notes (id serial PRIMARY KEY);`
)

// folder makes a folder of migrations (name, content, name, content …) with its sums.
func folder(t *testing.T, content ...string) fstest.MapFS {
	t.Helper()
	dir := fstest.MapFS{}
	var list []atlas.File
	for i := 0; i < len(content); i += 2 {
		dir[content[i]] = &fstest.MapFile{Data: []byte(content[i+1])}
		list = append(list, atlas.NewLocalFile(content[i], []byte(content[i+1])))
	}
	sum, err := atlas.NewHashFile(list)
	if err != nil {
		t.Fatal(err)
	}
	text, err := sum.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	dir[atlas.HashFileName] = &fstest.MapFile{Data: text}
	return dir
}

func up(t *testing.T, db *sql.DB, dir fs.FS) ([]string, error) {
	t.Helper()
	return migrate.Up(t.Context(), db, dir, testdb.AppRole, discard())
}

func mustUp(t *testing.T, db *sql.DB, dir fs.FS, want ...string) {
	t.Helper()
	applied, err := up(t, db, dir)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(applied, want) {
		t.Fatalf("applied %v, want %v", applied, want)
	}
}

func mustSay(t *testing.T, err error, want ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("not refused; want %q", want)
	}
	for _, w := range want {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not say %q", err, w)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("%q is more than one line", err)
	}
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

func run(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func TestUpAppliesWhatIsMissingAndNothingElse(t *testing.T) {
	t.Parallel()
	owner := testdb.Empty(t).Owner(t)
	mustUp(t, owner, folder(t, first, firstSQL), first)
	mustUp(t, owner, folder(t, first, firstSQL))
	mustUp(t, owner, folder(t, first, firstSQL, second, secondSQL), second)
}

func TestAFailedFileLeavesNothingAndThoseBeforeItStay(t *testing.T) {
	t.Parallel()
	db := testdb.Empty(t)
	owner := db.Owner(t)
	broken := folder(t, first, firstSQL, second, "CREATE TABLE half (id int);\nINSERT INTO half VALUES (1);\nSELECT nothing;")
	applied, err := up(t, owner, broken)
	mustSay(t, err, second, "was not applied and left nothing behind", `"SELECT nothing;"`, `column "nothing" does not exist`)
	if !slices.Equal(applied, []string{first}) {
		t.Errorf("applied %v, want the first file alone", applied)
	}
	var half bool
	if err := owner.QueryRow(`SELECT to_regclass('half') IS NOT NULL`).Scan(&half); err != nil || half {
		t.Errorf("half of the file was kept (%v)", err)
	}
	mustUp(t, owner, folder(t, first, firstSQL, second, secondSQL), second)
}

func TestManyServersMigrateAtOnce(t *testing.T) {
	t.Parallel()
	db := testdb.Empty(t)
	dir := folder(t, first, firstSQL, second, secondSQL, third, "INSERT INTO notes DEFAULT VALUES;")
	var all []string
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 6 {
		server := db.Owner(t)
		wg.Go(func() {
			applied, err := up(t, server, dir)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, applied...)
		})
	}
	wg.Wait()
	slices.Sort(all)
	if want := []string{first, second, third}; !slices.Equal(all, want) {
		t.Errorf("together they applied %v, want each of %v once", all, want)
	}
}

func TestUpRefuses(t *testing.T) {
	t.Parallel()
	good := func(t *testing.T) fs.FS { return folder(t, first, firstSQL) }
	tests := []struct {
		name    string
		prepare func(t *testing.T, owner *sql.DB)
		dir     func(t *testing.T) fs.FS
		role    string
		want    []string
	}{
		{"a file edited behind atlas.sum's back", nil, func(t *testing.T) fs.FS {
			dir := folder(t, first, firstSQL)
			dir[first] = &fstest.MapFile{Data: []byte(secondSQL)}
			return dir
		}, testdb.AppRole, []string{first, "was edited without atlas.sum being told", "ent/diff -hash"}},
		{"a file that atlas.sum does not list", nil, func(t *testing.T) fs.FS {
			dir := folder(t, first, firstSQL)
			dir[second] = &fstest.MapFile{Data: []byte(secondSQL)}
			return dir
		}, testdb.AppRole, []string{second, "was added"}},
		{"no atlas.sum", nil, func(t *testing.T) fs.FS {
			dir := folder(t, first, firstSQL)
			delete(dir, atlas.HashFileName)
			return dir
		}, testdb.AppRole, []string{"no atlas.sum"}},
		{"a database that is ahead", func(t *testing.T, owner *sql.DB) {
			mustUp(t, owner, folder(t, first, firstSQL, second, secondSQL), first, second)
		}, good, testdb.AppRole, []string{"is at migration 20260102000000", "does not know", "run a newer gatehouse"}},
		{"a database migrated with another file of the same name", func(t *testing.T, owner *sql.DB) {
			mustUp(t, owner, folder(t, first, firstSQL+"\nCREATE TABLE more (id int);"), first)
		}, good, testdb.AppRole, []string{first, "is not what was applied"}},
		{"a file slipped in before an applied one", func(t *testing.T, owner *sql.DB) {
			mustUp(t, owner, folder(t, first, firstSQL, third, "SELECT 1;"), first, third)
		}, func(t *testing.T) fs.FS { return folder(t, first, firstSQL, second, secondSQL, third, "SELECT 1;") },
			testdb.AppRole, []string{third, "or one before it, is not what was applied"}},
		{"another program's database", func(t *testing.T, owner *sql.DB) {
			run(t, owner, `CREATE TABLE customers (id int)`)
		}, good, testdb.AppRole, []string{"tables that are not gatehouse's, such as customers"}},
		{"a role that does not exist", nil, good, "no such role", []string{`"no such role" does not exist`, `CREATE ROLE "no such role" LOGIN`}},
		{"the owner as the server's role", nil, good, testdb.OwnerRole, []string{"owns the tables", "could change the audit"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			owner := testdb.Empty(t).Owner(t)
			if test.prepare != nil {
				test.prepare(t, owner)
			}
			applied, err := migrate.Up(t.Context(), owner, test.dir(t), test.role, discard())
			mustSay(t, err, test.want...)
			if len(applied) != 0 {
				t.Errorf("applied %v all the same", applied)
			}
		})
	}
}

func TestWhatTheServersRoleMayDo(t *testing.T) {
	t.Parallel()
	db := testdb.Empty(t)
	dir := folder(t, first, firstSQL, second, secondSQL)
	mustUp(t, db.Owner(t), dir, first, second)
	// What somebody granted by hand goes with the next migration.
	run(t, db.Owner(t), `GRANT ALL ON audit_entries TO PUBLIC, `+testdb.AppRole)
	mustUp(t, db.Owner(t), dir)
	app := db.Open(t)
	tests := []struct {
		statement string
		allowed   bool
	}{
		{`INSERT INTO audit_entries (what) VALUES ('x')`, true},
		{`SELECT * FROM audit_entries`, true},
		{`UPDATE audit_entries SET what = 'y'`, false},
		{`DELETE FROM audit_entries`, false},
		{`TRUNCATE audit_entries`, false},
		{`ALTER TABLE audit_entries DISABLE TRIGGER refuse`, false},
		{`DROP TABLE audit_entries`, false},
		{`INSERT INTO seats VALUES (1)`, true},
		{`UPDATE seats SET id = 2`, true},
		{`DELETE FROM seats`, true},
		{`TRUNCATE seats`, false},
		{`INSERT INTO notes DEFAULT VALUES`, true},
		{`CREATE TABLE own (id int)`, false},
		{`CREATE TEMPORARY TABLE audit_entries (what text)`, false},
		{`SELECT * FROM schema_migrations`, true},
		{`DELETE FROM schema_migrations`, false},
	}
	for _, test := range tests {
		_, err := app.Exec(test.statement)
		switch {
		case test.allowed && err != nil:
			t.Errorf("%s: %v", test.statement, err)
		case !test.allowed && err == nil:
			t.Errorf("%s was allowed", test.statement)
		case !test.allowed && !strings.Contains(err.Error(), "permission denied") && !strings.Contains(err.Error(), "must be owner"):
			t.Errorf("%s was refused for another reason: %v", test.statement, err)
		}
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	db := testdb.Empty(t)
	read := func(dir fs.FS) migrate.Status {
		t.Helper()
		s, err := migrate.ReadStatus(t.Context(), db.Open(t), dir)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	one, two := folder(t, first, firstSQL), folder(t, first, firstSQL, second, secondSQL)
	mustSay(t, read(two).Ready(), "lacks 2 of this gatehouse's migrations", first, second, "gatehouse migrate up")
	mustUp(t, db.Owner(t), one, first)
	s := read(two)
	mustSay(t, s.Ready(), "lacks 1", second)
	if len(s.Applied) != 1 || s.Applied[0].Version != "20260101000000" || s.Applied[0].Description != "first" || s.Applied[0].At.IsZero() {
		t.Errorf("applied is %+v", s.Applied)
	}
	mustUp(t, db.Owner(t), two, second)
	if err := read(two).Ready(); err != nil {
		t.Errorf("a migrated database is not ready: %v", err)
	}
	mustSay(t, read(one).Ready(), "is at migration 20260102000000", "run a newer gatehouse")
}
