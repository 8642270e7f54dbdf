//go:build unix

package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// certificatesReport is what imports of certificates came to.
type certificatesReport struct {
	settings
	machine string
	// making is how long each file took to be made.
	making []time.Duration
	// calls are two of each file, the smaller file's first.
	calls []importLine
	lists []listLine
	// statements are those of a call of new certificates and of known ones, by callRows.
	statements [2][len(callRows)]int
}

// write writes the tables.
func (r certificatesReport) write(out io.Writer) error {
	fmt.Fprintf(out, "\nFiles of up to %d certificates (P-256, in PEM) by gatehouse certificates import, through the API, in calls of what 700 KB hold, each call one transaction\n%s\n\n", r.certificateRows, r.machine)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	row(table, "", "certificates/s", "seconds", "CPU µs each", "PostgreSQL's", "server's", "command's", "log bytes each", "command MB at most", "server MB at most until then")
	for _, c := range r.calls {
		row(table, c.name, number(c.perSecond()), fmt.Sprintf("%.1f", c.seconds()), number(c.perRow(c.whole())), number(c.perRow(c.postgres)),
			number(c.perRow(c.cost.server)), number(c.perRow(c.command)), number(c.walPerRow()), fmt.Sprint(c.memory), fmt.Sprint(c.imported.server))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "Making the files took %v\n", r.making)
	fmt.Fprintf(out, "SQL statements of a call: %d with %d certificates, %d with %d; of known ones %d and %d\n",
		r.statements[0][0], callRows[0], r.statements[0][1], callRows[1], r.statements[1][0], r.statements[1][1])
	fmt.Fprintln(out, "After every first import: one certificate, place and entry for each, one seat, licence and entry for each that renews no other; after every other no row was written; gatehouse verify agrees")
	return r.writeLists(out)
}

// writeLists writes what the lists take.
func (r certificatesReport) writeLists(out io.Writer) error {
	fmt.Fprintf(out, "\nThe first 50 of lists of %d certificates in their own order, without HTTP; medians of %d\n\n", r.certificateRows+r.certificateRows/10, askedEach)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	row(table, "", "certificates", "ms", "statements", "rows read", "buffers")
	for _, l := range r.lists {
		row(table, l.name, fmt.Sprint(l.nodes), milliseconds(float64(l.median)/float64(time.Millisecond)), fmt.Sprint(l.statements), fmt.Sprint(l.rows), fmt.Sprint(l.hit+l.read))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, l := range r.lists {
		fmt.Fprintf(out, "%s: %s\n", l.name, strings.Join(l.scans, "; "))
	}
	return nil
}
