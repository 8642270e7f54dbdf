package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"gatehouse/internal/localpg"
)

// dataDir is where dev keeps its database and its key: the setting, or a folder
// that belongs to this clone alone. dev and token find the same one wherever they
// are started from.
func (d databaseSettings) dataDir() (string, error) {
	if d.DataDir != "" {
		dir, err := filepath.Abs(d.DataDir)
		if err != nil {
			return "", fmt.Errorf("GATEHOUSE_DATA_DIR cannot be found: %w", err)
		}
		return dir, nil
	}
	clone, err := cloneDir()
	if err != nil {
		return "", err
	}
	return localpg.DefaultDir(clone)
}

// cloneDir is the clone that this binary was built in: the folder with our go.mod
// above the binary (bin/gatehouse), else above the working folder (go run builds
// elsewhere). A binary that was installed somewhere else is its own folder's.
func cloneDir() (string, error) {
	binary, err := os.Executable()
	if err == nil {
		binary, err = filepath.EvalSymlinks(binary)
	}
	if err != nil {
		return "", fmt.Errorf("finding the folder of this binary; set GATEHOUSE_DATA_DIR: %w", err)
	}
	working, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the working folder; set GATEHOUSE_DATA_DIR: %w", err)
	}
	for _, start := range []string{filepath.Dir(binary), working} {
		if clone, ok := cloneAbove(start); ok {
			return clone, nil
		}
	}
	return filepath.Dir(binary), nil
}

var ourModule = regexp.MustCompile(`(?m)^module gatehouse\s*$`)

// cloneAbove is the nearest folder, from dir upwards, with our go.mod in it.
func cloneAbove(dir string) (string, bool) {
	for {
		if text, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil && ourModule.Match(text) {
			return dir, true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir = parent
	}
}

// makeDataDir makes the data folder when it is not there. Made by root it may be
// entered by others, because localpg's PostgreSQL, which will live in it, runs as
// another user; what is in it is closed by itself.
func makeDataDir(dir string) error {
	mode := fs.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711
	}
	err := os.MkdirAll(filepath.Dir(dir), 0o755)
	if err == nil {
		err = os.Mkdir(dir, mode)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("the data folder cannot be made; set GATEHOUSE_DATA_DIR to one of your own: %w", err)
	}
	return nil
}
