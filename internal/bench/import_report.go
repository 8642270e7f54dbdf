//go:build unix

package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// importReport is what imports came to.
type importReport struct {
	settings
	machine string
	// calls are those of the whole file, the very first one first.
	calls []importLine
	// copies are those of the first import's rows.
	copies [copyWays]cost
	pairs  []importPair
	// statements are those of a call, by callRows.
	statements [len(callRows)]int
}

// importLine is one call of the command.
type importLine struct {
	name string
	imported
}

// importPair is the import of some rows and the copies of the same.
type importPair struct {
	imported cost
	copies   [copyWays]cost
}

// write writes the tables and the ratios.
func (r importReport) write(out io.Writer) error {
	fmt.Fprintf(out, "\nFiles of %d seats by gatehouse seats import, through the API, in calls of up to 1,000 rows, each call one transaction\n%s\n\n", r.importRows, r.machine)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	row(table, "", "rows/s", "seconds", "done before", "command MB at most", "server MB at most")
	for _, c := range r.calls {
		row(table, c.name, number(c.perSecond()), fmt.Sprintf("%.1f", c.seconds()), fmt.Sprint(c.before), fmt.Sprint(c.memory), fmt.Sprint(c.server))
	}
	for way, name := range copyNames {
		row(table, name, number(r.copies[way].perSecond()), fmt.Sprintf("%.1f", r.copies[way].seconds()), "", "", "")
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "The last that the first import said of its progress\n  %s\n", strings.Join(last(r.calls[0].said, 2), "\n  "))
	return r.writePairs(out)
}

// copyNames are the ways to copy, in a sentence.
var copyNames = [copyWays]string{"COPY of the seats", "COPY of seats, audit entries, events"}

// writePairs writes what was measured in turns.
func (r importReport) writePairs(out io.Writer) error {
	fmt.Fprintf(out, "\nBeside PostgreSQL's COPY of the very same rows, from its own files, into tables with the same indexes, checks and foreign keys; medians of %d pairs of %d rows\n\n", len(r.pairs), r.importRows/10)
	ways := make([][]cost, 1+copyWays)
	for _, p := range r.pairs {
		ways[0] = append(ways[0], p.imported)
		for way, c := range p.copies {
			ways[1+way] = append(ways[1+way], c)
		}
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	row(table, "", "rows/s", "lowest", "highest", "CPU µs/row", "PostgreSQL's", "server's", "command's", "log bytes/row")
	for n, all := range ways {
		name := "import"
		if n > 0 {
			name = copyNames[n-1]
		}
		per := func(f func(cost) float64) string { return number(median(each(all, f))) }
		speeds := each(all, cost.perSecond)
		row(table, name, number(median(speeds)), number(slices.Min(speeds)), number(slices.Max(speeds)),
			per(func(c cost) float64 { return c.perRow(c.whole()) }), per(func(c cost) float64 { return c.perRow(c.postgres) }),
			per(func(c cost) float64 { return c.perRow(c.server) }), per(func(c cost) float64 { return c.perRow(c.command) }), per(cost.walPerRow))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for way, name := range copyNames {
		fmt.Fprintf(out, "An import takes %.1f times as long as a %s, and PostgreSQL %.1f times the CPU\n", median(r.ratios(way, cost.seconds)), name, median(r.ratios(way, func(c cost) float64 { return c.postgres.Seconds() })))
	}
	fmt.Fprintf(out, "SQL statements of a call: %d with %d rows, %d with %d\n", r.statements[0], callRows[0], r.statements[1], callRows[1])
	fmt.Fprintln(out, "After every import: as many seats, licences taken and audit entries as rows, each seat made and told of once; gatehouse verify agrees")
	return nil
}

// ratios compare the imports with the copies of the same rows.
func (r importReport) ratios(way int, of func(cost) float64) []float64 {
	all := make([]float64, len(r.pairs))
	for n, p := range r.pairs {
		all[n] = of(p.imported) / of(p.copies[way])
	}
	return all
}

// last are the last lines of a text.
func last(text string, n int) []string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[max(0, len(lines)-n):]
}
