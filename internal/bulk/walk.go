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
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
)

// batchesAtOnce is how many batches of a job one statement reads when results are
// looked for, and mostAtOnce how many of all jobs, but two of each at least.
const (
	batchesAtOnce = 20
	mostAtOnce    = 200
)

// reader reads results for a viewer.
type reader struct {
	js       *Jobs
	scope    scope.Scope
	outcomes []lifecycle.JobItemOutcome
	backward bool
}

func (js *Jobs) readerOf(ctx context.Context, outcomes []lifecycle.JobItemOutcome, backward bool) (*reader, error) {
	sc, err := js.scopes.Of(ctx)
	return &reader{js: js, scope: sc, outcomes: outcomes, backward: backward}, err
}

// walk is a way through the results of one job, from one position to another, which
// are handed to each until it has had enough.
type walk struct {
	job      *Job
	from, to int
	each     func([]*JobResult) bool

	first, last int // the batches that are still to be read
	found       []*JobResult
}

// walk goes all the ways at once, in the order of the results or backward. Batches in
// which no item has such an outcome are passed over.
func (r *reader) walk(ctx context.Context, all []*walk) error {
	for _, w := range all {
		w.first, w.last = (w.from-1)/r.js.batch, (w.to-1)/r.js.batch
	}
	atOnce := 1 // a page is mostly in one batch
	for {
		var walks []*walk
		for _, w := range all {
			if w.from <= w.to && w.first <= w.last {
				walks = append(walks, w)
			}
		}
		if len(walks) == 0 {
			return nil
		}
		if atOnce > 1 {
			atOnce = max(2, min(batchesAtOnce, mostAtOnce/len(walks)))
		}
		read, err := r.read(ctx, walks, atOnce)
		if err != nil {
			return err
		}
		for _, w := range walks {
			w.found = nil
			for _, b := range read[w.job.ID.UUID] {
				w.found = append(w.found, b.within(w.from, w.to, r.backward)...)
			}
		}
		if err := r.narrow(ctx, walks); err != nil {
			return err
		}
		for _, w := range walks {
			batches := read[w.job.ID.UUID]
			switch enough := len(w.found) > 0 && !w.each(w.found); {
			case enough || len(batches) < atOnce:
				w.first = w.last + 1
			case r.backward:
				w.last = batches[len(batches)-1].number - 1
			default:
				w.first = batches[len(batches)-1].number + 1
			}
		}
		atOnce = batchesAtOnce
	}
}

// found is a batch with what came of it.
type found struct {
	number  int
	results []*JobResult
}

// within are the batch's results from one position to another, in the reading order.
func (b found) within(from, to int, backward bool) []*JobResult {
	some := slices.DeleteFunc(b.results, func(r *JobResult) bool { return r.Position < from || r.Position > to })
	if backward {
		slices.Reverse(some)
	}
	return some
}

// read reads up to limit batches of each job, in the reading order, with the results of
// the outcomes that are asked for.
func (r *reader) read(ctx context.Context, walks []*walk, limit int) (map[uuid.UUID][]found, error) {
	jobs, ids := make(map[uuid.UUID]*Job, len(walks)), make([]uuid.UUID, len(walks))
	first, last := make([]int64, len(walks)), make([]int64, len(walks))
	for n, w := range walks {
		ids[n], first[n], last[n] = w.job.ID.UUID, int64(w.first), int64(w.last)
		jobs[ids[n]] = w.job
	}
	order := "ASC"
	if r.backward {
		order = "DESC"
	}
	rows, err := r.js.read.Query(ctx, `SELECT a.job, b.number, b.items, b.results FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS a (job, lowest, highest)
CROSS JOIN LATERAL (SELECT number, items, results FROM bulk_batches
WHERE bulk_job_id = a.job AND number BETWEEN a.lowest AND a.highest AND (($4 AND results IS NULL) OR ($5 AND results IS NOT NULL AND refused < $8) OR ($6 AND refused > 0))
ORDER BY number `+order+` LIMIT $7) b ORDER BY a.job, b.number `+order,
		pq.Array(ids), pq.Array(first), pq.Array(last), r.wants(lifecycle.ItemPending), r.wants(lifecycle.ItemDone), r.wants(lifecycle.ItemRefused), limit, r.js.batch)
	if err != nil {
		return nil, fmt.Errorf("read the results of jobs: %w", err)
	}
	defer func() { _ = rows.Close() }()
	all := make(map[uuid.UUID][]found, len(walks))
	for rows.Next() {
		var job uuid.UUID
		var number int
		var items, results []byte
		if err := rows.Scan(&job, &number, &items, &results); err != nil {
			return nil, fmt.Errorf("read the results of jobs: %w", err)
		}
		b, err := r.batch(jobs[job], number, items, results)
		if err != nil {
			return nil, fmt.Errorf("read the results of batch %d of %s: %w", number, jobs[job].ID, err)
		}
		all[job] = append(all[job], b)
	}
	return all, rows.Err()
}

// batch reads one batch.
func (r *reader) batch(j *Job, number int, items, results []byte) (found, error) {
	var rows []uuid.UUID
	var kept []*refused
	if err := json.Unmarshal(items, &rows); err != nil {
		return found{}, err
	}
	if results != nil {
		if err := json.Unmarshal(results, &kept); err != nil {
			return found{}, err
		}
		if len(kept) != len(rows) {
			return found{}, fmt.Errorf("%d results for %d items", len(kept), len(rows))
		}
	}
	b := found{number: number}
	for n, row := range rows {
		one := &JobResult{Position: number*r.js.batch + n + 1, ID: id.Of(kindOf(j.Action), row), Outcome: lifecycle.ItemPending}
		if results != nil {
			one.Outcome = lifecycle.ItemDone
			if no := kept[n]; no != nil {
				one.Outcome, one.Code, one.Message = lifecycle.ItemRefused, &no.Code, &no.Message
			}
		}
		if r.wants(one.Outcome) {
			b.results = append(b.results, one)
		}
	}
	return b, nil
}

// wants reports whether the outcome is asked for.
func (r *reader) wants(o lifecycle.JobItemOutcome) bool {
	return r.outcomes == nil || slices.Contains(r.outcomes, o)
}

// tables are where the things of a kind are.
var tables = map[id.Kind]string{id.Enrollment: "enrollments", id.Seat: "seats", id.Certificate: "certificates"}

// narrow leaves of what was found the results whose business unit exists for the viewer,
// and those of things that did not exist for the job: by one statement for each kind.
func (r *reader) narrow(ctx context.Context, walks []*walk) error {
	if r.scope.All {
		return nil
	}
	ids := map[id.Kind][]uuid.UUID{}
	for _, w := range walks {
		for _, one := range w.found {
			ids[one.ID.Kind] = append(ids[one.ID.Kind], one.ID.UUID)
		}
	}
	visible := map[id.ID]bool{}
	for kind, rows := range ids {
		if err := r.seen(ctx, kind, rows, visible); err != nil {
			return fmt.Errorf("read whose the results of jobs are: %w", err)
		}
	}
	for _, w := range walks {
		w.found = slices.DeleteFunc(w.found, func(one *JobResult) bool {
			return !visible[one.ID] && (one.Code == nil || *one.Code != refusal.NotFound)
		})
	}
	return nil
}

// seen marks those of a kind whose business unit exists for the viewer.
func (r *reader) seen(ctx context.Context, kind id.Kind, ids []uuid.UUID, visible map[id.ID]bool) error {
	rows, err := r.js.read.Query(ctx, "SELECT t.id FROM "+tables[kind]+" t WHERE t.id = ANY($1) AND "+scope.Condition("t.business_unit_id", 2), pq.Array(ids), r.scope.Arg())
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var row uuid.UUID
		if err := rows.Scan(&row); err != nil {
			return err
		}
		visible[id.Of(kind, row)] = true
	}
	return rows.Err()
}
