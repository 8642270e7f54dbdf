//go:build unix

package localpg

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
)

const (
	// socketPort only names the socket's file: the cluster has no network port.
	socketPort = "5432"
	socketFile = ".s.PGSQL." + socketPort
	// longestSocket is what the tightest system (macOS, 104 with the final zero)
	// takes for a socket's path; Linux takes 107.
	longestSocket = 103
)

// makeSocketDir makes the folder of the socket: inside the data folder, or, when
// that path is too long for a socket, a short one under /tmp. Either is closed to
// everyone but PostgreSQL's own user (and root).
func (f folder) makeSocketDir(a account) (string, error) {
	dir := filepath.Join(f.dir, "run")
	if len(filepath.Join(dir, socketFile)) > longestSocket {
		dir = f.longSocketDir()
	}
	if err := makeOwned(dir, a); err != nil {
		return "", err
	}
	return dir, nil
}

// longSocketDir is the short folder that stands in for one under a long path.
func (f folder) longSocketDir() string {
	sum := sha256.Sum256([]byte(f.dir))
	return filepath.Join("/tmp", "gatehouse-"+hex.EncodeToString(sum[:8]))
}

// removeSocketDir removes the folder of a postmaster that has ended, and what one
// that was killed left in it.
func (f folder) removeSocketDir(dir string) error {
	socket := filepath.Join(dir, socketFile)
	if err := errors.Join(removeFile(socket), removeFile(socket+".lock"), removeFile(dir)); err != nil {
		return fmt.Errorf("removing the socket's folder: %w", err)
	}
	return nil
}
