//go:build unix

package localpg

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// lock is an advisory lock on a file, held by this process. The system frees it
// when the process ends, however it ends, so a lock is never stale. The descriptor
// is a bare one: an os.File that nobody refers to any more closes itself, and would
// free the lock of a cluster that runs on.
type lock struct{ fd int }

// lockedError says that another process holds the lock.
type lockedError struct {
	dir    string
	holder string
}

func (e *lockedError) Error() string {
	holder := "another process"
	if e.holder != "" {
		holder = "process " + e.holder
	}
	return fmt.Sprintf("another gatehouse (%s) already uses the data folder %s: stop it, or give this one a folder of its own with GATEHOUSE_DATA_DIR", holder, e.dir)
}

// acquireLock takes the lock and notes this process in the file, or refuses with a
// *lockedError when another process has it.
func acquireLock(path string) (*lock, error) {
	l, err := openLock(path, syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		holder, _ := os.ReadFile(path)
		return nil, &lockedError{dir: filepath.Dir(path), holder: strings.TrimSpace(string(holder))}
	}
	return l, err
}

// awaitLock takes the lock, waiting for as long as another process has it.
func awaitLock(path string) (*lock, error) { return openLock(path, syscall.LOCK_EX) }

func openLock(path string, how int) (*lock, error) {
	fd, err := syscall.Open(path, syscall.O_RDWR|syscall.O_CREAT|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the lock %s: %w", path, err)
	}
	l := &lock{fd: fd}
	if err := l.take(path, how); err != nil {
		return nil, errors.Join(fmt.Errorf("locking %s: %w", path, err), l.release())
	}
	return l, nil
}

func (l *lock) take(path string, how int) error {
	for {
		err := syscall.Flock(l.fd, how)
		if errors.Is(err, syscall.EINTR) {
			continue // a signal came while it waited
		}
		if err != nil {
			return err
		}
		break
	}
	// The file may have been removed between opening and locking; a lock on a file
	// that nobody else can open any more would lock nobody out.
	var mine, current syscall.Stat_t
	if err := errors.Join(syscall.Fstat(l.fd, &mine), syscall.Stat(path, &current)); err != nil {
		return err
	}
	if mine.Dev != current.Dev || mine.Ino != current.Ino {
		return syscall.ENOENT
	}
	if err := syscall.Ftruncate(l.fd, 0); err != nil {
		return err
	}
	_, err := syscall.Write(l.fd, []byte(strconv.Itoa(os.Getpid())+"\n"))
	return err
}

// release frees the lock; freeing it again, or one never held, does nothing.
func (l *lock) release() error {
	if l == nil || l.fd < 0 {
		return nil
	}
	fd := l.fd
	l.fd = -1
	if err := syscall.Close(fd); err != nil {
		return fmt.Errorf("releasing a lock: %w", err)
	}
	return nil
}
