//go:build unix

package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

// usageDocument is what a dashboard asks about licences.
const usageDocument = `query Usage($unit: ID) {
  seatUsage(businessUnitId: $unit) {
    asOf
    allocated
    created
    consumed
    available
    byType { seatType allocated created consumed available }
  }
}`

// fewSeats is how many seats the smaller of the two databases has.
const fewSeats = 10

// asOf is what differs in every answer about usage.
var asOf = regexp.MustCompile(`"asOf":"[^"]*"`)

// usageAsked is somebody who sees all business units and asks about one or all.
type usageAsked struct {
	name string
	unit *id.ID
}

func (usageAsked) viewer() viewer.Viewer {
	return viewer.New(issuer, "bench-viewer", "Bench Viewer", "", []lifecycle.Role{lifecycle.ViewOnly}, viewer.Units{All: true})
}

func (q usageAsked) body() ([]byte, error) {
	return json.Marshal(map[string]any{"query": usageDocument, "variables": map[string]any{"unit": q.unit}})
}

// usageSide is one of the two databases, and the server before it.
type usageSide struct {
	seats  int
	db     *database
	server *process
	// secret signs this server's tokens.
	secret string
}

// openUsage starts a side, and loads its data unless an earlier run has. The
// caller must close it.
func (s settings) openUsage(ctx context.Context, seats int, scratch string, progress io.Writer) (usageSide, error) {
	content, err := usageData(seats, s.size.units)
	if err != nil {
		return usageSide{}, err
	}
	return s.openSide(ctx, content, seats, scratch, progress)
}

// openSide starts one of several databases that are measured beside each other, which
// differ in how many of something they have.
func (s settings) openSide(ctx context.Context, content data, seats int, scratch string, progress io.Writer) (_ usageSide, err error) {
	logs := filepath.Join(scratch, fmt.Sprint(seats))
	if err := os.Mkdir(logs, 0o700); err != nil {
		return usageSide{}, fmt.Errorf("making a folder for logs: %w", err)
	}
	db, err := s.openDatabase(ctx, content, progress)
	if err != nil {
		return usageSide{}, err
	}
	side := usageSide{seats: seats, db: db, secret: rand.Text() + rand.Text()}
	if side.server, err = startServer(ctx, s.server, db.AppURL(), logs, side.secret); err != nil {
		return usageSide{}, errors.Join(err, db.Stop(context.WithoutCancel(ctx)))
	}
	return side, nil
}

// close ends server and database; the data stay.
func (u usageSide) close(ctx context.Context) error {
	return errors.Join(u.server.stop(), u.db.Stop(context.WithoutCancel(ctx)))
}

// runUsage asks for the usage of licences in two databases that differ in their
// seats alone, each behind a server of its own, in turns and by one connection: so
// that the time of a request is measured, and nothing that waits for another.
func (s settings) runUsage(ctx context.Context, stdout, progress io.Writer) (err error) {
	scratch, err := os.MkdirTemp("", "gatehouse-bench-")
	if err != nil {
		return fmt.Errorf("making a folder for logs: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	few, err := s.openUsage(ctx, fewSeats, scratch, progress)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, few.close(ctx)) }()
	many, err := s.openUsage(ctx, s.usageSeats, scratch, progress)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, many.close(ctx)) }()
	facts, err := machine(ctx, many.db.AppURL())
	if err != nil {
		return err
	}
	middle := id.Of(id.BusinessUnit, unitID(s.size.units/2))
	r := usageReport{settings: s, machine: facts}
	var subjects []*subject
	for q, asked := range []usageAsked{{"one business unit", &middle}, {"all", nil}} {
		for n, side := range []usageSide{few, many} {
			if r.pairs[q][n], err = side.ask(ctx, asked); err != nil {
				return fmt.Errorf("%s with %d seats: %w", asked.name, side.seats, err)
			}
			subjects = append(subjects, r.pairs[q][n].subject)
		}
	}
	turns := s
	turns.round, turns.rounds = turn, max(1, s.rounds*int(s.round/turn))
	fmt.Fprintf(progress, "Asking in %d turns of %s …\n", turns.rounds, turn)
	if err := turns.measure(ctx, subjects, io.Discard); err != nil {
		return err
	}
	r.turns = turns.rounds
	return r.write(stdout)
}

// turn is how long one question is asked before it is the next one's turn: short,
// so that whatever else the machine is doing falls on all alike. Together the
// turns of a question are as long as the rounds that were asked for.
const turn = 50 * time.Millisecond

// usageSubject is a question asked of one side.
type usageSubject struct {
	*subject
	question string
	seats    int
	// sent is how many statements a request sends, work what PostgreSQL does for them.
	sent int
	work work
}

// ask counts what PostgreSQL does for a question, and makes it ready to be
// measured. It refuses an answer that does not come to the seats there are.
func (u usageSide) ask(ctx context.Context, asked usageAsked) (usageSubject, error) {
	s := usageSubject{subject: &subject{name: fmt.Sprintf("%s, %d seats", asked.name, u.seats), pid: u.server.cmd.Process.Pid}, question: asked.name, seats: u.seats}
	sent, err := u.db.statements(ctx, asked)
	if err != nil {
		return s, err
	}
	s.sent = len(sent)
	for _, one := range sent {
		w, err := one.work(ctx, u.db.AppURL())
		if err != nil {
			return s, err
		}
		s.work = work{rows: s.work.rows + w.rows, hit: s.work.hit + w.hit, read: s.work.read + w.read, scans: append(s.work.scans, w.scans...)}
	}
	token, err := tokenFor(asked, u.secret, time.Now())
	if err != nil {
		return s, err
	}
	request, err := wire(asked, u.server.address, token)
	if err != nil {
		return s, err
	}
	l := load{pid: s.pid, address: u.server.address, request: request, connections: 1, varies: asOf}
	if l.answer, err = l.once(ctx); err != nil {
		return s, err
	}
	s.run = l.run
	return s, checkUsage(l.answer, asked.unit == nil, u.seats)
}

// checkUsage refuses an answer that is none: one that is to be about all seats
// must come to them, one about a business unit to fewer.
func checkUsage(body []byte, all bool, seats int) error {
	var answer struct {
		Errors json.RawMessage
		Data   struct {
			SeatUsage *struct {
				Created int
				ByType  []struct{ Created int }
			}
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return fmt.Errorf("the answer is no JSON: %w: %.200s", err, body)
	}
	usage := answer.Data.SeatUsage
	if answer.Errors != nil || usage == nil || len(usage.ByType) != 2 || (usage.Created == seats) != all || usage.Created != usage.ByType[0].Created+usage.ByType[1].Created {
		return fmt.Errorf("the answer is not the usage of %d seats: %.400s", seats, body)
	}
	return nil
}
