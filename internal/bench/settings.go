//go:build unix

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"time"
)

// settings are what a run is asked for.
type settings struct {
	size        size
	rounds      int
	round       time.Duration
	connections int
	pgClients   int
	server      string
	dir         string
	fresh       bool
	part        string
	usageSeats  int
	importRows  int
	// certificateRows is how many certificates the larger of two files has.
	certificateRows int
}

// The parts of a measurement.
const (
	partAll    = "all"
	partList   = "list"
	partUsage  = "usage"
	partImport = "import"

	partCertificates = "certificates"
)

// fewestImportRows is how many rows a file needs for there to be a half-way between
// two calls, and for a tenth of it to be worth measuring.
const fewestImportRows = 4_000

// fewestCertificates are those of which a tenth is a file of more than one kind.
const fewestCertificates = 200

// size is how much is loaded.
type size struct{ enrollments, seats, units int }

func (s size) String() string {
	return fmt.Sprintf("%d enrollments, %d seats, %d business units", s.enrollments, s.seats, s.units)
}

// readSettings reads the flags and refuses what cannot be measured.
func readSettings(args []string, stderr io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&s.size.enrollments, "enrollments", 1_000_000, "how many enrollments to load")
	flags.IntVar(&s.size.seats, "seats", 500_000, "how many seats to load")
	flags.IntVar(&s.size.units, "units", 200, "how many business units to load")
	flags.IntVar(&s.rounds, "rounds", 9, "how many interleaved rounds to measure; figures are medians")
	flags.DurationVar(&s.round, "round", 2*time.Second, "how long each way of asking is measured in a round; whole seconds for pgbench")
	flags.IntVar(&s.connections, "connections", 32, "HTTP connections that ask at once")
	flags.IntVar(&s.pgClients, "pgbench-clients", 8, "clients of pgbench")
	flags.StringVar(&s.server, "server", "bin/gatehouse", "the server to measure; make build makes it")
	flags.StringVar(&s.dir, "dir", "", "where data folders are kept (default $"+dirVariable+", else the user's cache folder)")
	flags.BoolVar(&s.fresh, "fresh", false, "load anew although the data are there")
	flags.StringVar(&s.part, "part", partAll, "what to measure: list, usage (of licences), import (of a file of seats), certificates (of files, and lists of them), or all")
	flags.IntVar(&s.usageSeats, "usage-seats", 1_000_000, "how many seats to load for the usage of licences, beside another database of 10")
	flags.IntVar(&s.importRows, "import-rows", 100_000, "how many rows the file of seats has; a tenth of them is imported beside each COPY")
	flags.IntVar(&s.certificateRows, "certificates", 100_000, "how many certificates the file of certificates has; one of a tenth is imported before it")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	switch {
	case flags.NArg() > 0:
		return s, fmt.Errorf("%q is no setting; -help lists them", flags.Arg(0))
	case !slices.Contains([]string{partAll, partList, partUsage, partImport, partCertificates}, s.part):
		return s, fmt.Errorf("%q is no part of the measurement; they are list, usage, import, certificates and all", s.part)
	case s.importRows < fewestImportRows:
		return s, fmt.Errorf("a file of %d rows cannot be interrupted half-way between two calls; import at least %d", s.importRows, fewestImportRows)
	case s.certificateRows < fewestCertificates:
		return s, fmt.Errorf("a file of %d certificates, and one of a tenth, do not have all kinds of them; import at least %d", s.certificateRows, fewestCertificates)
	case s.usageSeats <= fewSeats:
		return s, fmt.Errorf("the usage of %d seats is measured beside that of %d; load more than %d", s.usageSeats, fewSeats, fewSeats)
	case s.size.units < 1 || s.size.seats < s.size.units || s.size.enrollments < s.size.seats:
		return s, fmt.Errorf("%s: there must be at least one business unit, a seat for each, and an enrollment for each seat", s.size)
	case s.size.pendingInUnit() < pageSize+1:
		return s, fmt.Errorf("%s: a business unit then has some %d pending enrollments, and the page that is measured needs more than %d; load at least %d enrollments, or fewer business units",
			s.size, s.size.pendingInUnit(), pageSize, s.size.units*pageSize*12)
	case s.rounds < 1 || s.round < 50*time.Millisecond || s.connections < 1 || s.pgClients < 1:
		return s, errors.New("rounds, connections and pgbench-clients are at least 1, and a round takes at least 50ms")
	}
	return s, nil
}

// pendingInUnit is about how many pending enrollments each business unit gets.
func (s size) pendingInUnit() int { return s.enrollments * pendingPercent / 100 / s.units }
