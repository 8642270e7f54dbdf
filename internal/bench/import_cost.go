//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// cost is what writing rows took of the machine.
type cost struct {
	rows int
	took time.Duration
	// command, server and postgres are the CPU time of each, wal the bytes of the
	// write-ahead log: of all that PostgreSQL did meanwhile, autovacuum included.
	command, server, postgres time.Duration
	wal                       int64
}

func (c cost) seconds() float64   { return c.took.Seconds() }
func (c cost) perSecond() float64 { return float64(c.rows) / c.took.Seconds() }

// perRow is a CPU time in microseconds for one roc.
func (c cost) perRow(used time.Duration) float64 {
	return float64(used.Microseconds()) / float64(c.rows)
}

// whole is the CPU time of all three.
func (c cost) whole() time.Duration { return c.command + c.server + c.postgres }

// walPerRow is in bytes.
func (c cost) walPerRow() float64 { return float64(c.wal) / float64(c.rows) }

// cpu is what server and PostgreSQL have used until now.
func (i *importing) cpu() (server, postgres time.Duration) {
	text, _ := os.ReadFile(filepath.Join(i.db.folder, "pg", "postmaster.pid"))
	first, _, _ := strings.Cut(string(text), "\n")
	if pid, err := strconv.Atoi(first); err == nil {
		postgres = familyCPU(pid)
	}
	return cpu(i.process.cmd.Process.Pid), postgres
}

// measured does something that writes rows, and tells what it took.
func (i *importing) measured(ctx context.Context, rows int, do func() error) (cost, error) {
	c := cost{rows: rows}
	before, err := i.log(ctx)
	if err != nil {
		return c, err
	}
	server, postgres := i.cpu()
	began := time.Now()
	if err := do(); err != nil {
		return c, err
	}
	c.took = time.Since(began)
	serverNow, postgresNow := i.cpu()
	c.server, c.postgres = serverNow-server, postgresNow-postgres
	after, err := i.log(ctx)
	c.wal = after - before
	return c, err
}

// log is how long the write-ahead log has become.
func (i *importing) log(ctx context.Context) (position int64, err error) {
	if err := i.inside.QueryRowContext(ctx, `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint`).Scan(&position); err != nil {
		return 0, fmt.Errorf("reading where the write-ahead log is: %w", err)
	}
	return position, nil
}
