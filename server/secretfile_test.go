package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// alone fails the test when something is left beside a file.
func alone(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("its folder has %d entries (%v), want the file alone", len(entries), err)
	}
}

func TestCreateFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	if err := createFile(path, []byte("first")); err != nil {
		t.Fatal(err)
	}
	if err := createFile(path, []byte("second")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("made twice: %v", err)
	}
	text, err := os.ReadFile(path)
	info, statErr := os.Stat(path)
	if err != nil || statErr != nil || string(text) != "first" || info.Mode().Perm() != 0o600 {
		t.Errorf("%q, %v, %v, %v", text, err, info.Mode(), statErr)
	}
	alone(t, path)
}

func TestReplaceFileKeepsWhoMayRead(t *testing.T) {
	t.Parallel()
	path := writeFile(t, "secret", []byte("first"))
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	owner := os.Getuid()
	if owner == 0 {
		owner = 65534
		if err := os.Chown(path, owner, -1); err != nil {
			t.Fatal(err)
		}
	}
	if err := replaceFile(path, []byte("second")); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil || string(text) != "second" {
		t.Errorf("%q, %v", text, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o640 || int(info.Sys().(*syscall.Stat_t).Uid) != owner {
		t.Errorf("the mode is %v, the owner %d (%v)", info.Mode(), info.Sys().(*syscall.Stat_t).Uid, err)
	}
	alone(t, path)
}

func TestReplaceFileGoesThroughALink(t *testing.T) {
	t.Parallel()
	path := writeFile(t, "secret", []byte("first"))
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if err := replaceFile(link, []byte("second")); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "second" {
		t.Errorf("what the link names holds %q, %v", text, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode().Type() != fs.ModeSymlink {
		t.Errorf("the link became %v (%v)", info.Mode(), err)
	}
	if err := replaceFile(filepath.Join(t.TempDir(), "nothing"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there was made: %v", err)
	}
}
