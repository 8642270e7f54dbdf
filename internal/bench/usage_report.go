//go:build unix

package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// mostRatio is how much longer a request may take with many seats than with few.
const mostRatio = 1.3

// usageReport is what the usage of licences came to: pairs of few and many seats,
// one for each question.
type usageReport struct {
	settings
	machine string
	turns   int
	pairs   [2][2]usageSubject
}

// write writes the table and the ratios.
func (r usageReport) write(out io.Writer) error {
	fmt.Fprintf(out, "\nThe usage of licences (seatUsage, with its figures by type), in two databases that differ in their seats alone\n")
	fmt.Fprintf(out, "%d business units with 2 allocations each; 1 HTTP connection; %d interleaved turns of %s\n%s\n\n", r.size.units, r.turns, turn, r.machine)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	row(table, "", "requests/s", "p50 ms", "p99 ms", "SQL statements", "rows read", "buffers", "not in memory")
	for _, pair := range r.pairs {
		for _, s := range pair {
			var whole sample
			for _, one := range s.samples {
				whole.latencies = append(whole.latencies, one.latencies...)
			}
			row(table, s.name, number(median(each(s.samples, sample.perSecond))), milliseconds(whole.percentile(50)), milliseconds(whole.percentile(99)),
				fmt.Sprint(s.sent), fmt.Sprint(s.work.rows), fmt.Sprint(s.work.hit+s.work.read), fmt.Sprint(s.work.read))
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out, "How the rows are found")
	for _, pair := range r.pairs {
		for _, s := range pair {
			fmt.Fprintf(out, "  %s: %s\n", s.name, strings.Join(s.work.scans, "; "))
		}
	}
	var told []string
	for _, pair := range r.pairs {
		told = append(told, fmt.Sprintf("%.2f for %s", median(ratios(pair[0].samples, pair[1].samples)), pair[0].question))
	}
	fmt.Fprintf(out, "With %d seats a request takes this many times as long as with %d: %s (medians of %d pairs; at most %.1f is meant)\n",
		r.pairs[0][1].seats, r.pairs[0][0].seats, strings.Join(told, ", "), r.turns, mostRatio)
	return nil
}
