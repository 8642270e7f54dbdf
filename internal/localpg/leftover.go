//go:build unix

package localpg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// endLeftover shuts down a postmaster that still runs on these data although no
// gatehouse holds the folder's lock: its parent was killed and it was not (or is
// still on its way out). Ending it and starting our own keeps one rule: the
// database runs with this program's settings and ends with this process.
//
// A pid file whose process is gone is left to PostgreSQL, which clears it up. One
// whose number has passed to an unrelated process is removed here, because
// PostgreSQL would take that process for itself and refuse to start.
func endLeftover(ctx context.Context, data string, log *slog.Logger) error {
	pid, running := runningPostmaster(data)
	if !running {
		if pid != 0 && alive(pid) {
			log.InfoContext(ctx, "removing a stale postmaster.pid, whose number is another program's now", "pid", pid)
			if err := removeFile(pidFile(data)); err != nil {
				return fmt.Errorf("removing a stale postmaster.pid: %w", err)
			}
		}
		return nil
	}
	log.InfoContext(ctx, "ending a PostgreSQL that an earlier gatehouse left running", "pid", pid, "data", data)
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		if err := syscall.Kill(pid, s); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("ending the PostgreSQL (process %d) that still runs on %s: %w", pid, data, err)
		}
		gone, err := awaitGone(ctx, data, 15*time.Second)
		if gone || err != nil {
			return err
		}
	}
	return fmt.Errorf("a PostgreSQL (process %d) still runs on %s and does not end: end it by hand", pid, data)
}

// awaitGone waits until no postmaster runs on the data.
func awaitGone(ctx context.Context, data string, patience time.Duration) (bool, error) {
	for giveUp := time.Now().Add(patience); time.Now().Before(giveUp); {
		if _, running := runningPostmaster(data); !running {
			return true, nil
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(pollEvery):
		}
	}
	return false, nil
}

// runningPostmaster reads the pid file of the data (0 when there is none) and
// tells whether that process is a PostgreSQL running on them.
func runningPostmaster(data string) (pid int, running bool) {
	text, err := os.ReadFile(pidFile(data))
	if err != nil {
		return 0, false
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err = strconv.Atoi(strings.TrimSpace(first))
	if err != nil || pid <= 1 {
		return 0, false
	}
	return pid, alive(pid) && isPostmasterOf(pid, data)
}

func pidFile(data string) string { return filepath.Join(data, "postmaster.pid") }

// alive tells whether a process has this number, ours to signal or not.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
