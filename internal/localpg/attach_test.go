//go:build unix

package localpg

import (
	"database/sql"
	"strings"
	"testing"
)

func TestAttachJoinsARunningClusterAndLeavesItRunning(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	running := start(t, dir)
	execSQL(t, running.OwnerURL(), `CREATE TABLE kept (n int)`, `INSERT INTO kept VALUES (7)`)

	joined, err := Attach(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if joined.OwnerURL() != running.OwnerURL() || joined.AppURL() != running.AppURL() {
		t.Errorf("joined %s, want %s", joined.OwnerURL(), running.OwnerURL())
	}
	stop(t, joined)

	db, err := sql.Open("postgres", running.OwnerURL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var n int
	if err := db.QueryRow(`SELECT n FROM kept`).Scan(&n); err != nil || n != 7 {
		t.Errorf("after the joined one stopped: %d, %v", n, err)
	}
}

func TestAttachSaysThatItCannotJoinWhatIsNotUpYet(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	stop(t, start(t, dir)) // leaves the passwords, and no socket
	held, err := acquireLock(folder{dir}.lockFile())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.release() }()
	if _, err := Attach(t.Context(), Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "not up yet") {
		t.Errorf("Attach: %v", err)
	}
}
