//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Both are set by TestMain before the first test, and by nothing else; so is demo.dir.
var (
	// program is the gatehouse under test.
	program string
	// screenshots is the folder that pictures go to.
	screenshots string
)

func TestMain(m *testing.M) {
	code, err := buildAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
	}
	os.Exit(code)
}

// buildAndRun builds the program that stands in this checkout, and runs the tests.
func buildAndRun(m *testing.M) (code int, err error) {
	scratch, err := os.MkdirTemp("", "gatehouse-e2e-")
	if err != nil {
		return 1, fmt.Errorf("making a folder for the program: %w", err)
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	program = filepath.Join(scratch, "gatehouse")
	build := exec.CommandContext(context.Background(), "go", "build", "-buildvcs=false", "-o", program, "gatehouse/server")
	if said, err := build.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("building gatehouse: %w\n%s", err, said)
	}
	screenshots = os.Getenv("GATEHOUSE_E2E_SCREENSHOTS")
	if screenshots == "" {
		screenshots, err = os.MkdirTemp("", "gatehouse-screenshots-")
		// Pictures stay, for people; a folder without any does not.
		defer func() { _ = os.Remove(screenshots) }()
	} else {
		err = os.MkdirAll(screenshots, 0o755)
	}
	if err != nil {
		return 1, fmt.Errorf("making the folder for screenshots (GATEHOUSE_E2E_SCREENSHOTS): %w", err)
	}
	demo.dir, err = makeDataDir()
	defer func() { _ = os.RemoveAll(demo.dir) }()
	if err != nil {
		return 1, fmt.Errorf("making a folder for the demo organisation: %w", err)
	}
	return m.Run(), nil
}
