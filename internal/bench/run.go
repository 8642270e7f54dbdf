//go:build unix

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// subject is one way of asking.
type subject struct {
	name string
	run  func(ctx context.Context, during time.Duration) (sample, error)
	// pid is the server's; 0 for pgbench.
	pid     int
	samples []sample
}

// run measures the parts that are asked for, one after the other.
func (s settings) run(ctx context.Context, stdout, progress io.Writer) error {
	for _, part := range []struct {
		name string
		run  func(ctx context.Context, stdout, progress io.Writer) error
	}{{partList, s.runList}, {partUsage, s.runUsage}, {partImport, s.runImport}, {partCertificates, s.runCertificates}, {partBulk, s.runBulk}, {partPages, s.runPages}} {
		if s.part != partAll && s.part != part.name {
			continue
		}
		if err := part.run(ctx, stdout, progress); err != nil {
			return err
		}
	}
	return nil
}

// runList loads, starts both servers, checks that they answer alike, measures and
// prints the tables. It leaves nothing running; the data stay.
func (s settings) runList(ctx context.Context, stdout, progress io.Writer) (err error) {
	content, err := s.size.data()
	if err != nil {
		return err
	}
	db, err := s.openDatabase(ctx, content, progress)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Stop(context.WithoutCancel(ctx))) }()
	facts, err := machine(ctx, db.AppURL())
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "gatehouse-bench-")
	if err != nil {
		return fmt.Errorf("making a folder for logs: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	a := s.size.asked()
	fixed, list, err := db.measureFixed(ctx, a)
	if err != nil {
		return err
	}
	secret := rand.Text() + rand.Text()
	server, err := startServer(ctx, s.server, db.AppURL(), scratch, secret)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	bare, err := startBare(ctx, db.AppURL(), unitID(a.unit).String(), scratch)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bare.stop()) }()
	token, err := tokenFor(a, secret, time.Now())
	if err != nil {
		return err
	}
	subjects, err := s.httpSubjects(ctx, a, token, server, bare)
	if err != nil {
		return err
	}
	fixed.answer = len(subjects[0].answer)
	all := []*subject{subjects[0].subject, subjects[1].subject}
	if program, found := findPgbench(); found {
		more, err := pgbench{program, db.AppURL(), scratch, s.pgClients}.subjects(list, unitID(a.unit).String())
		if err != nil {
			return err
		}
		all = append(all, more...)
	} else {
		fmt.Fprintln(progress, "There is no pgbench on PATH or in /usr/lib/postgresql, so that the database's own limit is not measured.")
	}
	if err := s.measure(ctx, all, progress); err != nil {
		return err
	}
	return report{settings: s, machine: facts, subjects: all, fixed: fixed}.write(stdout)
}

// httpSubject is a subject and its answer.
type httpSubject struct {
	*subject
	answer []byte
}

// httpSubjects are the two servers. It refuses when they do not show the same.
func (s settings) httpSubjects(ctx context.Context, a asked, token string, servers ...*process) ([]httpSubject, error) {
	var all []httpSubject
	var pages [][]shown
	for _, p := range servers {
		request, err := wire(a, p.address, token)
		if err != nil {
			return nil, err
		}
		l := load{pid: p.cmd.Process.Pid, address: p.address, request: request, connections: s.connections}
		if l.answer, err = l.once(ctx); err != nil {
			return nil, fmt.Errorf("the %s: %w", p.name, err)
		}
		page, err := readAnswer(l.answer)
		if err != nil {
			return nil, fmt.Errorf("the %s: %w", p.name, err)
		}
		pages = append(pages, page)
		all = append(all, httpSubject{&subject{name: p.name, run: l.run, pid: l.pid}, l.answer})
	}
	for _, page := range pages[1:] {
		if !slices.EqualFunc(pages[0], page, shown.same) {
			return nil, fmt.Errorf("the %s and the %s do not show the same enrollments, so that nothing can be said about their speed:\n%.300v\n%.300v", servers[0].name, servers[1].name, pages[0], page)
		}
	}
	return all, nil
}

// subjects are the two statements: the one that the server sends, which gives
// rows, and the bare handler's, which gives JSON.
func (p pgbench) subjects(list statement, unit string) ([]*subject, error) {
	var all []*subject
	for _, one := range []struct {
		name string
		statement
	}{{"pgbench, the server's SQL", list}, {"pgbench, the handler's SQL", statement{text: bareStatement, values: []*string{&unit}}}} {
		script, err := p.script(fmt.Sprintf("script%d", len(all)), one.statement)
		if err != nil {
			return nil, err
		}
		all = append(all, &subject{name: one.name, run: func(ctx context.Context, during time.Duration) (sample, error) { return p.run(ctx, script, during) }})
	}
	return all, nil
}

// warmUp is how long each subject runs unmeasured: until statements are prepared,
// pools are full and pages are in memory.
const warmUp = time.Second

// measure runs every subject once per round. Each round begins with another one,
// so that none always runs behind the same neighbour.
func (s settings) measure(ctx context.Context, subjects []*subject, progress io.Writer) error {
	for _, one := range subjects {
		if _, err := one.run(ctx, min(warmUp, s.round)); err != nil {
			return fmt.Errorf("%s, warming up: %w", one.name, err)
		}
	}
	for round := range s.rounds {
		fmt.Fprintf(progress, "Round %d of %d …\n", round+1, s.rounds)
		for n := range subjects {
			one := subjects[(n+round)%len(subjects)]
			got, err := one.run(ctx, s.round)
			if err != nil {
				return fmt.Errorf("%s: %w", one.name, err)
			}
			one.samples = append(one.samples, got)
		}
	}
	return nil
}

// fixed are the figures that do not swing with the machine.
type fixed struct {
	statements         int
	list, bare         work
	allocations, bytes uint64
	answer             int
}

// measureFixed counts, and gives the statement that reads the list: of those that
// a request sends the one that reads enrollments.
func (db *database) measureFixed(ctx context.Context, a asked) (fixed, statement, error) {
	sent, err := db.statements(ctx, a)
	if err != nil {
		return fixed{}, statement{}, err
	}
	list, err := listOf(sent)
	if err != nil {
		return fixed{}, statement{}, err
	}
	f := fixed{statements: len(sent)}
	if f.list, err = list.work(ctx, db.AppURL()); err != nil {
		return fixed{}, statement{}, err
	}
	unit := unitID(a.unit).String()
	if f.bare, err = (statement{text: bareStatement, values: []*string{&unit}}).work(ctx, db.AppURL()); err != nil {
		return fixed{}, statement{}, err
	}
	f.allocations, f.bytes, err = allocations(ctx, db.AppURL(), a)
	return f, list, err
}
