//go:build unix

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Linux tells the memory and the CPU time of another process in /proc; elsewhere
// these figures are left out.

// tick is the unit of CPU times in /proc, the same on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// cpu is the CPU time that a process has used; zero where that is not told.
func cpu(pid int) time.Duration {
	_, used, _ := stat(pid)
	return used
}

// familyCPU is the CPU time of a process and its children, those that have ended
// included: of a PostgreSQL, when it is the postmaster's. Zero where that is not told.
func familyCPU(pid int) time.Duration {
	_, own, ended := stat(pid)
	total := own + ended
	entries, _ := os.ReadDir("/proc") // it cannot be read where nothing is told anyway
	for _, entry := range entries {
		if child, err := strconv.Atoi(entry.Name()); err == nil {
			if parent, own, ended := stat(child); parent == pid {
				total += own + ended
			}
		}
	}
	return total
}

// stat is a process's parent and the CPU time that it and its ended children used.
func stat(pid int) (parent int, own, ended time.Duration) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, 0, 0
	}
	// The name, in brackets, may hold anything; what follows it does not.
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 15 {
		return 0, 0, 0
	}
	number := func(field int) int64 {
		n, _ := strconv.ParseInt(fields[field], 10, 64) // the kernel writes a number there
		return n
	}
	ticks := func(n int64) time.Duration { return time.Duration(n) * tick }
	return int(number(1)), ticks(number(11) + number(12)), ticks(number(13) + number(14)) // ppid; utime, stime; cutime, cstime
}

// memory is the resident memory of a process in MB, now and at its most; false
// where that is not told.
func memory(pid int) (now, most int, ok bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, false
	}
	return kilobytes(string(text), "VmRSS:") >> 10, kilobytes(string(text), "VmHWM:") >> 10, true
}

// kilobytes is the figure of a line such as "VmRSS:   1234 kB".
func kilobytes(text, name string) int {
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, name); ok {
			n, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")))
			if err == nil {
				return n
			}
		}
	}
	return 0
}
