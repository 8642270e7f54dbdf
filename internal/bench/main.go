//go:build unix

// Command bench measures what the API costs over what its database can give.
//
// It loads an organisation of a set size into a PostgreSQL of its own (once; the
// data folder is kept and used again) and asks for one page, the list that an
// approver opens: 50 pending enrollments of one business unit, newest first. It
// asks in three ways, in turns, so that whatever else the machine is doing falls
// on all of them alike:
//
//   - the server: bin/gatehouse serve, over HTTP and with a token, as in production
//   - a bare handler: a Go HTTP server that passes on the bytes of one json_agg
//     query, the practical limit of any API in Go over this database
//   - pgbench: the same SQL without any HTTP, the limit of the database
//
// Requests per second swing with the machine: read the ratios. Beside them stand
// figures that do not swing: SQL statements, rows, buffers and allocations.
//
// Then it asks for the usage of licences, in two databases that differ in nothing
// but their seats: ten, and a million. The figures come from counters, so that both
// should take the same time.
//
// Then it imports files of seats by gatehouse seats import, through the server: one
// of 100,000 rows, again, and interrupted half-way; and small ones in turns with
// PostgreSQL's own COPY of the very same rows. Every figure stands beside the proof
// that the import was whole; a run whose counters, seats and audit entries do not
// come to the same ends with an error.
//
// Then it imports files of certificates by gatehouse certificates import: one of
// 10,000, and one of 100,000, each again, when nothing may be written; and asks for
// every list of them.
//
// Then jobs approve requests, 500 in each transaction: some thousand in turns with
// hand-written SQL that writes the same rows into a copy of the database, a hundred
// thousand, and as many again while the server is killed five times. Each time it is
// counted that every request was approved once.
//
// Then it asks for pages, the first one, a deep one and one of a search, of databases
// that differ in how many enrollments they have and in nothing else: again, both should
// take the same time. Ten million are asked for by -pages=10000,1000000,10000000.
//
// It refuses to measure when server and bare handler do not answer with the same
// enrollments in the same order, and stops when an answer differs from the first.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := dispatch(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// dispatch runs the measurement, or, when this program has started itself for
// that, the bare handler.
func dispatch(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 1 && args[0] == bareCommand {
		return serveBare(ctx, os.Getenv(bareDatabase), os.Getenv(bareUnit), stdout)
	}
	s, err := readSettings(args, stderr)
	if err != nil {
		return err
	}
	return s.run(ctx, stdout, stderr)
}
