//go:build unix

package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/client"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/viewer"
)

// bulkApprover is who starts the jobs.
const bulkApprover = "bench-bulk-approver"

// bulkAsked is one call of startBulkAction.
type bulkAsked struct{ unit uuid.UUID }

func (bulkAsked) viewer() viewer.Viewer {
	return viewer.New(issuer, bulkApprover, "Bench Bulk Approver", "", []lifecycle.Role{lifecycle.Admin}, viewer.Units{All: true})
}

const startBulk = `mutation Start($unit: ID!) {
  startBulkAction(input: {action: APPROVE, selection: {enrollments: {view: PENDING_APPROVAL, filter: {businessUnitIds: [$unit]}}}}) { job { id size } userErrors { code message } }
}`

func (q bulkAsked) body() ([]byte, error) {
	return json.Marshal(map[string]any{"query": startBulk, "variables": map[string]any{"unit": id.Of(id.BusinessUnit, q.unit)}})
}

// started starts a job over a business unit's requests and gives its id.
func (b *bulkRun) started(ctx context.Context, unit uuid.UUID, requests int) (string, error) {
	c, err := b.client()
	if err != nil {
		return "", err
	}
	var answer struct {
		StartBulkAction struct {
			Job *struct {
				ID   string
				Size int
			}
			UserErrors []struct{ Code, Message string }
		}
	}
	if err := c.Ask(ctx, startBulk, map[string]any{"unit": id.Of(id.BusinessUnit, unit)}, &answer); err != nil {
		return "", fmt.Errorf("starting a job: %w", err)
	}
	job := answer.StartBulkAction.Job
	if job == nil || job.Size != requests {
		return "", fmt.Errorf("a job over %d requests was not started: %+v", requests, answer.StartBulkAction)
	}
	return job.ID, nil
}

func (b *bulkRun) client() (*client.Client, error) {
	token, err := tokenFor(bulkAsked{}, b.server.secret, time.Now())
	if err != nil {
		return nil, err
	}
	return client.New("http://"+b.server.address, token, client.Patient())
}

// approve starts a job over a business unit's requests and waits until it has ended.
func (b *bulkRun) approve(ctx context.Context, unit uuid.UUID, requests int) error {
	job, err := b.started(ctx, unit, requests)
	if err != nil {
		return err
	}
	return b.ended(ctx, job, requests, nil)
}

// ended waits until a job has ended, and refuses one that has not done all. Meanwhile
// during is told how far it is.
func (b *bulkRun) ended(ctx context.Context, job string, requests int, during func(processed int) error) error {
	known, err := id.Parse(job)
	if err != nil {
		return fmt.Errorf("reading a job's id: %w", err)
	}
	for {
		var status, why string
		var processed, succeeded int
		if err := b.inside.QueryRowContext(ctx, `SELECT status, error, processed, succeeded FROM bulk_jobs WHERE id = $1`, known.UUID).Scan(&status, &why, &processed, &succeeded); err != nil {
			return fmt.Errorf("looking how far a job is: %w", err)
		}
		switch {
		case status == string(lifecycle.JobDone) && processed == requests && succeeded == requests:
			return nil
		case status != string(lifecycle.JobQueued) && status != string(lifecycle.JobRunning):
			return fmt.Errorf("the job over %d requests is %s with %d done of %d worked on: %s", requests, status, succeeded, processed, why)
		case during != nil:
			if err := during(processed); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lookEvery / 4):
		}
	}
}

// calm waits until the server has numbered every event, which it does when what it
// tells of is done.
func calm(ctx context.Context, inside *sql.DB) error {
	for left := 1; left > 0; {
		if err := inside.QueryRowContext(ctx, `SELECT count(*) FROM events WHERE position IS NULL`).Scan(&left); err != nil {
			return fmt.Errorf("looking for events without a number: %w", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lookEvery):
		}
	}
	return nil
}

// kills is how often the server is killed.
const kills = 5

// killed lets a job approve the last group and kills the server five times, each time
// at a moment of chance in another fifth of the way.
func (b *bulkRun) killed(ctx context.Context) error {
	job, err := b.started(ctx, b.kill, b.bulkRows)
	if err != nil {
		return err
	}
	moment := func(n int) int { return (n*b.bulkRows + rand.IntN(b.bulkRows)) / (kills + 1) } //nolint:gosec // a moment, no secret
	next := moment(0)
	began := time.Now()
	err = b.ended(ctx, job, b.bulkRows, func(processed int) error {
		if len(b.killedAt) == kills || processed < next {
			return nil
		}
		time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond) //nolint:gosec // a moment, no secret
		b.killedAt = append(b.killedAt, processed)
		next = moment(len(b.killedAt))
		return b.restart(ctx)
	})
	if err != nil {
		return err
	}
	b.killedTook = time.Since(began)
	if len(b.killedAt) != kills {
		return fmt.Errorf("the job ended when the server had been killed %d times; approve more requests", len(b.killedAt))
	}
	if err := calm(ctx, b.inside); err != nil {
		return err
	}
	state, err := readApproved(ctx, b.inside, b.kill)
	if err == nil {
		err = state.whole(b.bulkRows)
	}
	return errors.Join(err, b.results(ctx, job))
}

const resultsDocument = `query Results($id: ID!, $after: String) { job(id: $id) { status size processed succeeded refused results(first: 100, after: $after) {
  totalCount nodes { position id outcome } pageInfo { hasNextPage endCursor } } } }`

// results reads every result of a job and refuses those that do not add up.
func (b *bulkRun) results(ctx context.Context, job string) error {
	c, err := b.client()
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for variables := map[string]any{"id": job}; ; {
		var answer struct {
			Job struct {
				Status                              string
				Size, Processed, Succeeded, Refused int
				Results                             struct {
					TotalCount int
					Nodes      []struct {
						Position    int
						ID, Outcome string
					}
					PageInfo struct {
						HasNextPage bool
						EndCursor   string
					}
				}
			}
		}
		if err := c.Ask(ctx, resultsDocument, variables, &answer); err != nil {
			return fmt.Errorf("reading the results of a job: %w", err)
		}
		j := answer.Job
		if j.Status != string(lifecycle.JobDone) || j.Size != b.bulkRows || j.Processed != b.bulkRows || j.Succeeded != b.bulkRows || j.Refused != 0 || j.Results.TotalCount != min(b.bulkRows, page.MaxCount) {
			return fmt.Errorf("the job over %d requests does not add up: %s, %d, %d done of %d worked on, %d results", b.bulkRows, j.Status, j.Size, j.Succeeded, j.Processed, j.Results.TotalCount)
		}
		for _, r := range j.Results.Nodes {
			if r.Position != len(seen)+1 || r.Outcome != string(lifecycle.ItemDone) || seen[r.ID] {
				return fmt.Errorf("result %d is %+v", len(seen)+1, r)
			}
			seen[r.ID] = true
		}
		if !j.Results.PageInfo.HasNextPage {
			break
		}
		variables["after"] = j.Results.PageInfo.EndCursor
	}
	if len(seen) != b.bulkRows {
		return fmt.Errorf("there are %d results of %d", len(seen), b.bulkRows)
	}
	return nil
}

// said is the end of the server's log.
func (b *bulkRun) said() string {
	text, _ := os.ReadFile(filepath.Join(b.scratch, b.process.name+".log")) // it is only told beside another error
	return strings.Join(last(string(text), 5), "\n")
}
