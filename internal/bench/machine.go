//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// machine describes what the figures were measured on.
func machine(ctx context.Context, databaseURL string) (_ string, err error) {
	db, err := connect(databaseURL)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var version, buffers, size string
	if err := db.QueryRowContext(ctx, `SELECT current_setting('server_version'), current_setting('shared_buffers'), pg_size_pretty(pg_database_size(current_database()))`).
		Scan(&version, &buffers, &size); err != nil {
		return "", fmt.Errorf("asking PostgreSQL about itself: %w", err)
	}
	facts := []string{
		fmt.Sprintf("%d cores", runtime.NumCPU()), runtime.GOOS + "/" + runtime.GOARCH, runtime.Version(), "PostgreSQL " + version, "shared_buffers " + buffers, "database " + size,
	}
	// Linux says more.
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if name, model, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				facts = append([]string{strings.TrimSpace(model)}, facts...)
				break
			}
		}
	}
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		facts = append(facts, fmt.Sprintf("%d GB of memory", kilobytes(string(text), "MemTotal:")>>20))
	}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		facts = append(facts, "load before "+strings.Join(strings.Fields(string(text))[:1], ""))
	}
	return time.Now().UTC().Format("2006-01-02 15:04") + "; " + strings.Join(facts, ", "), nil
}
