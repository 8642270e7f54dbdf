package bulk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
)

// batchesAtOnce is how many batches one statement reads when results are looked for.
const batchesAtOnce = 20

// walk is the results of one job, for a viewer.
type walk struct {
	js       *Jobs
	job      *Job
	scope    scope.Scope
	outcomes []lifecycle.JobItemOutcome
}

func (js *Jobs) walkOf(ctx context.Context, j *Job, outcomes []lifecycle.JobItemOutcome) (*walk, error) {
	sc, err := js.scopes.Of(ctx)
	return &walk{js: js, job: j, scope: sc, outcomes: outcomes}, err
}

// walk hands the results from one position to another to each, in their order or
// backward, until it has had enough. Batches in which no item has such an outcome are
// passed over.
func (w *walk) walk(ctx context.Context, from, to int, backward bool, each func([]*JobResult) bool) error {
	first, last := (from-1)/w.js.batch, (to-1)/w.js.batch
	order, atOnce := "ASC", 1 // a page is mostly in one batch
	if backward {
		order = "DESC"
	}
	for from <= to && first <= last {
		read, err := w.read(ctx, first, last, order, atOnce)
		if err != nil {
			return err
		}
		var some []*JobResult
		for _, b := range read {
			some = append(some, b.within(from, to, backward)...)
		}
		if some, err = w.seen(ctx, some); err != nil {
			return err
		}
		if len(some) > 0 && !each(some) || len(read) < atOnce {
			return nil
		}
		if backward {
			last = read[len(read)-1].number - 1
		} else {
			first = read[len(read)-1].number + 1
		}
		atOnce = batchesAtOnce
	}
	return nil
}

// batch is a batch with what came of it.
type batch struct {
	number  int
	results []*JobResult
}

// within are the batch's results from one position to another, in the reading order.
func (b batch) within(from, to int, backward bool) []*JobResult {
	some := slices.DeleteFunc(b.results, func(r *JobResult) bool { return r.Position < from || r.Position > to })
	if backward {
		slices.Reverse(some)
	}
	return some
}

// read reads up to limit batches, with the results of the outcomes that are asked for.
func (w *walk) read(ctx context.Context, first, last int, order string, limit int) ([]batch, error) {
	rows, err := w.js.read.Query(ctx, `SELECT number, items, results FROM bulk_batches
WHERE bulk_job_id = $1 AND number BETWEEN $2 AND $3 AND (($4 AND results IS NULL) OR ($5 AND results IS NOT NULL AND refused < $8) OR ($6 AND refused > 0))
ORDER BY number `+order+` LIMIT $7`,
		w.job.ID.UUID, first, last, w.wants(lifecycle.ItemPending), w.wants(lifecycle.ItemDone), w.wants(lifecycle.ItemRefused), limit, w.js.batch)
	if err != nil {
		return nil, fmt.Errorf("read the results of a job: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []batch
	for rows.Next() {
		var number int
		var items, results []byte
		if err := rows.Scan(&number, &items, &results); err != nil {
			return nil, fmt.Errorf("read the results of a job: %w", err)
		}
		b, err := w.batch(number, items, results)
		if err != nil {
			return nil, fmt.Errorf("read the results of batch %d of %s: %w", number, w.job.ID, err)
		}
		all = append(all, b)
	}
	return all, rows.Err()
}

// batch reads one batch.
func (w *walk) batch(number int, items, results []byte) (batch, error) {
	var rows []uuid.UUID
	var kept []*refused
	if err := json.Unmarshal(items, &rows); err != nil {
		return batch{}, err
	}
	if results != nil {
		if err := json.Unmarshal(results, &kept); err != nil {
			return batch{}, err
		}
		if len(kept) != len(rows) {
			return batch{}, fmt.Errorf("%d results for %d items", len(kept), len(rows))
		}
	}
	b := batch{number: number}
	for n, row := range rows {
		r := &JobResult{Position: number*w.js.batch + n + 1, ID: id.Of(kindOf(w.job.Action), row), Outcome: lifecycle.ItemPending}
		if results != nil {
			r.Outcome = lifecycle.ItemDone
			if no := kept[n]; no != nil {
				r.Outcome, r.Code, r.Message = lifecycle.ItemRefused, &no.Code, &no.Message
			}
		}
		if w.wants(r.Outcome) {
			b.results = append(b.results, r)
		}
	}
	return b, nil
}

// wants reports whether the outcome is asked for.
func (w *walk) wants(o lifecycle.JobItemOutcome) bool {
	return w.outcomes == nil || slices.Contains(w.outcomes, o)
}

// tables are where the things of a kind are.
var tables = map[id.Kind]string{id.Enrollment: "enrollments", id.Seat: "seats", id.Certificate: "certificates"}

// seen are the results whose business unit exists for the viewer, and those of things
// that did not exist for the job.
func (w *walk) seen(ctx context.Context, some []*JobResult) ([]*JobResult, error) {
	if w.scope.All || len(some) == 0 {
		return some, nil
	}
	ids := make([]uuid.UUID, len(some))
	for n, r := range some {
		ids[n] = r.ID.UUID
	}
	rows, err := w.js.read.Query(ctx, "SELECT t.id FROM "+tables[kindOf(w.job.Action)]+" t WHERE t.id = ANY($1) AND "+scope.Condition("t.business_unit_id", 2), pq.Array(ids), w.scope.Arg())
	if err != nil {
		return nil, fmt.Errorf("read whose the results of a job are: %w", err)
	}
	defer func() { _ = rows.Close() }()
	visible := make(map[uuid.UUID]bool, len(ids))
	for rows.Next() {
		var row uuid.UUID
		if err := rows.Scan(&row); err != nil {
			return nil, fmt.Errorf("read whose the results of a job are: %w", err)
		}
		visible[row] = true
	}
	return slices.DeleteFunc(some, func(r *JobResult) bool {
		return !visible[r.ID.UUID] && (r.Code == nil || *r.Code != refusal.NotFound)
	}), rows.Err()
}

// count is how many results there are: for who sees all business units as the job's
// own figures tell, for others by looking, until there are more than are told.
func (w *walk) count(ctx context.Context) (n int, err error) {
	if w.scope.All {
		for outcome, of := range map[lifecycle.JobItemOutcome]int{
			lifecycle.ItemPending: w.job.Size - w.job.Processed, lifecycle.ItemDone: w.job.Succeeded, lifecycle.ItemRefused: w.job.Refused,
		} {
			if w.wants(outcome) {
				n += of
			}
		}
		return n, nil
	}
	err = w.walk(ctx, 1, w.job.Size, false, func(some []*JobResult) bool {
		n += len(some)
		return n <= page.MaxCount
	})
	return n, err
}
