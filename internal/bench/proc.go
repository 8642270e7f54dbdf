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
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The name, in brackets, may hold anything; what follows it does not.
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	var total int64
	for _, field := range fields[11:13] { // utime and stime
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0
		}
		total += n
	}
	return time.Duration(total) * tick
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
