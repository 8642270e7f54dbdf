package localpg

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// isPostmasterOf tells whether a process is a PostgreSQL whose working folder, as
// that of every postmaster, is the data folder. A process that has ended and only
// waits to be collected has no working folder any more.
func isPostmasterOf(pid int, data string) bool {
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	name, err := os.ReadFile(filepath.Join(proc, "comm"))
	if err != nil || !strings.HasPrefix(string(name), "post") {
		return false
	}
	works, err := os.Readlink(filepath.Join(proc, "cwd"))
	if err != nil {
		return false
	}
	if real, err := filepath.EvalSymlinks(data); err == nil {
		data = real
	}
	return works == data
}
