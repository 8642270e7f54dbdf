//go:build unix

package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	throwawayPrefix = "gatehouse-throwaway-"

	// memoryFolder is Linux's file system in memory. A test database is hundreds of
	// files that live for a second: there it is made ten times as fast.
	memoryFolder = "/dev/shm"
	// memoryNeeded keeps off a small one, such as the 64 MB that containers get.
	memoryNeeded = 4 << 30
)

// throwawayBase is where throw-away clusters are made: in TMPDIR where that is set,
// else in memory where there is plenty, else in the temporary folder.
func throwawayBase() string {
	var free syscall.Statfs_t
	if os.Getenv("TMPDIR") == "" && syscall.Statfs(memoryFolder, &free) == nil &&
		uint64(free.Bavail)*uint64(free.Bsize) >= memoryNeeded {
		return memoryFolder
	}
	return os.TempDir()
}

// makeThrowawayFolder makes and locks a folder of its own in base, and first removes
// those whose process died without doing so.
func makeThrowawayFolder(base string, a account) (folder, *lock, error) {
	sweepThrowaways(base)
	for {
		dir, err := os.MkdirTemp(base, throwawayPrefix)
		if err != nil {
			return folder{}, nil, fmt.Errorf("making a folder for a throw-away PostgreSQL: %w", err)
		}
		f := folder{dir: dir}
		held, err := acquireLock(f.lockFile())
		if errors.As(err, new(*lockedError)) || errors.Is(err, os.ErrNotExist) {
			continue // another process's sweep came between; it removes this one
		}
		if err == nil && a.credential != nil {
			err = os.Chmod(dir, 0o711)
		}
		if err == nil && !a.canEnter(dir) {
			err = fmt.Errorf("PostgreSQL runs as the user %q, who cannot enter %s: set TMPDIR to a folder that everyone may enter", a.name, dir)
		}
		if err != nil {
			return folder{}, nil, errors.Join(err, held.release(), f.remove())
		}
		return f, held, nil
	}
}

// sweepThrowaways removes the folders of throw-away clusters that nobody runs any
// more. What cannot be removed is left for another day: it stands in nobody's way.
func sweepThrowaways(base string) {
	found, err := filepath.Glob(filepath.Join(base, throwawayPrefix+"*"))
	if err != nil {
		return
	}
	for _, dir := range found {
		// The folder is everyone's: only a real folder of our own counts.
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() {
			continue
		}
		if stat, ok := info.Sys().(*syscall.Stat_t); !ok || int(stat.Uid) != os.Geteuid() {
			continue
		}
		f := folder{dir: dir}
		if _, err := os.Lstat(f.lockFile()); err != nil {
			continue // being made at this moment
		}
		held, err := acquireLock(f.lockFile())
		if err != nil {
			continue
		}
		if pid, running := runningPostmaster(f.data()); running {
			_ = syscall.Kill(pid, syscall.SIGQUIT)
			_, _ = awaitGone(context.Background(), f.data(), 5*time.Second)
		}
		_ = f.removeSocketDir(f.longSocketDir())
		_ = f.remove()
		_ = held.release()
	}
}

// remove deletes a throw-away folder with everything in it.
func (f folder) remove() error {
	if err := os.RemoveAll(f.dir); err != nil {
		return fmt.Errorf("removing the throw-away PostgreSQL: %w", err)
	}
	return nil
}
