//go:build unix

package localpg

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// folder is the layout of one data folder:
//
//	lock            held while a process uses the folder
//	passwords.json  of the three roles; readable by the starting user only
//	pg              PostgreSQL's data, owned by the user it runs as
//	run             the socket, unless this path is too long for one
//	postgres.log    what PostgreSQL prints
type folder struct{ dir string }

func (f folder) data() string          { return filepath.Join(f.dir, "pg") }
func (f folder) lockFile() string      { return filepath.Join(f.dir, "lock") }
func (f folder) logFile() string       { return filepath.Join(f.dir, "postgres.log") }
func (f folder) passwordsFile() string { return filepath.Join(f.dir, "passwords.json") }

// DefaultDir is where the data of a clone live when nothing else is set: outside
// the clone, so that no clean-up of tracked files touches them, in a folder named
// by a hash of the clone's path, so that two clones never share data. For root it
// lies under /var/lib, because root's home is closed to the user that PostgreSQL
// runs as.
func DefaultDir(clone string) (string, error) {
	path, err := filepath.Abs(clone)
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return "", fmt.Errorf("finding the data folder of the clone %s: %w", clone, err)
	}
	base, err := baseDir()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(path))
	return filepath.Join(base, hex.EncodeToString(sum[:8])), nil
}

// baseDir holds the default data folders and the programs that were fetched.
func baseDir() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/lib/gatehouse", nil
	}
	if data := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(data) {
		return filepath.Join(data, "gatehouse"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("finding a place for gatehouse's data: neither XDG_DATA_HOME nor HOME is set; set GATEHOUSE_DATA_DIR: %w", err)
	}
	return filepath.Join(home, ".local", "share", "gatehouse"), nil
}

// makeFolder makes the data folder, and refuses one that PostgreSQL's user cannot
// enter. Started by root the folder may be entered, not listed, by others: its
// contents are each closed by themselves.
func makeFolder(dir string, a account) (folder, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return folder{}, fmt.Errorf("making the data folder %s: %w", dir, err)
	}
	mode := fs.FileMode(0o700)
	if a.credential != nil {
		mode = 0o711
	}
	if err := makeWithParents(path, mode); err != nil {
		return folder{}, fmt.Errorf("making the data folder: %w", err)
	}
	if !a.canEnter(path) {
		return folder{}, fmt.Errorf("PostgreSQL runs as the user %q, who cannot enter the data folder %s: open it and the folders above it for entering (chmod o+x), or set GATEHOUSE_DATA_DIR to a folder that everyone may enter, such as /var/lib/gatehouse/data", a.name, path)
	}
	return folder{dir: path}, nil
}

// makeWithParents makes a folder and those above it that are missing, with exactly
// this mode and 0755, whatever the umask: a careful root's would shut PostgreSQL's
// user out. Folders that exist keep theirs; they may be the operator's.
func makeWithParents(path string, mode fs.FileMode) error {
	err := os.Mkdir(path, mode)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeWithParents(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		err = os.Mkdir(path, mode)
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil:
		return err
	}
	return os.Chmod(path, mode)
}

// majorVersion is the PostgreSQL version that made the data, 0 when there are none.
func (f folder) majorVersion() (int, error) {
	text, err := os.ReadFile(filepath.Join(f.data(), "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("reading which PostgreSQL made the data: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("the data folder %s does not say which PostgreSQL made it: %w", f.data(), err)
	}
	return major, nil
}

// makeOwned makes a closed folder that belongs to the account. One that is there
// already is checked before it is touched: under /tmp, somebody else may have put
// a folder, or a link to one of the system's, where ours belongs.
func makeOwned(path string, a account) error {
	switch err := os.Mkdir(path, 0o700); {
	case errors.Is(err, fs.ErrExist):
		if err := checkClosed(path, a); err != nil {
			return err
		}
	case err != nil:
		return fmt.Errorf("making a folder for PostgreSQL: %w", err)
	}
	return a.give(path)
}

// checkClosed refuses what is not a folder closed to others and owned by the
// account or by this process (which may have died before it gave the folder away).
func checkClosed(path string, a account) error {
	info, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("checking a folder for PostgreSQL: %w", err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if ok && info.IsDir() && info.Mode().Perm() == 0o700 {
		owner := int(stat.Uid)
		if owner == os.Geteuid() || a.credential != nil && owner == int(a.credential.Uid) {
			return nil
		}
	}
	return fmt.Errorf("%s is not a folder of the user %q with mode 0700, so somebody else may have made it: remove it, or use another data folder", path, a.name)
}
