//go:build unix

package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
)

// seatsFile is a file of seats that is a function of its numbers: the same on every
// machine.
type seatsFile struct {
	// from is the number of the first seat, rows how many there are.
	from, rows int
	// blank ends it with a line that says nothing: another file with the same seats.
	blank bool
}

// The names that people are made of, so that a search has something to tell apart.
var (
	givenNames  = strings.Fields("Ada Alan Barbara Bjarne Claude Donald Edsger Frances Grace Hedy Ida Jean Katherine Leslie Margaret Niklaus Olga Peter Radia Sophie Tim Ursula Vint Whitfield")
	familyNames = strings.Fields("Allen Babbage Bartik Cerf Clarke Diffie Dijkstra Estrin Floyd Goldberg Hamilton Hopper Johnson Knuth Lamarr Lamport Liskov Lovelace Perlman Ritchie Shannon Turing Wilson Wirth")
)

// header is the file's first line.
const header = "seat_id,seat_name,email,phone\n"

// row is the line of the seat with a number.
func (seatsFile) row(n int) string {
	given, family := givenNames[mixed('g', n)%uint64(len(givenNames))], familyNames[mixed('f', n)%uint64(len(familyNames))]
	return fmt.Sprintf("person-%07d,%s %s,%s.%s.%d@people.example,+49 30 55%07d\n", n, given, family, strings.ToLower(given), strings.ToLower(family), n, n)
}

// text is the rows from the first to before the last, with the line of the columns.
func (f seatsFile) text(first, last int) string {
	var b strings.Builder
	b.WriteString(header)
	for n := first; n < last; n++ {
		b.WriteString(f.row(f.from + n))
	}
	return b.String()
}

// write writes the file.
func (f seatsFile) write(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("writing a file of seats: %w", err)
	}
	out := bufio.NewWriter(file)
	_, err = out.WriteString(header)
	for n := 0; err == nil && n < f.rows; n++ {
		_, err = out.WriteString(f.row(f.from + n))
	}
	if err == nil && f.blank {
		err = out.WriteByte('\n')
	}
	if err = errors.Join(err, out.Flush(), file.Close()); err != nil {
		return fmt.Errorf("writing a file of seats: %w", err)
	}
	return nil
}
