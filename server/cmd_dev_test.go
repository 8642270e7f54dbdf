package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDev is the first minute of a newcomer: nothing set, one command.
func TestDev(t *testing.T) {
	t.Parallel()
	dir := dataDirForDev(t)
	environ := []string{"GATEHOUSE_DATA_DIR=" + dir, "GATEHOUSE_ADDR=127.0.0.1:0"}
	base, end := started(t, testHouse(), environ, "dev")

	if status, _ := ask(t, http.MethodGet, base+"/readyz", "", ""); status != http.StatusOK {
		t.Errorf("/readyz answers %d", status)
	}
	_, stdout, stderr := commandIn(t, testHouse(), environ, "token", "--role=ADMIN", "--subject=ada")
	if status, answer := ask(t, http.MethodPost, base+"/graphql", strings.TrimSpace(stdout), askWho); status != http.StatusOK || !strings.Contains(answer, `"who":"ada"`) {
		t.Errorf("with the token of the command (%s): %d %s", stderr, status, answer)
	}
	status, answer := ask(t, http.MethodPost, base+"/dev/token", "", `{"subject":"grace","roles":["VIEWER"],"businessUnits":["*"]}`)
	var minted struct{ Token string }
	if err := json.Unmarshal([]byte(answer), &minted); err != nil || status != http.StatusOK {
		t.Fatalf("/dev/token: %d %s", status, answer)
	}
	if status, answer := ask(t, http.MethodPost, base+"/graphql", minted.Token, askWho); status != http.StatusOK || !strings.Contains(answer, `"who":"grace"`) {
		t.Errorf("with the token of the page: %d %s", status, answer)
	}
	if status, _ := ask(t, http.MethodPost, base+"/graphql", minted.Token+"x", askWho); status != http.StatusUnauthorized {
		t.Errorf("with a broken token: %d", status)
	}

	if status, stdout, stderr := commandIn(t, testHouse(), environ, "keyset", "reseal"); status != 0 || !strings.Contains(stdout, "of 0 rows anew") {
		t.Errorf("keyset reseal beside it: exit %d: %s", status, stderr)
	}

	if status := end(); status != 0 {
		t.Errorf("it ended with %d", status)
	}
	if _, err := os.Stat(filepath.Join(dir, "pg", "postmaster.pid")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a postmaster was left behind: %v", err)
	}
}

func TestStoppedWhileStarting(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	h := host{stdout: &stdout, stderr: &stderr, environ: []string{"GATEHOUSE_DATA_DIR=" + dataDirForDev(t), "GATEHOUSE_ADDR=127.0.0.1:0"}, clock: noon}
	if status := run(ctx, []string{"dev"}, h, testHouse()); status != 1 || !strings.HasSuffix(stderr.String(), "gatehouse: stopped before it was ready to answer\n") {
		t.Errorf("exit %d: %s", status, stderr.String())
	}
}

// dataDirForDev is a folder that PostgreSQL's user can enter, which t.TempDir is
// not when the tests run as root.
func dataDirForDev(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "gatehouse-dev-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
