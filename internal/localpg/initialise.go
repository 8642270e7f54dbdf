//go:build unix

package localpg

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// secrets are the passwords of the three roles.
type secrets struct {
	Admin string `json:"admin"`
	Owner string `json:"owner"`
	App   string `json:"app"`
}

// initialise gives the passwords of the folder's cluster, and makes the cluster
// with initdb when there is none yet. It works beside the final place and renames
// at the end, passwords first, so that a process killed half way leaves nothing
// that looks finished. It refuses data whose passwords are gone.
func (f folder) initialise(ctx context.Context, p programs, a account, throwaway bool) (secrets, error) {
	_, err := os.Stat(f.data())
	switch {
	case err == nil:
		return f.readSecrets()
	case !errors.Is(err, fs.ErrNotExist):
		return secrets{}, fmt.Errorf("looking for the data of the private PostgreSQL: %w", err)
	}
	s := secrets{Admin: rand.Text(), Owner: rand.Text(), App: rand.Text()}
	if err := f.writeSecrets(s); err != nil {
		return secrets{}, err
	}
	if err := f.runInitdb(ctx, p, a, s.Admin, throwaway); err != nil {
		return secrets{}, err
	}
	return s, nil
}

func (f folder) runInitdb(ctx context.Context, p programs, a account, password string, throwaway bool) (err error) {
	making := f.data() + ".new"
	if err := os.RemoveAll(making); err != nil {
		return fmt.Errorf("removing what an interrupted initdb left: %w", err)
	}
	if err := makeOwned(making, a); err != nil {
		return err
	}
	// A file, and not a pipe: the pipe would be this user's, closed to the account.
	pwfile := filepath.Join(f.dir, "initdb.password")
	defer func() { err = errors.Join(err, removeFile(pwfile)) }()
	if err := errors.Join(removeFile(pwfile), os.WriteFile(pwfile, []byte(password+"\n"), 0o600), a.give(pwfile)); err != nil {
		return fmt.Errorf("handing a password to initdb: %w", err)
	}
	args := []string{
		"--pgdata", making, "--username", adminRole,
		"--auth", "scram-sha-256", "--pwfile", pwfile,
		// Byte order for text, everywhere: pages of a list are cut by comparing
		// text, and every machine must compare alike.
		"--encoding", "UTF8", "--locale", "C", "--text-search-config", "simple",
	}
	if throwaway {
		args = append(args, "--no-sync")
	}
	cmd := a.command(ctx, making, p.initdb(), args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb of PostgreSQL %s failed in %s: %w: %s", p.version, f.dir, err, lastLines(string(out), 4))
	}
	if err := os.Rename(making, f.data()); err != nil {
		return fmt.Errorf("putting the new PostgreSQL data in place: %w", err)
	}
	return nil
}

func (f folder) readSecrets() (secrets, error) {
	text, err := os.ReadFile(f.passwordsFile())
	if errors.Is(err, fs.ErrNotExist) {
		return secrets{}, fmt.Errorf("%s is missing, and without it nobody can log in to the data in %s: bring the file back, or move the data folder away to start anew", f.passwordsFile(), f.data())
	}
	if err != nil {
		return secrets{}, fmt.Errorf("reading the passwords of the private PostgreSQL: %w", err)
	}
	var s secrets
	if err := json.Unmarshal(text, &s); err != nil {
		return secrets{}, fmt.Errorf("reading the passwords in %s: %w", f.passwordsFile(), err)
	}
	return s, nil
}

func (f folder) writeSecrets(s secrets) error {
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("writing the passwords of the private PostgreSQL: %w", err)
	}
	making := filepath.Join(f.dir, "passwords.new")
	// Removed first: an existing file would keep its mode.
	if err := errors.Join(removeFile(making), os.WriteFile(making, text, 0o600)); err != nil {
		return fmt.Errorf("writing the passwords of the private PostgreSQL: %w", err)
	}
	if err := os.Rename(making, f.passwordsFile()); err != nil {
		return fmt.Errorf("writing the passwords of the private PostgreSQL: %w", err)
	}
	return nil
}

// removeFile removes a file that may not be there.
func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// lastLines shortens a program's output to its end, where the reason stands.
func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], " | ")
}
