//go:build unix

package localpg

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// usualFolders lists where packagers put PostgreSQL's programs when they keep them
// off PATH, the newest version first.
func usualFolders() []string {
	var found []string
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",                          // Debian, Ubuntu
		"/usr/pgsql-*/bin",                                   // Red Hat and kin, from postgresql.org
		"/usr/libexec/postgresql*",                           // Alpine
		"/opt/homebrew/opt/postgresql@*/bin",                 // Homebrew on Apple silicon
		"/usr/local/opt/postgresql@*/bin",                    // Homebrew on Intel
		"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",    // Homebrew on Linux
		"/Applications/Postgres.app/Contents/Versions/*/bin", // Postgres.app
		"/opt/local/lib/postgresql*/bin",                     // MacPorts
	} {
		matches, err := filepath.Glob(pattern)
		if err != nil {
			continue // only a malformed pattern, of which there is none
		}
		found = append(found, matches...)
	}
	return newestFirst(found)
}

var number = regexp.MustCompile(`\d+`)

// newestFirst sorts by the number in a path, as a number: 9 is older than 16.
func newestFirst(paths []string) []string {
	version := func(path string) int {
		// An overflow or no number at all counts as the oldest.
		n, _ := strconv.Atoi(number.FindString(path))
		return n
	}
	slices.SortStableFunc(paths, func(a, b string) int { return cmp.Compare(version(b), version(a)) })
	return paths
}

// howToInstall says what to type on this system to get PostgreSQL.
func howToInstall() string {
	release, _ := os.ReadFile("/etc/os-release")
	return installCommand(runtime.GOOS, string(release))
}

func installCommand(goos, osRelease string) string {
	if goos == "darwin" {
		return "install it (brew install postgresql@17)"
	}
	kin := map[string]string{
		"debian": "apt-get install postgresql",
		"ubuntu": "apt-get install postgresql",
		"fedora": "dnf install postgresql-server",
		"rhel":   "dnf install postgresql-server",
		"centos": "dnf install postgresql-server",
		"suse":   "zypper install postgresql-server",
		"arch":   "pacman -S postgresql",
		"alpine": "apk add postgresql",
	}
	for _, key := range []string{"ID=", "ID_LIKE="} {
		for line := range strings.Lines(osRelease) {
			value, ok := strings.CutPrefix(line, key)
			if !ok {
				continue
			}
			for _, name := range strings.Fields(strings.Trim(strings.TrimSpace(value), `"'`)) {
				if command, ok := kin[name]; ok {
					return "install it (" + command + ")"
				}
			}
		}
	}
	return "install PostgreSQL with this system's package manager"
}
