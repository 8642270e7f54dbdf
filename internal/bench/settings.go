//go:build unix

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
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
	// bulkRows is how many requests the large job approves, bulkPair how many each job
	// that is measured beside hand-written SQL.
	bulkRows, bulkPair int
	// pages are how many enrollments the databases have whose pages are asked for.
	pages []int
	// mailServer is the setting of the server's mail server; empty for none.
	mailServer string
}

// The parts of a measurement.
const (
	partAll    = "all"
	partList   = "list"
	partUsage  = "usage"
	partImport = "import"

	partCertificates = "certificates"
	partBulk         = "bulk"
	partPages        = "pages"
)

// fewestImportRows is how many rows a file needs for there to be a half-way between
// two calls, and for a tenth of it to be worth measuring.
const fewestImportRows = 4_000

// fewestCertificates are those of which a tenth is a file of more than one kind.
const fewestCertificates = 200

// fewestBulk is how many requests a job needs that is killed five times.
const fewestBulk = 12 * batchSize

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
	flags.StringVar(&s.part, "part", partAll, "what to measure: list, usage (of licences), import (of a file of seats), certificates (of files, and lists of them), bulk (actions), pages (of enrollments, by how many there are), or all")
	flags.IntVar(&s.usageSeats, "usage-seats", 1_000_000, "how many seats to load for the usage of licences, beside another database of 10")
	flags.IntVar(&s.importRows, "import-rows", 100_000, "how many rows the file of seats has; a tenth of them is imported beside each COPY")
	flags.IntVar(&s.certificateRows, "certificates", 100_000, "how many certificates the file of certificates has; one of a tenth is imported before it")
	flags.IntVar(&s.bulkRows, "bulk", 100_000, "how many requests the large job approves")
	flags.IntVar(&s.bulkPair, "bulk-pair", 5_000, "how many requests each job approves that is measured beside hand-written SQL")
	s.pages = []int{10_000, 1_000_000}
	flags.Func("pages", "how many enrollments the databases have whose pages are asked for, by commas, the one that the others are told beside first (default 10000,1000000)", s.readPages)
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	switch {
	case flags.NArg() > 0:
		return s, fmt.Errorf("%q is no setting; -help lists them", flags.Arg(0))
	case !slices.Contains([]string{partAll, partList, partUsage, partImport, partCertificates, partBulk, partPages}, s.part):
		return s, fmt.Errorf("%q is no part of the measurement; they are list, usage, import, certificates, bulk, pages and all", s.part)
	case s.importRows < fewestImportRows:
		return s, fmt.Errorf("a file of %d rows cannot be interrupted half-way between two calls; import at least %d", s.importRows, fewestImportRows)
	case s.certificateRows < fewestCertificates:
		return s, fmt.Errorf("a file of %d certificates, and one of a tenth, do not have all kinds of them; import at least %d", s.certificateRows, fewestCertificates)
	case s.bulkRows < fewestBulk || s.bulkPair < batchSize:
		return s, fmt.Errorf("a job over %d requests cannot be killed five times on its way, or one over %d has no whole batch; approve at least %d and %d", s.bulkRows, s.bulkPair, fewestBulk, batchSize)
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

// readPages reads the sizes. The deep page and a full first one must be there.
func (s *settings) readPages(text string) error {
	s.pages = nil
	for one := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(one)
		if err != nil || n < deepPage*deepFirst || slices.Contains(s.pages, n) {
			return fmt.Errorf("%q is no size: each is another number, from %d on", one, deepPage*deepFirst)
		}
		s.pages = append(s.pages, n)
	}
	return nil
}

// pendingInUnit is about how many pending enrollments each business unit gets.
func (s size) pendingInUnit() int { return s.enrollments * pendingPercent / 100 / s.units }
