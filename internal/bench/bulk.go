//go:build unix

package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"

	"github.com/google/uuid"
)

// bulkRun is a server whose jobs approve, beside hand-written SQL in a copy of its
// database.
type bulkRun struct {
	*importing
	bulkReport
	texts texts
	sink  *silence
	// hand is the copy.
	hand *sql.DB
}

// runBulk approves small groups of requests in turns, by a job of the server and by
// hand, then a large one by each. The two databases are copies of each other in one
// PostgreSQL. Then it lets a job approve a large group and kills its server five times
// on the way. Every run is followed by the proof that each request was approved once;
// the first that was not ends the run.
func (s settings) runBulk(ctx context.Context, stdout, progress io.Writer) (err error) {
	b, err := s.openBulk(ctx, progress)
	if err != nil {
		return err
	}
	defer func() { err = b.end(ctx, err) }()
	for _, step := range []struct {
		says string
		do   func(context.Context) error
	}{
		{fmt.Sprintf("Approving %d requests beside hand-written SQL, %d times …", s.bulkPair, s.rounds), b.inPairs},
		{fmt.Sprintf("Approving %d requests at once …", s.bulkRows), b.atOnce},
		{"Counting statements …", b.countStatements},
		{fmt.Sprintf("Approving %d requests, and killing the server five times …", s.bulkRows), b.killed},
		{"Recounting every counter …", b.verify},
	} {
		fmt.Fprintln(progress, step.says)
		if err := step.do(ctx); err != nil {
			return err
		}
	}
	return b.write(stdout)
}

// inPairs approves by a job and by hand in turns. The first pair is not measured: it
// prepares statements and fills memories.
func (b *bulkRun) inPairs(ctx context.Context) error {
	for pair := range b.rounds + 1 {
		p, err := b.pair(ctx, b.groups[pair], b.bulkPair, pair%2 == 1)
		if err != nil {
			return err
		}
		if pair > 0 {
			b.pairs = append(b.pairs, p)
		}
	}
	return nil
}

// atOnce approves the large group, by both.
func (b *bulkRun) atOnce(ctx context.Context) (err error) {
	b.whole, err = b.pair(ctx, b.large, b.bulkRows, false)
	return err
}

// pair approves one group by both, and refuses what did not write the same.
func (b *bulkRun) pair(ctx context.Context, unit uuid.UUID, requests int, handFirst bool) (p bulkPair, err error) {
	job := func() (err error) {
		p.job, err = b.measured(ctx, requests, func() error { return b.approve(ctx, unit, requests) })
		return err
	}
	hand := func() (err error) {
		p.hand, err = b.measured(ctx, requests, func() error { return byHand(ctx, b.hand, unit) })
		return err
	}
	ways := []func() error{job, hand}
	if handFirst {
		ways = []func() error{hand, job}
	}
	for _, way := range ways {
		if err := way(); err != nil {
			return p, err
		}
		if err := calm(ctx, b.inside); err != nil {
			return p, err
		}
	}
	if p.wrote, err = readApproved(ctx, b.inside, unit); err != nil {
		return p, err
	}
	other, err := readApproved(ctx, b.hand, unit)
	if err != nil {
		return p, err
	}
	for what, state := range map[string]approvedState{"by the server": p.wrote, "by hand": other} {
		if err := state.whole(requests); err != nil {
			return p, fmt.Errorf("%s: %w", what, err)
		}
	}
	return p, p.wrote.same(other)
}
