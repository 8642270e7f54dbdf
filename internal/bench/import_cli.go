//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// imported is what one call of gatehouse seats import, or of certificates, came to;
// told is of seats only.
type imported struct {
	told
	cost
	// memory is the command's most in MB, server the server's until then; 0 where that
	// is not told.
	memory, server int
	// killed is set when the command did not end by itself.
	killed bool
	// said is what it said on standard error.
	said string
}

// mostMemory is how many MB the command and the server may take.
const mostMemory = 200

// frugal refuses an import that took too much memory.
func (r imported) frugal() error {
	if r.memory > mostMemory || r.server > mostMemory {
		return fmt.Errorf("the command took up to %d MB and the server up to %d; %d are the most", r.memory, r.server, mostMemory)
	}
	return nil
}

// lookEvery is how often a running import is looked at.
const lookEvery = 20 * time.Millisecond

// seatsImport runs gatehouse seats import on a file of so many rows and reads its
// report.
func (i *importing) seatsImport(ctx context.Context, file, unit string, rows int, during func(reported int, kill func() error) error) (imported, error) {
	result, report, err := i.imports(ctx, rows, during, "seats", "import", file, "--business-unit="+unit, "--type=USER")
	if err == nil && !result.killed {
		result.told, err = toldIn(report)
	}
	return result, err
}

// imports runs an import of so many rows by gatehouse, as a person does, waits until
// it is over and names its report. Meanwhile, each time that more rows are reported,
// during is told how many, and may do something about it, such as to kill.
func (i *importing) imports(ctx context.Context, rows int, during func(reported int, kill func() error) error, command ...string) (result imported, report string, err error) {
	report = filepath.Join(i.scratch, fmt.Sprintf("report-%d.csv", i.calls))
	i.calls++
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, i.server.binary, append(command, "--report="+report)...)
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.Env = withPassedOn([]string{"GATEHOUSE_URL=http://" + i.server.address, "GATEHOUSE_TOKEN=" + i.token})
	result.cost, err = i.measured(ctx, rows, func() error {
		if err := cmd.Start(); err != nil {
			return fmt.Errorf("starting gatehouse %s import: %w", command[0], err)
		}
		return i.watch(cmd, report, &result, during)
	})
	result.said = said.String()
	if cmd.ProcessState == nil {
		return result, report, err
	}
	result.command = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	_, result.server, _ = memory(i.process.cmd.Process.Pid)
	status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && status.Signaled() && ctx.Err() == nil:
		result.killed = true
		err = nil
	case errors.As(err, &exit):
		err = fmt.Errorf("gatehouse %s import: %w: %s", command[0], err, result.said)
	}
	return result, report, err
}

// watch waits for the end of a command and looks at it until then.
func (i *importing) watch(cmd *exec.Cmd, report string, result *imported, during func(int, func() error) error) error {
	var ended error
	exited := make(chan struct{})
	go func() { ended = cmd.Wait(); close(exited) }()
	var lines counting
	for before := 0; ; {
		select {
		case <-exited:
			return ended
		case <-time.After(lookEvery):
		}
		_, most, _ := memory(cmd.Process.Pid)
		result.memory = max(result.memory, most)
		if during == nil {
			continue
		}
		now := lines.count(report)
		if now == before {
			continue
		}
		before = now
		if err := during(now, cmd.Process.Kill); err != nil {
			err = errors.Join(err, cmd.Process.Kill())
			<-exited
			return err // it was killed for this reason
		}
	}
}

// counting counts the rows in a report that is being written, and reads none twice:
// what watches should not take what is watched its time.
type counting struct {
	read int64
	rows int
}

// count is how many rows there are by now; 0 while there is no report.
func (c *counting) count(path string) int {
	file, err := os.Open(path)
	if err != nil {
		return 0 // it is made when the first rows are known
	}
	defer func() { _ = file.Close() }() // it was only read
	more, err := io.ReadAll(io.NewSectionReader(file, c.read, math.MaxInt64-c.read))
	if c.read == 0 && len(more) > 0 {
		c.rows = -1 // the line with the columns' names
	}
	if err == nil {
		c.read, c.rows = c.read+int64(len(more)), c.rows+bytes.Count(more, []byte("\n"))
	}
	return max(c.rows, 0)
}

// verify runs gatehouse verify: every counter equals its rows.
func (i *importing) verify(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, i.server.binary, "verify")
	cmd.Env = withPassedOn([]string{"DATABASE_URL=" + i.server.database})
	if output, err := cmd.CombinedOutput(); err != nil {
		return errors.Join(fmt.Errorf("gatehouse verify: %w", err), errors.New(string(output)))
	}
	return nil
}
