//go:build unix

package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// pagesReport is what pages take, by the size of what they are of.
type pagesReport struct {
	settings
	machines []string
	// sides are those of each size: a subject for each of pageQuestions.
	sides [][]pageSubject
}

// write writes the table.
func (r pagesReport) write(out io.Writer) error {
	fmt.Fprintf(out, "\nPages of %v enrollments, %d business units, by one connection; medians of %d interleaved rounds, each question %d times %s of each round and size\n", r.pages, pagesUnits, r.rounds, turnsPerRound, turn)
	for n, facts := range r.machines {
		fmt.Fprintf(out, "%d enrollments: %s\n", r.pages[n], facts)
	}
	fmt.Fprintln(out)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	row(table, "", "enrollments", "p50 ms", fmt.Sprintf("to %d", r.pages[0]), "lowest", "highest", "statements", "rows read", "buffers", "not in memory", "allocations", "KB")
	for q, question := range pageQuestions {
		for n := range r.sides {
			s := r.sides[n][q]
			ratios := make([]float64, len(s.samples))
			for round := range s.samples {
				ratios[round] = s.samples[round].percentile(50) / r.sides[0][q].samples[round].percentile(50)
			}
			p50 := each(s.samples, func(one sample) float64 { return one.percentile(50) })
			row(table, question.name, fmt.Sprint(r.pages[n]), milliseconds(median(p50)), fmt.Sprintf("%.2f", median(ratios)), fmt.Sprintf("%.2f", slices.Min(ratios)), fmt.Sprintf("%.2f", slices.Max(ratios)),
				fmt.Sprint(s.sent), fmt.Sprint(s.work.rows), fmt.Sprint(s.work.hit+s.work.read), fmt.Sprint(s.work.read), fmt.Sprint(s.allocations), fmt.Sprint(s.bytes>>10))
		}
	}
	return table.Flush()
}
