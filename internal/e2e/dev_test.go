//go:build e2e

package e2e

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// dev hands out tokens to everyone who reaches it.
func TestDevRefusesAddressesThatOtherMachinesReach(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, address string }{
		{"every address", "0.0.0.0:0"},
		{"every address, not written", ":0"},
		{"every address of IPv6", "[::]:0"},
		{"an address in a network", "192.0.2.7:8080"},
		{"a name", "gatehouse.example.com:8080"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(dataDir(t), "data")
			cmd := exec.CommandContext(t.Context(), program, "dev")
			cmd.Env = append(bareEnvironment(), "GATEHOUSE_ADDR="+row.address, "GATEHOUSE_DATA_DIR="+dir)
			said, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) {
				t.Fatalf("it ended with %v and said:\n%s", err, said)
			}
			if text := string(said); !strings.Contains(text, "GATEHOUSE_ADDR is "+row.address) || !strings.Contains(text, "loopback") {
				t.Errorf("it does not say what was wrong and what would be right:\n%s", text)
			}
			if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("it began to make its data folder before it refused (%v)", err)
			}
		})
	}
}

// Ctrl-C leaves nothing running; data outlive it and a kill -9; and only the first
// start fills an empty database.
func TestDevKeepsItsDataAndLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)

	first := startDev(t, dir)
	var demo struct{ Enrollments struct{ TotalCount int } }
	as(t, first.url, "olga-weber", "Olga Weber", "AUDITOR").ask(t, `{ enrollments(first: 1) { totalCount } }`, nil, &demo)
	if demo.Enrollments.TotalCount == 0 {
		t.Error("the first start made no demo organisation")
	}
	openOffice(t, first.url, "e2e-restart", "Restarts", "restart.example.com")
	want := everything(t, first.url)
	postgres := postmaster(t, dir)
	first.interrupt(t)
	if code := first.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("after Ctrl-C it ended with %d:\n%s", code, first.output())
	}
	if running(postgres) {
		t.Errorf("Ctrl-C ended gatehouse and left its PostgreSQL (process %d) running", postgres)
	}
	if _, err := os.Stat(postmasterFile(dir)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Ctrl-C left postmaster.pid behind (%v): PostgreSQL did not end in order", err)
	}

	second := startDev(t, dir)
	if got := everything(t, second.url); got != want {
		t.Errorf("after Ctrl-C and a second start the data are\n%s\nwant\n%s", got, want)
	}
	postgres = postmaster(t, dir)
	second.kill(t)

	// At once, while the old PostgreSQL may still be ending.
	third := startDev(t, dir)
	if got := everything(t, third.url); got != want {
		t.Errorf("after kill -9 and a third start the data are\n%s\nwant\n%s", got, want)
	}
	if running(postgres) {
		t.Errorf("the PostgreSQL of the killed gatehouse (process %d) runs on beside the new one", postgres)
	}
	office := openOffice(t, third.url, "e2e-after-a-kill", "After a kill", "after.example.com")
	approver := as(t, third.url, "amara-okafor", "Amara Okafor", "APPROVER")
	if got := approver.status(t, office.requests[0]); got != "PENDING" {
		t.Errorf("a request after kill -9 is %s", got)
	}
}

// everything is how much there is of what people made, and the last thing that they
// did. What the passing of time changes is left out: it goes on between two starts.
func everything(t *testing.T, url string) string {
	t.Helper()
	var data json.RawMessage
	as(t, url, "olga-weber", "Olga Weber", "AUDITOR").ask(t, `{
		businessUnits(first: 100) { nodes { id } }
		certificateProfiles(first: 1) { totalCount }
		enrollments(first: 1) { totalCount }
		auditEntries(first: 1, filter: {actions: [CREATE_BUSINESS_UNIT, SET_PURCHASED_SEATS, ALLOCATE_SEATS, CREATE_CERTIFICATE_PROFILE, CREATE_SEAT, REQUEST, APPROVE]}) { totalCount nodes { id } }
	}`, nil, &data)
	return string(data)
}

func postmasterFile(dir string) string { return filepath.Join(dir, "pg", "postmaster.pid") }

// postmaster is the process id of the PostgreSQL in a data folder.
func postmaster(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(postmasterFile(dir))
	if err != nil {
		t.Fatal(err)
	}
	id, err := strconv.Atoi(strings.SplitN(string(text), "\n", 2)[0])
	if err != nil || !running(id) {
		t.Fatalf("postmaster.pid names no running process:\n%s", text)
	}
	return id
}

// running reports whether a process is at work. One that has ended and that nobody
// has collected yet still has its number, and in /proc the state Z; where there is
// no /proc, it counts as running.
func running(id int) bool {
	if errors.Is(syscall.Kill(id, 0), syscall.ESRCH) {
		return false
	}
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(id), "stat"))
	return err != nil || !strings.Contains(string(stat), ") Z ")
}
