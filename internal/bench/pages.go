//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// pagesUnits is how many business units each database has: nothing but the numbers of
// seats and enrollments differs.
const pagesUnits = 20

// pagesSize is a database with so many enrollments, and a seat for every two.
func pagesSize(enrollments int) size {
	return size{enrollments: enrollments, seats: enrollments / 2, units: pagesUnits}
}

// runPages asks for pages of databases that differ in nothing but their size, each in
// a PostgreSQL and behind a server of its own, in turns and by one connection: so that
// the time of a request is measured, and nothing that waits for another. Every size is
// told beside the first one.
func (s settings) runPages(ctx context.Context, stdout, progress io.Writer) (err error) {
	scratch, err := os.MkdirTemp("", "gatehouse-bench-")
	if err != nil {
		return fmt.Errorf("making a folder for logs: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	r := pagesReport{settings: s}
	var open []pagesSide
	defer func() {
		for _, side := range open {
			err = errors.Join(err, side.close(ctx))
		}
	}()
	for _, n := range s.pages {
		side, err := s.openPages(ctx, n, scratch, progress)
		if err != nil {
			return err
		}
		open = append(open, side)
		facts, err := machine(ctx, side.db.AppURL())
		if err != nil {
			return err
		}
		r.machines = append(r.machines, facts)
		fmt.Fprintf(progress, "Explaining pages of %d enrollments …\n", n)
		asked, err := side.asked(ctx)
		if err != nil {
			return err
		}
		r.sides = append(r.sides, asked)
	}
	if err := r.measure(ctx, progress); err != nil {
		return err
	}
	return r.write(stdout)
}

// turnsPerRound is how many turns each question has in a round.
const turnsPerRound = 10

// measure asks each question of every side in short turns, each time beginning with
// another side, so that whatever else the machine does falls on all alike.
func (r pagesReport) measure(ctx context.Context, progress io.Writer) error {
	for round := range r.rounds + 1 { // the first one warms up
		fmt.Fprintf(progress, "Round %d of %d …\n", round, r.rounds)
		for q := range pageQuestions {
			samples := make([]sample, len(r.sides))
			for n := range turnsPerRound * len(r.sides) {
				side := (n + n/len(r.sides) + round) % len(r.sides)
				got, err := r.sides[side][q].run(ctx, turn)
				if err != nil {
					return fmt.Errorf("%s of %d enrollments: %w", pageQuestions[q].name, r.pages[side], err)
				}
				samples[side].took += got.took
				samples[side].cpu += got.cpu
				samples[side].latencies = append(samples[side].latencies, got.latencies...)
			}
			for side := range r.sides {
				if round > 0 {
					r.sides[side][q].samples = append(r.sides[side][q].samples, samples[side])
				}
			}
		}
	}
	return nil
}

// openPages starts a side, and loads its data unless an earlier run has, and says how
// long that took. The caller must close it.
func (s settings) openPages(ctx context.Context, enrollments int, scratch string, progress io.Writer) (pagesSide, error) {
	content, err := pagesSize(enrollments).pagesData()
	if err != nil {
		return pagesSide{}, err
	}
	began := time.Now()
	u, err := s.openSide(ctx, content, enrollments, scratch, progress)
	if err == nil {
		fmt.Fprintf(progress, "%d enrollments are there after %s.\n", enrollments, time.Since(began).Round(time.Second))
	}
	return pagesSide{u}, err
}
