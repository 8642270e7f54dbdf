package bulk

import (
	"context"
	"strconv"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

// Results is one page of what came of a job's items, in the order of its selection:
// those with these outcomes, or all when outcomes is nil. What lies outside the
// viewer's business units now is left out; an item that did not exist for the job
// itself has none, and is told as it was told then. It refuses page arguments that
// make no sense (INVALID). The pages of all jobs that were read together are read
// together.
func (js *Jobs) Results(ctx context.Context, j *Job, args page.Args, outcomes []lifecycle.JobItemOutcome) (*page.Connection[*JobResult], error) {
	window, err := args.Open("jobResults", j.ID, outcomes)
	if err != nil {
		return nil, err
	}
	rows, err := js.window(ctx, j, window, outcomes)
	if err != nil {
		return nil, err
	}
	return page.NewConnection(window, rows, position, func(ctx context.Context) (int, error) { return js.count(ctx, j, outcomes) }), nil
}

// EachResult hands the results that the viewer may see to each, in their order and
// some thousands at a time, for an export. Refused: NOT_FOUND.
func (js *Jobs) EachResult(ctx context.Context, asked id.ID, each func([]*JobResult) error) error {
	j, err := js.Job(ctx, asked)
	if err != nil {
		return err
	}
	if j == nil {
		return id.Missing("job", asked)
	}
	r, err := js.readerOf(ctx, nil, false)
	if err != nil {
		return err
	}
	var failed error
	err = r.walk(ctx, []*walk{{job: j, from: 1, to: j.Size, each: func(some []*JobResult) bool {
		failed = each(some)
		return failed == nil
	}}})
	if failed != nil {
		return failed
	}
	return err
}

// position is a result's place in the list.
func position(r *JobResult) page.Key {
	return page.Key{Value: strconv.Itoa(r.Position), ID: r.ID.UUID}
}

// ends are the first and the last position of a window.
func ends(w page.Window, size int) (from, to int, err error) {
	from, to = 1, size
	lower, upper := w.From, w.To
	if w.Backward {
		lower, upper = w.To, w.From
	}
	for _, end := range []struct {
		key *page.Key
		at  *int
		by  int
	}{{lower, &from, 1}, {upper, &to, -1}} {
		if end.key == nil {
			continue
		}
		n, err := strconv.Atoi(end.key.Value)
		if err != nil || n < 1 || n > size {
			return 0, 0, refusal.New(refusal.Invalid, "A cursor of this page names no place among the %d results; take it from the pageInfo of an earlier page.", size)
		}
		*end.at = n + end.by
	}
	return from, to, nil
}
