package localpg

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestDefaultDirBelongsToOneClone(t *testing.T) {
	clone, other := t.TempDir(), t.TempDir()
	t.Setenv("XDG_DATA_HOME", "/data-home")
	dir, err := DefaultDir(clone)
	if err != nil {
		t.Fatal(err)
	}
	base := "/data-home/gatehouse"
	if os.Geteuid() == 0 {
		base = "/var/lib/gatehouse" // where root's programs' user can go
	}
	if filepath.Dir(dir) != base {
		t.Errorf("the folder is %s, want one in %s", dir, base)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(clone, link); err != nil {
		t.Fatal(err)
	}
	if same, err := DefaultDir(link); err != nil || same != dir {
		t.Errorf("through a link the clone has %s, %v; want %s", same, err, dir)
	}
	if another, err := DefaultDir(other); err != nil || another == dir {
		t.Errorf("two clones share %s (%v)", another, err)
	}
	if _, err := DefaultDir(filepath.Join(clone, "gone")); err == nil {
		t.Error("a clone that does not exist has a data folder")
	}
}

func TestAFolderThatPostgresCannotEnterIsRefused(t *testing.T) {
	t.Parallel()
	a, err := serverAccount()
	if err != nil {
		t.Fatal(err)
	}
	if a.credential == nil {
		t.Skip("PostgreSQL runs as this user, who can enter what it made")
	}
	closed := filepath.Join(filepath.Dir(dataDir(t)), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err = Start(t.Context(), Options{Dir: filepath.Join(closed, "data")})
	if err == nil {
		t.Fatal("started")
	}
	for _, want := range []string{`runs as the user "` + a.name + `"`, "cannot enter the data folder " + closed, "GATEHOUSE_DATA_DIR"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
}

// TestACarefulUmask changes the process's umask, so it is not parallel.
func TestACarefulUmask(t *testing.T) {
	parent := dataDir(t)
	before := syscall.Umask(0o077)
	defer syscall.Umask(before)
	c := start(t, filepath.Join(parent, "data"))
	if got := queryText(t, c.AppURL(), `SELECT 'here'`); got != "here" {
		t.Error("the cluster does not answer")
	}
}

// TestAPreparedFolderIsRefused puts what somebody else could have put under /tmp
// where the socket's folder belongs.
func TestAPreparedFolderIsRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		prepare func(path string) error
	}{
		{"a link to another folder", func(path string) error { return os.Symlink(t.TempDir(), path) }},
		{"a folder that others may enter", func(path string) error { return os.Mkdir(path, 0o711) }},
		{"a file", func(path string) error { return os.WriteFile(path, nil, 0o700) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := dataDir(t)
			if err := test.prepare(path); err != nil {
				t.Fatal(err)
			}
			if err := makeOwned(path, account{name: "me"}); err == nil || !strings.Contains(err.Error(), "somebody else may have made it") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestLostPasswordsAreTold(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	c := start(t, dir)
	stop(t, c)
	if err := os.Remove(c.folder.passwordsFile()); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Options{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "passwords.json is missing") {
		t.Errorf("got %v", err)
	}
}
