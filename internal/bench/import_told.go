//go:build unix

package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"gatehouse/internal/seatfile"
)

// told is what an import's report says.
type told struct {
	rows     int
	outcomes map[seatfile.Outcome]int
	// before is how many of the rows an earlier call had done.
	before int
}

// all reports whether all of so many rows came to one outcome.
func (t told) all(rows int, outcome seatfile.Outcome) bool {
	return t.rows == rows && t.outcomes[outcome] == rows
}

// readTold reads a report. It refuses one in which the rows of the file are not
// told one after the other, each once.
func readTold(report io.Reader) (told, error) {
	t := told{outcomes: map[seatfile.Outcome]int{}}
	lines := csv.NewReader(report)
	if _, err := lines.Read(); err != nil {
		return t, fmt.Errorf("reading a report: %w", err)
	}
	for {
		line, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return t, fmt.Errorf("reading a report: %w", err)
		}
		if want := strconv.Itoa(t.rows + 2); line[0] != want { // row 1 names the columns
			return t, fmt.Errorf("the report tells of row %s where row %s comes next", line[0], want)
		}
		t.rows++
		outcome := seatfile.Outcome(line[2])
		t.outcomes[outcome]++
		if line[4] != "" && outcome != seatfile.Refused {
			t.before++
		}
	}
}

// toldIn reads the report that is in a file.
func toldIn(path string) (_ told, err error) {
	file, err := os.Open(path)
	if err != nil {
		return told{}, fmt.Errorf("reading a report: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return readTold(file)
}
