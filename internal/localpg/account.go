//go:build unix

package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// account is the operating-system user that PostgreSQL's programs run as.
// PostgreSQL refuses to run as root, so root hands over to someone else.
type account struct {
	name string
	// credential is nil when the programs run as the current user.
	credential *syscall.Credential
}

// serverAccount is the current user, or, for root, the first of "postgres" and
// "nobody" that this system knows (the user must stand in passwd: initdb looks its
// own name up). It refuses when root finds neither.
func serverAccount() (account, error) {
	if os.Geteuid() != 0 {
		name := "uid " + strconv.Itoa(os.Geteuid())
		if me, err := user.Current(); err == nil {
			name = me.Username
		}
		return account{name: name}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.ParseUint(u.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(errUID, errGID); err != nil {
			return account{}, fmt.Errorf("reading the ids of the user %q: %w", name, err)
		}
		return account{name: name, credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return account{}, errors.New("PostgreSQL does not run as root, and this system has neither a user postgres nor a user nobody to run it as: add one (useradd --system postgres), or start gatehouse as an ordinary user")
}

// command prepares a program of PostgreSQL's to run as this account. It works from
// a folder that the account can enter, since the current one may be root's own,
// and with a small environment: no PG… variable of the caller's may redirect it,
// and messages stay in English, because some are read.
func (a account) command(ctx context.Context, workDir, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = workDir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	// A group of its own: Ctrl-C in a terminal reaches the server, which then ends
	// its requests before it ends the database.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: a.credential, Setpgid: true}
	return cmd
}

// give makes the account the owner of a path.
func (a account) give(path string) error {
	if a.credential == nil {
		return nil
	}
	if err := os.Chown(path, int(a.credential.Uid), int(a.credential.Gid)); err != nil {
		return fmt.Errorf("giving %s to the user %q: %w", path, a.name, err)
	}
	return nil
}

// canEnter asks the system itself, as the account, whether it can enter a folder:
// modes alone do not tell, with access lists and mount options about.
func (a account) canEnter(dir string) bool {
	return a.command(context.Background(), "/", "/bin/sh", "-c", `cd -- "$1"`, "sh", dir).Run() == nil
}
