// Package corpus lists certificates as they are in the wild, for tests: those that
// the system trusts, and those that zlint (github.com/zmap/zlint) is tested with, of
// which each is wrong in its own way.
package corpus

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// System is the file of the certificates that the system trusts.
const System = "/etc/ssl/certs/ca-certificates.crt"

// Files are the files of both, System first where the machine has it.
func Files(tb testing.TB) []string {
	tb.Helper()
	var all []string
	if _, err := os.Stat(System); err == nil {
		all = append(all, System)
	} else {
		tb.Logf("without the certificates that the system trusts: %v", err)
	}
	list := exec.CommandContext(tb.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/zmap/zlint/v3")
	var said bytes.Buffer
	list.Stderr = &said
	module, err := list.Output()
	if err != nil {
		tb.Fatalf("ask go where zlint is: %v: %s", err, said.Bytes())
	}
	folder := filepath.Join(strings.TrimSpace(string(module)), "testdata")
	err = filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".pem" {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		tb.Fatalf("list the test data of zlint: %v", err)
	}
	return all
}
