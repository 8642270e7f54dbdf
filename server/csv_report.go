package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"gatehouse/internal/seatfile"
)

// csvReport is a new file of lines, as spreadsheets read it.
type csvReport struct {
	path string
	file io.WriteCloser // nil when none was asked for
	csv  *csv.Writer
}

// openCSVReport makes a report; without a path, one that keeps nothing. It refuses a
// file that is there: it would be the report of an earlier run.
func openCSVReport(path string, columns ...string) (*csvReport, error) {
	if path == "" {
		return &csvReport{csv: csv.NewWriter(io.Discard)}, nil
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("--report %s is there already; name a new file", path)
	}
	if err != nil {
		return nil, plainly(err)
	}
	r := &csvReport{path: path, file: file, csv: csv.NewWriter(file)}
	r.csv.UseCRLF = true
	return r, r.csv.Write(columns)
}

// write writes one line. What comes from a file or a host is no formula, whatever it
// begins with.
func (r *csvReport) write(cells ...string) error {
	for n, cell := range cells {
		cells[n] = seatfile.Guarded(cell)
	}
	if err := r.csv.Write(cells); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// flush writes lines so that they are not lost, whatever happens next.
func (r *csvReport) flush() error {
	r.csv.Flush()
	if err := r.csv.Error(); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// close closes a report; one without a line is taken away again.
func (r *csvReport) close(keep bool) error {
	err := r.flush()
	if r.file == nil {
		return err
	}
	err = errors.Join(err, r.file.Close())
	if !keep {
		err = errors.Join(err, os.Remove(r.path))
	}
	return err
}
