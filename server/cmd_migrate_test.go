package main

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"ariga.io/atlas/sql/migrate"

	"gatehouse/internal/testdb"
	"gatehouse/migrations"
)

func TestMigrate(t *testing.T) {
	t.Parallel()
	db := testdb.Empty(t)
	environ := []string{"MIGRATE_DATABASE_URL=" + db.OwnerURL, "GATEHOUSE_APP_ROLE=" + testdb.AppRole}
	if status, stdout, _ := commandIn(t, testHouse(), environ, "migrate", "status"); status != 1 || !strings.Contains(stdout, "pending") {
		t.Errorf("before: exit %d: %s", status, stdout)
	}
	if status, stdout, stderr := commandIn(t, testHouse(), environ, "migrate", "up"); status != 0 || !strings.Contains(stdout, "applied") {
		t.Fatalf("up: exit %d: %s%s", status, stdout, stderr)
	}
	if status, stdout, stderr := commandIn(t, testHouse(), environ, "migrate", "up"); status != 0 || !strings.Contains(stdout, "has every migration") {
		t.Errorf("up again: exit %d: %s%s", status, stdout, stderr)
	}
	if status, stdout, stderr := commandIn(t, testHouse(), []string{"DATABASE_URL=" + db.AppURL}, "migrate", "status"); status != 0 || strings.Contains(stdout, "pending") {
		t.Errorf("after, as the server's role: exit %d: %s%s", status, stdout, stderr)
	}
	if status, _, stderr := commandIn(t, testHouse(), nil, "migrate", "up"); status != 1 || !strings.Contains(stderr, "MIGRATE_DATABASE_URL is not set") {
		t.Errorf("without an address: exit %d: %s", status, stderr)
	}
}

// withoutLastMigration is the folder as an older binary has it.
func withoutLastMigration(t *testing.T) fs.FS {
	t.Helper()
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil || len(names) < 2 {
		t.Fatalf("%d migrations, %v", len(names), err)
	}
	older := fstest.MapFS{}
	for _, name := range append(names[:len(names)-1], "atlas.sum") {
		text, err := fs.ReadFile(migrations.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		older[name] = &fstest.MapFile{Data: text}
	}
	rehash(t, older)
	return older
}

// rehash writes the sums that a folder with these files has.
func rehash(t *testing.T, folder fstest.MapFS) {
	t.Helper()
	var files []migrate.File
	for name, file := range folder {
		if strings.HasSuffix(name, ".sql") {
			files = append(files, migrate.NewLocalFile(name, file.Data))
		}
	}
	slices.SortFunc(files, func(a, b migrate.File) int { return strings.Compare(a.Name(), b.Name()) })
	sum, err := migrate.NewHashFile(files)
	if err != nil {
		t.Fatal(err)
	}
	text, err := sum.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	folder["atlas.sum"] = &fstest.MapFile{Data: text}
}
