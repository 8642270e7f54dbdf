//go:build unix

package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"gatehouse/internal/client"
)

// readSightings reads the report of an import of one file of certificates: how many
// there are, all of the same outcome. It refuses one in which they are not told one
// after the other, each once, or came to something else.
func readSightings(report io.Reader, outcome client.Sighted) (rows int, err error) {
	lines := csv.NewReader(report)
	if _, err := lines.Read(); err != nil {
		return 0, fmt.Errorf("reading a report: %w", err)
	}
	for ; ; rows++ {
		line, err := lines.Read()
		switch {
		case errors.Is(err, io.EOF):
			return rows, nil
		case err != nil:
			return rows, fmt.Errorf("reading a report: %w", err)
		case line[1] != strconv.Itoa(rows):
			return rows, fmt.Errorf("the report tells of certificate %s where certificate %d comes next", line[1], rows)
		case client.Sighted(line[4]) != outcome:
			return rows, fmt.Errorf("certificate %d should be %s and is %s: %s", rows, outcome, line[4], line[5])
		}
	}
}

// readSightingsIn reads the report that is in a file.
func readSightingsIn(path string, outcome client.Sighted) (_ int, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("reading a report: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return readSightings(file, outcome)
}
