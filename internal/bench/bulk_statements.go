//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"gatehouse/internal/bulk"
	"gatehouse/internal/house"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// countStatements counts what a batch sends to PostgreSQL, by how many requests it
// has: a job of one batch, less what claiming it and writing down its end take.
func (b *bulkRun) countStatements(ctx context.Context) (err error) {
	var mu sync.Mutex
	sent := 0
	s, err := store.Open(store.Options{URL: b.db.AppURL(), MaxConnections: pool, CacheStatements: true, OnStatement: func(context.Context, string) {
		mu.Lock()
		defer mu.Unlock()
		sent++
	}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	keys, err := sealed.New() // nothing is opened again
	if err != nil {
		return err
	}
	h, err := house.Open(s, keys, house.Options{Mails: true})
	if err != nil {
		return err
	}
	if err := b.kill9(); err != nil { // it would do the batches
		return err
	}
	for n, requests := range batchRows {
		unit, err := fillUnit(ctx, b.inside, b.texts, fmt.Sprintf("counted-%d", n), requests)
		if err != nil {
			return err
		}
		view := inventory.ViewPendingApproval
		_, err = h.Jobs.Start(viewer.With(ctx, bulkAsked{}.viewer()), bulk.StartBulkActionInput{
			Action:    lifecycle.BulkApprove,
			Selection: bulk.Selection{Enrollments: &inventory.EnrollmentListInput{View: &view, Filter: &inventory.EnrollmentFilter{BusinessUnitIDs: []id.ID{id.Of(id.BusinessUnit, unit)}}}},
		})
		if err != nil {
			return err
		}
		w, err := job.New(h.Bulk, job.Options{Hands: 1, Handlers: map[string]job.Handler{bulk.BatchJob: func(ctx context.Context, j job.Job) error {
			before := sent
			err := h.Jobs.Batch(ctx, j)
			b.statements[n] = sent - before
			return err
		}}})
		if err != nil {
			return err
		}
		if _, err := w.RunDue(ctx); err != nil {
			return err
		}
		state, err := readApproved(ctx, b.inside, unit)
		if err != nil {
			return err
		}
		if state.rows[0].n != requests {
			return fmt.Errorf("of %d requests %d were approved", requests, state.rows[0].n)
		}
	}
	b.process, err = b.server.start(ctx, b.scratch)
	return err
}

// batchRows are the sizes of batches whose statements are counted.
var batchRows = [...]int{10, batchSize}
