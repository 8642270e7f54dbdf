package plan_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/internal/migrate/plan"
	"gatehouse/internal/testdb"
	"gatehouse/migrations"
)

// TestMigrationsAgreeWithTheEntSchema fails when somebody changed ent/schema and
// did not write the migration.
func TestMigrationsAgreeWithTheEntSchema(t *testing.T) {
	t.Parallel()
	missing, err := plan.Missing(t.Context(), testdb.Empty(t).OwnerURL, migrations.Files)
	if err != nil {
		t.Fatal(err)
	}
	if missing != "" {
		t.Errorf("ent/schema has what the migrations do not make; run go run ./ent/diff NAME:\n%s", missing)
	}
}

func TestWhatIsPlannedIsWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	// What an index stands on is no part of the ent schema, and written by hand.
	const extensions = "20261122072700_search_extensions.sql"
	text, err := migrations.Files.ReadFile(extensions)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, extensions), text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := plan.Hash(dir); err != nil {
		t.Fatal(err)
	}
	file, err := plan.Write(t.Context(), testdb.Empty(t).OwnerURL, dir, "init")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(file, "_init.sql") {
		t.Errorf("the file is called %q", file)
	}
	again, err := plan.Write(t.Context(), testdb.Empty(t).OwnerURL, dir, "again")
	if err != nil || again != "" {
		t.Errorf("a second plan wrote %q, %v; want nothing", again, err)
	}

	// A difference made by hand is found, once atlas.sum knows the file.
	byHand := filepath.Join(dir, "99990101000000_by_hand.sql")
	if err := os.WriteFile(byHand, []byte("ALTER TABLE business_units DROP COLUMN name;\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Missing(t.Context(), testdb.Empty(t).OwnerURL, os.DirFS(dir)); err == nil {
		t.Error("a file that atlas.sum does not list was accepted")
	}
	if err := plan.Hash(dir); err != nil {
		t.Fatal(err)
	}
	missing, err := plan.Missing(t.Context(), testdb.Empty(t).OwnerURL, os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(missing, `ADD COLUMN "name"`) {
		t.Errorf("missing is %q, want the dropped column", missing)
	}
	if files, err := filepath.Glob(filepath.Join(dir, "*.sql")); err != nil || len(files) != 3 {
		t.Errorf("Missing wrote a file: %v, %v", files, err)
	}
}
