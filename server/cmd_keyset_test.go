package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/sealed"
	"gatehouse/internal/testdb"
)

// newKeyset is a file as keyset create makes it.
func newKeyset(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keyset.json")
	if status, _, stderr := command(t, nil, "keyset", "create", path); status != 0 {
		t.Fatalf("exit %d: %s", status, stderr)
	}
	return path
}

// keysOf are the ids of the keys in a file, the oldest first.
func keysOf(t *testing.T, path string) []string {
	t.Helper()
	keys, err := readKeyset(path)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, key := range keys.List() {
		ids = append(ids, strconv.FormatUint(uint64(key.ID), 10))
	}
	return ids
}

// material is what must never be printed: the key itself, in Tink's JSON.
var material = regexp.MustCompile(`"value": *"([^"]+)"`)

// TestARotationByTheCommands goes through the steps that docs/operations.md names.
func TestARotationByTheCommands(t *testing.T) {
	t.Parallel()
	path := newKeyset(t)
	old := keysOf(t, path)[0]
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v (%v)", info.Mode(), err)
	}
	var printed strings.Builder
	step := func(want string, args ...string) {
		t.Helper()
		status, stdout, stderr := command(t, nil, append([]string{"keyset"}, args...)...)
		if status != 0 || !strings.Contains(stdout, want) {
			t.Fatalf("keyset %s: exit %d, and %q%q does not say %q", args, status, stdout, stderr, want)
		}
		printed.WriteString(stdout + stderr)
	}
	step(old+" ", "show", path)
	step("does not seal yet", "add", path)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	added := keysOf(t, path)[1]
	step("is the primary one", "promote", path, added)
	step("opens and seals (primary)", "show", path)
	step("dropped key "+old, "drop", path, old, "--yes")
	if left := keysOf(t, path); len(left) != 1 || left[0] != added {
		t.Errorf("keys %v are left, want %s alone", left, added)
	}
	secrets := material.FindAllStringSubmatch(string(text), -1)
	if len(secrets) != 2 {
		t.Fatalf("%d keys stand in the file, want 2", len(secrets))
	}
	for _, secret := range secrets {
		if strings.Contains(printed.String(), secret[1]) {
			t.Errorf("a key was printed:\n%s", printed.String())
		}
	}
}

func TestKeysetRefuses(t *testing.T) {
	t.Parallel()
	other := writeFile(t, "other.json", []byte(`{"hunter2": 1}`))
	for _, c := range []struct {
		name string
		args func(path, key string) []string
		want string
	}{
		{"a file that is there", func(path, _ string) []string { return []string{"create", path} }, "never overwritten"},
		{"a folder that is not there", func(string, string) []string { return []string{"create", "/nowhere/keyset.json"} }, "cannot be made"},
		{"a file that is not there", func(string, string) []string { return []string{"add", "/nowhere/keyset.json"} }, "/nowhere/keyset.json"},
		{"a file of something else", func(string, string) []string { return []string{"show", other} }, "no keyset: " + other},
		{"a key that is not there", func(path, _ string) []string { return []string{"promote", path, "1"} }, "has no key 1; it has "},
		{"an id that is none", func(path, _ string) []string { return []string{"promote", path, "one"} }, `"one"`},
		{"dropping the primary key", func(path, key string) []string { return []string{"drop", path, key, "--yes"} }, "promote another one first"},
		{"dropping without a yes", func(path, _ string) []string {
			_, _, _ = command(t, nil, "keyset", "add", path)
			return []string{"drop", path, keysOf(t, path)[1]}
		}, "could ever be shown again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := newKeyset(t)
			args := c.args(path, keysOf(t, path)[0])
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			status, stdout, stderr := command(t, nil, append([]string{"keyset"}, args...)...)
			if status != 1 || stdout != "" || !strings.Contains(stderr, c.want) {
				t.Errorf("exit %d, and %q does not say %q", status, stderr, c.want)
			}
			if strings.Contains(stderr, "hunter2") {
				t.Errorf("what stands in the file was printed: %s", stderr)
			}
			if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
				t.Errorf("the keyset was changed (%v)", err)
			}
		})
	}
}

func TestReseal(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	path := newKeyset(t)
	lost := inventory.Unopened{Row: id.New(id.Enrollment).String(), Column: "code_cipher"}
	for _, c := range []struct {
		name    string
		batches []inventory.Resealed
		fault   error
		status  int
		want    string
	}{
		{"two batches", []inventory.Resealed{{Anew: 1000}, {Anew: 7}}, nil, 0, "of 1007 rows anew; 0 texts are left"},
		{"one that no key opens", []inventory.Resealed{{Anew: 2, Unopened: []inventory.Unopened{lost}}}, nil, 0, lost.Row + ": no key of the keyset opens its code_cipher\nsealed the codes and secrets of 2 rows"},
		{"a fault half way", []inventory.Resealed{{Anew: 1000}}, errors.New("the connection was lost"), 1, "what 1000 rows hold was sealed anew; run this again for the others: the connection was lost"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			build := testHouse()
			build.reseal = func(_ context.Context, o opening, told func(inventory.Resealed)) error {
				if o.keys == nil || o.keys.List()[0].ID != mustKeys(t, path).List()[0].ID {
					t.Error("not with the keyset of the setting")
				}
				for _, batch := range c.batches {
					told(batch)
				}
				return c.fault
			}
			status, stdout, stderr := commandIn(t, build, []string{"DATABASE_URL=" + db.AppURL, "GATEHOUSE_KEYSET_FILE=" + path}, "keyset", "reseal")
			if status != c.status || !strings.Contains(stdout+stderr, c.want) {
				t.Errorf("exit %d, and %q%q does not say %q", status, stdout, stderr, c.want)
			}
		})
	}
	t.Run("refuses a data folder in which dev has not run", func(t *testing.T) {
		t.Parallel()
		status, _, stderr := commandIn(t, testHouse(), []string{"GATEHOUSE_DATA_DIR=" + t.TempDir()}, "keyset", "reseal")
		if status != 1 || !strings.Contains(stderr, "no dev has run there") {
			t.Errorf("exit %d: %s", status, stderr)
		}
	})
	t.Run("refuses to make up a keyset for a database in use", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		status, _, stderr := commandIn(t, testHouse(), []string{"DATABASE_URL=" + db.AppURL, "GATEHOUSE_DATA_DIR=" + dir}, "keyset", "reseal")
		if entries, err := os.ReadDir(dir); status != 1 || !strings.Contains(stderr, "GATEHOUSE_KEYSET is not set") || err != nil || len(entries) > 0 {
			t.Errorf("exit %d: %s (%d files were made, %v)", status, stderr, len(entries), err)
		}
	})
}

func mustKeys(t *testing.T, path string) *sealed.Keys {
	t.Helper()
	keys, err := readKeyset(path)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestDevKeyset(t *testing.T) {
	t.Parallel()
	t.Run("is made once, for all who ask at once", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(t.TempDir(), "not", "there", "yet")
		ids := make([]uint32, 8)
		var makers sync.WaitGroup
		for i := range ids {
			makers.Go(func() {
				keys, err := openDevKeyset(dir)
				if err != nil {
					t.Errorf("opening: %v", err)
					return
				}
				ids[i] = keys.List()[0].ID
			})
		}
		makers.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Error("two processes seal with different keysets")
			}
		}
		alone(t, devKeysetPath(dir))
	})
	t.Run("is never replaced when it cannot be read", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		if err := os.WriteFile(devKeysetPath(dir), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openDevKeyset(dir); err == nil || !strings.Contains(err.Error(), "put it back from a copy") || strings.Contains(err.Error(), "mine") {
			t.Errorf("%v", err)
		}
		if text, err := os.ReadFile(devKeysetPath(dir)); err != nil || string(text) != "mine" {
			t.Errorf("it became %q (%v)", text, err)
		}
	})
	t.Run("gives way to the setting", func(t *testing.T) {
		t.Parallel()
		dir, path := t.TempDir(), newKeyset(t)
		c, err := settled(t, []string{"GATEHOUSE_DATA_DIR=" + dir, "GATEHOUSE_KEYSET_FILE=" + path})
		if err != nil {
			t.Fatal(err)
		}
		keys, err := c.keysForDev()
		if err != nil || keys.List()[0] != mustKeys(t, path).List()[0] {
			t.Errorf("%v", err)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
			t.Errorf("%d files were made in the data folder (%v)", len(entries), err)
		}
	})
}
