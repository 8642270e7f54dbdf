//go:build unix

package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// report is what a run has found.
type report struct {
	settings
	machine  string
	subjects []*subject
	fixed    fixed
}

// write writes the tables.
func (r report) write(out io.Writer) error {
	fmt.Fprintf(out, "\n%d of one business unit's pending enrollments, newest first, with seat, profile, business unit and actions\n", pageSize)
	fmt.Fprintf(out, "%s; %d HTTP connections, %d pgbench clients; medians of %d interleaved rounds of %s\n%s\n\n",
		r.size, r.connections, r.pgClients, r.rounds, r.round, r.machine)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	header := []string{"", "requests/s", "lowest", "highest", "p50 ms", "p99 ms", "CPU µs/request", "memory MB", "at most"}
	for _, s := range r.subjects[1:] {
		header = append(header, "to "+s.name)
	}
	row(table, header...)
	for _, s := range r.subjects {
		row(table, r.line(s)...)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	f := r.fixed
	fmt.Fprintf(out, `
What does not swing, per request
  SQL statements        %d
  planned               %s (the bare handler's SQL: %s)
  rows read             %d (the bare handler's SQL: %d)
  buffers               %d, %d of them not in PostgreSQL's memory (the bare handler's SQL: %d, %d)
  allocations           %d, %d KB, without HTTP, token and log
  answer                %.1f KB
How the list's rows are found
  %s
`, f.statements, f.list.plans(), f.bare.plans(), f.list.rows, f.bare.rows, f.list.hit+f.list.read, f.list.read, f.bare.hit+f.bare.read, f.bare.read, f.allocations, f.bytes>>10, float64(f.answer)/1024, strings.Join(f.list.scans, "\n  "))
	return nil
}

// row writes one line. The first cell stands left, so that names can be read.
func row(table io.Writer, cells ...string) {
	fmt.Fprintln(table, strings.Join(cells, "\t")+"\t")
}

// line is a subject's line of the table.
func (r report) line(s *subject) []string {
	speeds := each(s.samples, sample.perSecond)
	cells := []string{
		s.name, number(median(speeds)), number(slices.Min(speeds)), number(slices.Max(speeds)),
		milliseconds(median(each(s.samples, func(one sample) float64 { return one.percentile(50) }))),
		milliseconds(median(each(s.samples, func(one sample) float64 { return one.percentile(99) }))),
	}
	cells = append(cells, r.usage(s)...)
	for _, other := range r.subjects[1:] {
		ratio := "1"
		if other != s {
			ratio = fmt.Sprintf("%.2f", median(ratios(s.samples, other.samples)))
		}
		cells = append(cells, ratio)
	}
	return cells
}

// usage is what a server takes of the machine.
func (r report) usage(s *subject) []string {
	processor := each(s.samples, func(one sample) float64 {
		return float64(one.cpu.Microseconds()) / float64(max(1, len(one.latencies)))
	})
	now, most, known := memory(s.pid)
	if s.pid == 0 || !known {
		return []string{"", "", ""}
	}
	return []string{number(median(processor)), fmt.Sprint(now), fmt.Sprint(most)}
}

// ratios compare two subjects round by round, so that what slowed one round down
// slowed both.
func ratios(these, others []sample) []float64 {
	all := make([]float64, len(these))
	for n := range these {
		all[n] = these[n].perSecond() / others[n].perSecond()
	}
	return all
}

func each[T any](samples []T, figure func(T) float64) []float64 {
	all := make([]float64, len(samples))
	for n, s := range samples {
		all[n] = figure(s)
	}
	return all
}

// median is the middle one, or the mean of the middle two; NaN of none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// percentile is the smallest latency, in milliseconds, that so many in a hundred
// requests did not exceed.
func (s sample) percentile(of100 int) float64 {
	if len(s.latencies) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(s.latencies))
	place := (len(sorted)*of100 + 99) / 100
	return float64(sorted[max(place, 1)-1]) / float64(time.Millisecond)
}

func number(f float64) string { return fmt.Sprintf("%.0f", f) }

func milliseconds(f float64) string { return fmt.Sprintf("%.2f", f) }
