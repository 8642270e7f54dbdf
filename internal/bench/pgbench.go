//go:build unix

package main

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// pgbench asks the database itself, by prepared statements and without HTTP.
type pgbench struct {
	program, databaseURL, scratch string
	clients                       int
}

// findPgbench looks on PATH and in the folders of Debian's packages, which keep
// it off PATH. Without it the run goes on, and a line of the table is missing.
func findPgbench() (string, bool) {
	if program, err := exec.LookPath("pgbench"); err == nil {
		return program, true
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
	if err != nil || len(found) == 0 {
		return "", false
	}
	return slices.Max(found), true
}

var placeholder = regexp.MustCompile(`\$(\d+)`)

// script writes a statement as pgbench's script and gives the arguments that run
// it: pgbench calls its variables :v1 and prepares them as $1.
func (p pgbench) script(name string, s statement) ([]string, error) {
	file := filepath.Join(p.scratch, name+".sql")
	text := placeholder.ReplaceAllString(strings.ReplaceAll(s.text, "\n", " "), ":v$1")
	if err := os.WriteFile(file, []byte(text+";\n"), 0o600); err != nil {
		return nil, fmt.Errorf("writing pgbench's script: %w", err)
	}
	args := []string{"--no-vacuum", "--protocol=prepared", "--file=" + file}
	for n, v := range s.values {
		if v == nil {
			return nil, fmt.Errorf("pgbench has no NULL, and the list's statement has one for $%d", n+1)
		}
		args = append(args, fmt.Sprintf("--define=v%d=%s", n+1, *v))
	}
	return args, nil
}

// run measures a script for about the given time: pgbench takes whole seconds.
func (p pgbench) run(ctx context.Context, script []string, during time.Duration) (sample, error) {
	seconds := max(1, int(math.Round(during.Seconds())))
	log := filepath.Join(p.scratch, "transactions")
	clients := strconv.Itoa(p.clients)
	args := append(slices.Clone(script), "--client="+clients, "--jobs="+strconv.Itoa(min(p.clients, 2)), "--time="+strconv.Itoa(seconds), "--log", "--log-prefix="+log, p.databaseURL)
	output, err := exec.CommandContext(ctx, p.program, args...).CombinedOutput()
	if err != nil {
		return sample{}, fmt.Errorf("pgbench: %w: %s", err, strings.TrimSpace(string(output)))
	}
	perSecond, err := transactionsPerSecond(string(output))
	if err != nil {
		return sample{}, err
	}
	result := sample{}
	files, err := filepath.Glob(log + ".*")
	if err != nil {
		return sample{}, fmt.Errorf("pgbench's log: %w", err)
	}
	for _, file := range files {
		if err := result.readTransactions(file); err != nil {
			return sample{}, err
		}
	}
	result.took = time.Duration(float64(len(result.latencies)) / perSecond * float64(time.Second))
	return result, nil
}

var tps = regexp.MustCompile(`(?m)^tps = ([0-9.]+) \(without initial`)

// transactionsPerSecond reads pgbench's own figure, which leaves out connecting.
func transactionsPerSecond(output string) (float64, error) {
	found := tps.FindStringSubmatch(output)
	if found == nil {
		return 0, fmt.Errorf("pgbench does not say how much it did: %.300s", output)
	}
	return strconv.ParseFloat(found[1], 64)
}

// readTransactions takes the latencies out of a log of pgbench (client, number,
// microseconds, …) and removes it.
func (s *sample) readTransactions(file string) error {
	log, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("pgbench's log: %w", err)
	}
	defer func() { _ = log.Close() }() // it was only read
	for lines := bufio.NewScanner(log); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 3 {
			return fmt.Errorf("pgbench's log has the line %q", lines.Text())
		}
		microseconds, err := strconv.Atoi(fields[2])
		if err != nil {
			return fmt.Errorf("pgbench's log has the line %q", lines.Text())
		}
		s.latencies = append(s.latencies, time.Duration(microseconds)*time.Microsecond)
	}
	return os.Remove(file)
}
