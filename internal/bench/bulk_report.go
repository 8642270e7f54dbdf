//go:build unix

package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
)

// bulkReport is what approvals by jobs came to.
type bulkReport struct {
	settings
	machine string
	// groups are the business units of the pairs; large and kill those of as many
	// requests as were asked for.
	groups      []uuid.UUID
	large, kill uuid.UUID

	pairs []bulkPair
	whole bulkPair
	// statements are those of a batch, by batchRows.
	statements [len(batchRows)]int
	// killedAt is how far the job was each time the server was killed.
	killedAt   []int
	killedTook time.Duration
}

// bulkPair is one group approved by a job, and by hand.
type bulkPair struct {
	job, hand cost
	wrote     approvedState
}

// ratio is how fast the job was, by hand being 1.
func (p bulkPair) ratio() float64 { return p.job.perSecond() / p.hand.perSecond() }

// work is the same of the CPU time that both took, the server's included, which other
// work on the machine falsifies less.
func (p bulkPair) work() float64 {
	return p.hand.postgres.Seconds() / (p.job.postgres + p.job.server).Seconds()
}

// write writes the tables and the ratios.
func (r bulkReport) write(out io.Writer) error {
	fmt.Fprintf(out, "\nstartBulkAction(APPROVE, view: PENDING_APPROVAL) beside hand-written SQL that writes the same rows, both %d requests per transaction; each request gets its one approval, every second one makes a seat\n%s\n\n", batchSize, r.machine)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	row(table, "", "requests/s", "lowest", "highest", "seconds", "server CPU µs/request", "PostgreSQL CPU µs/request", "log bytes/request")
	var jobs, hands []cost
	for _, p := range r.pairs {
		jobs, hands = append(jobs, p.job), append(hands, p.hand)
	}
	for _, way := range []struct {
		name string
		all  []cost
	}{
		{fmt.Sprintf("job, %d requests", r.bulkPair), jobs}, {"by hand", hands},
		{fmt.Sprintf("job, %d requests", r.bulkRows), []cost{r.whole.job}}, {"by hand", []cost{r.whole.hand}},
	} {
		per := func(f func(cost) float64) string { return number(median(each(way.all, f))) }
		speeds := each(way.all, cost.perSecond)
		row(table, way.name, number(median(speeds)), number(slices.Min(speeds)), number(slices.Max(speeds)), fmt.Sprintf("%.1f", median(each(way.all, cost.seconds))),
			per(func(c cost) float64 { return c.perRow(c.server) }), per(func(c cost) float64 { return c.perRow(c.postgres) }), per(cost.walPerRow))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	ratios := each(r.pairs, bulkPair.ratio)
	fmt.Fprintf(out, "A job does %.2f of what hand-written SQL does (median of %d pairs; %.2f to %.2f), and %.2f at %d requests; for the CPU time that hand-written SQL takes in PostgreSQL, it does %.2f in server and PostgreSQL, and %.2f\n",
		median(ratios), len(ratios), slices.Min(ratios), slices.Max(ratios), r.whole.ratio(), r.bulkRows, median(each(r.pairs, bulkPair.work)), r.whole.work())
	fmt.Fprintf(out, "SQL statements of a batch: %d with %d requests, %d with %d; by hand %d\n", r.statements[0], batchRows[0], r.statements[1], batchRows[1], len(handStatements))
	fmt.Fprintf(out, "Rows written for %d requests, by both alike:", r.bulkRows)
	for n, one := range approvedInto {
		fmt.Fprintf(out, " %d %s (%d bytes each),", r.whole.wrote.rows[n].n, one.what, r.whole.wrote.rows[n].bytes/max(1, r.whole.wrote.rows[n].n))
	}
	fmt.Fprintf(out, " %d licences\n", r.whole.wrote.licences)
	fmt.Fprintf(out, "Killed (SIGKILL) %d times, when %v requests of %d were done: whole after %s; every request approved once, with one entry, one event, one mail and one result; gatehouse verify agrees\n",
		len(r.killedAt), r.killedAt, r.bulkRows, r.killedTook.Round(time.Second))
	return nil
}
