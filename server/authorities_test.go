package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/internal/issuer"
)

// keptCA is the folder of a certificate authority, with its files as dev keeps them.
func keptCA(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "ca")
	if _, err := issuer.OpenPrivate(dir, "Test", noon()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTheBuiltInAuthority(t *testing.T) {
	t.Parallel()
	one, other := keptCA(t), keptCA(t)
	for _, row := range []struct {
		name    string
		environ []string
		want    string
	}{
		{"none", nil, ""},
		{"key and chain by file", []string{"GATEHOUSE_CA_KEY_FILE=" + one + "/issuing.key", "GATEHOUSE_CA_CHAIN=" + one + "/chain.pem"}, ""},
		{"another's key", []string{"GATEHOUSE_CA_KEY_FILE=" + other + "/issuing.key", "GATEHOUSE_CA_CHAIN=" + one + "/chain.pem"}, "GATEHOUSE_CA_KEY and GATEHOUSE_CA_CHAIN cannot be used"},
		{"a key that is none", []string{"GATEHOUSE_CA_KEY=hunter2", "GATEHOUSE_CA_CHAIN=" + one + "/chain.pem"}, "GATEHOUSE_CA_KEY and GATEHOUSE_CA_CHAIN cannot be used"},
		{"a chain that is not there", []string{"GATEHOUSE_CA_KEY_FILE=" + one + "/issuing.key", "GATEHOUSE_CA_CHAIN=/nowhere"}, "GATEHOUSE_CA_CHAIN cannot be read"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c, err := settled(t, row.environ)
			if err != nil {
				t.Fatal(err)
			}
			a, err := c.authorities(noon())
			if row.want == "" {
				if err != nil || (a.private != nil) != (row.environ != nil) {
					t.Errorf("%+v, %v", a, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), row.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%v, want %q", err, row.want)
			}
		})
	}
}

// TestDevKeepsItsAuthority shows that dev makes an authority once, that nobody else
// reads its key, and that the settings' own goes before it.
func TestDevKeepsItsAuthority(t *testing.T) {
	t.Parallel()
	dir, set := t.TempDir(), keptCA(t)
	chainOf := func(environ ...string) []byte {
		t.Helper()
		c, err := settled(t, append(environ, "GATEHOUSE_DATA_DIR="+dir))
		if err != nil {
			t.Fatal(err)
		}
		a, err := c.authoritiesForDev(noon(), "http://127.0.0.1:8080")
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Join(a.private.Chain(), nil)
	}
	first := chainOf()
	if !bytes.Equal(first, chainOf()) {
		t.Error("the second start has another authority")
	}
	if bytes.Equal(first, chainOf("GATEHOUSE_CA_KEY_FILE="+set+"/issuing.key", "GATEHOUSE_CA_CHAIN="+set+"/chain.pem")) {
		t.Error("the settings' authority is not the one that is used")
	}
	info, err := os.Stat(filepath.Join(dir, "ca", "issuing.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file: %v, %v", info, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ca", "issuing.key"), []byte("scratched"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := settled(t, []string{"GATEHOUSE_DATA_DIR=" + dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.authoritiesForDev(noon(), "http://127.0.0.1:8080"); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("with a key that cannot be read: %v", err)
	}
}
