package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"gatehouse/internal/client"
	"gatehouse/internal/refusal"
	"gatehouse/internal/seatfile"
)

// reportFile is where what became of each row is written.
type reportFile struct {
	path   string   // empty for standard output
	file   *os.File // nil for standard output
	report *seatfile.Report
}

// openReport makes a report. It refuses a file that is there: the report of an
// earlier run may hold codes that are shown nowhere else. The file is its owner's
// alone, for the same reason.
func openReport(path string, stdout io.Writer) (*reportFile, error) {
	r, out := &reportFile{path: path}, stdout
	if path != "" {
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("--report %s is there already, and may hold codes that are shown once only; name a new file", path)
		}
		if err != nil {
			return nil, plainly(err)
		}
		r.file, out = file, file
	}
	var err error
	r.report, err = seatfile.NewReport(out)
	return r, err
}

// write writes lines so that they are not lost, whatever happens next.
func (r *reportFile) write(lines []seatfile.Line) error {
	for _, line := range lines {
		if err := r.report.Write(line); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	if err := r.report.Flush(); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// close closes a report; one without a row is taken away again.
func (r *reportFile) close(keep bool) error {
	if r.file == nil {
		return nil
	}
	err := r.file.Close()
	if !keep {
		err = errors.Join(err, os.Remove(r.path))
	}
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// outcomes is a tally in a sentence, the refusals by their first reason.
func outcomes(tally client.Tally) string {
	var parts []string
	for _, outcome := range seatfile.Outcomes {
		if n := tally.Outcomes[outcome]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", count(n), outcome))
		}
	}
	var reasons []string
	for code, n := range tally.Refusals {
		reasons = append(reasons, fmt.Sprintf("%s %s", count(n), code))
	}
	if len(reasons) > 0 {
		slices.SortFunc(reasons, func(a, b string) int { return moreFirst(tally, a, b) })
		parts[len(parts)-1] += " (" + strings.Join(reasons, ", ") + ")"
	}
	return strings.Join(parts, ", ")
}

// moreFirst orders reasons by how many rows they refused, then by name.
func moreFirst(tally client.Tally, a, b string) int {
	code := func(reason string) refusal.Code { _, c, _ := strings.Cut(reason, " "); return refusal.Code(c) }
	if d := tally.Refusals[code(b)] - tally.Refusals[code(a)]; d != 0 {
		return d
	}
	return strings.Compare(string(code(a)), string(code(b)))
}

// count is a number as people read it: 1,234,567.
func count(n int) string {
	digits := fmt.Sprint(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
