package bulk

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// columns are what a Job is read from.
var columns = []string{"b.id", "b.action", "b.dry_run", "b.selected", "b.status", "b.size", "b.processed", "b.succeeded", "b.refusals", "b.error",
	"b.owner_issuer", "b.owner_subject", "b.owner_name", "b.created_at", "b.started_at", "b.finished_at", "b.expires_at", "b.version"}

// seesAll reports whether somebody sees everybody's jobs, and not their own alone: with all
// business units and VIEW_AUDIT_LOG.
func seesAll(v viewer.Viewer) bool { return v.Units.All && v.May(lifecycle.ViewAuditLog) }

// Job is one job; nil when there is none for the viewer.
func (js *Jobs) Job(ctx context.Context, asked id.ID) (*Job, error) {
	if asked.Kind != id.Job {
		return nil, nil
	}
	found, err := js.ByIDs(ctx, []uuid.UUID{asked.UUID})
	return found[asked.UUID], err
}

// ByIDs are the jobs with these ids that the viewer may see, by one statement.
func (js *Jobs) ByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Job, error) {
	found := make(map[uuid.UUID]*Job, len(ids))
	v, ok := viewer.From(ctx)
	if !ok || len(ids) == 0 {
		return found, nil
	}
	jobs, err := js.jobs(ctx, "SELECT "+list(columns)+" FROM bulk_jobs b WHERE b.id = ANY($1) AND ($2 OR b.owner_issuer = $3 AND b.owner_subject = $4)",
		pq.Array(ids), seesAll(v), v.Issuer, v.Subject)
	if err != nil {
		return nil, fmt.Errorf("read jobs by id: %w", err)
	}
	for _, j := range jobs {
		found[j.ID.UUID] = j
	}
	return found, nil
}

// jobs reads the jobs of a statement that selects columns.
func (js *Jobs) jobs(ctx context.Context, statement string, args ...any) ([]*Job, error) {
	rows, err := js.read.Query(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	now := js.store.Now(ctx)
	var all []*Job
	for rows.Next() {
		j := &Job{ID: id.ID{Kind: id.Job}}
		var refusals []byte
		var failed string
		if err := rows.Scan(&j.ID.UUID, &j.Action, &j.DryRun, &j.Selection, &j.Status, &j.Size, &j.Processed, &j.Succeeded, &refusals, &failed,
			&j.StartedBy.Issuer, &j.StartedBy.Subject, &j.StartedBy.Name, &j.CreatedAt, &j.StartedAt, &j.FinishedAt, &j.ExpiresAt, &j.Version); err != nil {
			return nil, err
		}
		byCode := map[refusal.Code]int{}
		if err := json.Unmarshal(refusals, &byCode); err != nil {
			return nil, err
		}
		if failed != "" {
			j.Error = &failed
		}
		j.ResultsURL = "/export/jobs/" + j.ID.String() + ".csv"
		j.CreatedAt, j.ExpiresAt, j.StartedAt, j.FinishedAt = j.CreatedAt.UTC(), j.ExpiresAt.UTC(), utc(j.StartedAt), utc(j.FinishedAt)
		j.Refused = j.Processed - j.Succeeded
		j.Outcomes = outcomes(j, byCode)
		j.pace(now)
		all = append(all, j)
	}
	if len(all) > 1 {
		with := newTogether(all)
		for _, j := range all {
			j.with = with
		}
	}
	return all, rows.Err()
}

// outcomes are how many items ended alike, the largest number of refusals first; none
// stands there with 0.
func outcomes(j *Job, byCode map[refusal.Code]int) []*JobOutcome {
	all := []*JobOutcome{}
	add := func(outcome lifecycle.JobItemOutcome, code *refusal.Code, n int) {
		if n > 0 {
			all = append(all, &JobOutcome{Outcome: outcome, Code: code, Count: n})
		}
	}
	add(lifecycle.ItemPending, nil, j.Size-j.Processed)
	add(lifecycle.ItemDone, nil, j.Succeeded)
	for _, code := range slices.SortedFunc(maps.Keys(byCode), func(a, b refusal.Code) int {
		return cmp.Or(cmp.Compare(byCode[b], byCode[a]), cmp.Compare(a, b))
	}) {
		add(lifecycle.ItemRefused, &code, byCode[code])
	}
	return all
}

// pace tells how fast the job is and how long it will take at that rate: over all the
// time since it was begun, so that what it waits for others counts.
func (j *Job) pace(now time.Time) {
	if j.Status.Ended() {
		j.SecondsLeft = new(int)
	}
	if j.StartedAt == nil {
		return
	}
	if j.FinishedAt != nil {
		now = *j.FinishedAt
	}
	elapsed := now.Sub(*j.StartedAt).Seconds()
	if elapsed <= 0 || j.Processed == 0 {
		return
	}
	rate := float64(j.Processed) / elapsed
	j.ItemsPerSecond = &rate
	if !j.Status.Ended() {
		left := int(float64(j.Size-j.Processed)/rate) + 1
		j.SecondsLeft = &left
	}
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}
