//go:build unix && !linux

package localpg

import (
	"os/exec"
	"strconv"
	"strings"
)

// isPostmasterOf tells whether a process is a PostgreSQL that was started on the
// data folder, by its command line.
func isPostmasterOf(pid int, data string) bool {
	line, err := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(line), "postgres") && strings.Contains(string(line), data)
}
