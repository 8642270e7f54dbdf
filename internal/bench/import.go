//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"gatehouse/internal/seatfile"
)

// runImport imports files of seats through a server over a fresh database. Each
// import is followed by the proof that it was whole; the first that is not ends the
// run.
func (s settings) runImport(ctx context.Context, stdout, progress io.Writer) (err error) {
	rows, pairRows := s.importRows, s.importRows/10
	all := 4*rows + 2*s.rounds*pairRows
	i, err := s.openImporting(ctx, 3*all, progress)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, i.close(ctx)) }()
	r := importReport{settings: s}
	if r.machine, err = machine(ctx, i.db.AppURL()); err != nil {
		return err
	}
	if err := i.purchase(ctx, 2*all); err != nil {
		return err
	}
	if err := i.makeCopies(ctx); err != nil {
		return err
	}
	for _, step := range []struct {
		says string
		do   func() error
	}{
		{fmt.Sprintf("Importing a file of %d rows, and again …", rows), func() error { return i.once(ctx, rows, &r) }},
		{"Importing as many, and killing the command half-way …", func() error { return i.killingCommand(ctx, rows, &r) }},
		{"Importing as many, and killing the server half-way …", func() error { return i.killingServer(ctx, rows, &r) }},
		{fmt.Sprintf("Importing files of %d rows beside COPY …", pairRows), func() error { return i.inPairs(ctx, pairRows, &r) }},
		{"Counting statements …", func() error { return i.countStatements(ctx, &r) }},
		{"Recounting every counter …", func() error { return i.verify(ctx) }},
	} {
		fmt.Fprintln(progress, step.says)
		if err := step.do(); err != nil {
			return err
		}
	}
	return r.write(stdout)
}

// prepare makes a business unit with twice the licences that a file needs, and the
// file.
func (i *importing) prepare(ctx context.Context, key string, f seatsFile) (unit, file string, err error) {
	if unit, err = i.addUnit(ctx, key, 2*f.rows); err != nil {
		return "", "", err
	}
	file = filepath.Join(i.scratch, key+".csv")
	return unit, file, f.write(file)
}

// once imports a file into an empty business unit; again, when every call is
// answered from what its key stands for; and under other keys, when every row is
// looked at and found to be as it says. Only the first may change anything.
func (i *importing) once(ctx context.Context, rows int, r *importReport) error {
	unit, file, err := i.prepare(ctx, "whole", seatsFile{rows: rows})
	if err != nil {
		return err
	}
	other := filepath.Join(i.scratch, "other.csv")
	if err := (seatsFile{rows: rows, blank: true}).write(other); err != nil {
		return err
	}
	var was unitState
	for n, call := range []struct {
		name, file string
		outcome    seatfile.Outcome
		before     int
	}{
		{"a first time", file, seatfile.Created, 0},
		{"the same file again", file, seatfile.Created, rows},
		{"the same seats by another file", other, seatfile.Unchanged, 0},
	} {
		got, err := i.seatsImport(ctx, call.file, "whole", rows, nil)
		if err != nil {
			return err
		}
		if got.before != call.before {
			return fmt.Errorf("%s: an earlier call is said to have done %d rows, and %d it has", call.name, got.before, call.before)
		}
		now, err := i.proved(ctx, unit, got, rows, call.outcome)
		if err != nil {
			return fmt.Errorf("%s: %w", call.name, err)
		}
		if n > 0 && now != was {
			return fmt.Errorf("%s: it should change nothing, and made %+v of %+v", call.name, now, was)
		}
		was = now
		r.calls = append(r.calls, importLine{call.name, got})
	}
	r.copies, err = i.copyUnit(ctx, unit, rows)
	return err
}

// proved refuses an import that was not whole, or took too much memory, and gives
// what the business unit then is.
func (i *importing) proved(ctx context.Context, unit string, got imported, rows int, outcome seatfile.Outcome) (unitState, error) {
	if !got.all(rows, outcome) {
		return unitState{}, fmt.Errorf("of %d rows the report tells %d, %v", rows, got.told.rows, got.outcomes)
	}
	if err := got.frugal(); err != nil {
		return unitState{}, err
	}
	now, err := i.state(ctx, unit)
	if err == nil {
		err = now.whole(rows)
	}
	return now, err
}

// killingCommand kills the command when half of the rows are reported, and runs it
// again: to the same end as if nothing had happened.
func (i *importing) killingCommand(ctx context.Context, rows int, r *importReport) error {
	unit, file, err := i.prepare(ctx, "command-killed", seatsFile{from: rows, rows: rows})
	if err != nil {
		return err
	}
	half := 0
	first, err := i.seatsImport(ctx, file, "command-killed", rows, func(reported int, kill func() error) error {
		if half > 0 || reported < rows/2 {
			return nil
		}
		half = reported
		return kill()
	})
	if err != nil {
		return err
	}
	if !first.killed {
		return errors.New("the import ended before it could be killed; import more rows")
	}
	got, err := i.seatsImport(ctx, file, "command-killed", rows, nil)
	if err != nil {
		return err
	}
	if got.before < half {
		return fmt.Errorf("the command was killed when %d rows were reported, and its second run says that %d were done", half, got.before)
	}
	if _, err := i.proved(ctx, unit, got, rows, seatfile.Created); err != nil {
		return fmt.Errorf("the command was killed at row %d and run again: %w", half, err)
	}
	r.calls = append(r.calls, importLine{fmt.Sprintf("the command killed at %d, then again", half), got})
	return nil
}

// killingServer kills the server when half of the rows are reported, and starts it
// again, while the command waits and goes on.
func (i *importing) killingServer(ctx context.Context, rows int, r *importReport) error {
	unit, file, err := i.prepare(ctx, "server-killed", seatsFile{from: 2 * rows, rows: rows})
	if err != nil {
		return err
	}
	half := 0
	got, err := i.seatsImport(ctx, file, "server-killed", rows, func(reported int, _ func() error) error {
		if half > 0 || reported < rows/2 {
			return nil
		}
		half = reported
		return i.restart(ctx)
	})
	if err != nil {
		return err
	}
	if half == 0 || half == rows {
		return errors.New("the import ended before the server could be killed; import more rows")
	}
	if _, err := i.proved(ctx, unit, got, rows, seatfile.Created); err != nil {
		return fmt.Errorf("the server was killed at row %d and started again: %w", half, err)
	}
	r.calls = append(r.calls, importLine{fmt.Sprintf("the server killed at %d and started again", half), got})
	return nil
}

// inPairs imports small files, each into a business unit of its own, and copies the
// rows of each beside it.
func (i *importing) inPairs(ctx context.Context, rows int, r *importReport) error {
	for pair := range r.rounds {
		key := fmt.Sprintf("pair-%d", pair)
		unit, file, err := i.prepare(ctx, key, seatsFile{from: pair * rows, rows: rows})
		if err != nil {
			return err
		}
		got, err := i.seatsImport(ctx, file, key, rows, nil)
		if err != nil {
			return err
		}
		if _, err := i.proved(ctx, unit, got, rows, seatfile.Created); err != nil {
			return err
		}
		copies, err := i.copyUnit(ctx, unit, rows)
		if err != nil {
			return err
		}
		r.pairs = append(r.pairs, importPair{got.cost, copies})
	}
	return nil
}

// countStatements counts what one call sends to PostgreSQL, by how many rows it has.
func (i *importing) countStatements(ctx context.Context, r *importReport) error {
	unit, err := i.addUnit(ctx, "counted", 5000)
	if err != nil {
		return err
	}
	f, first := seatsFile{}, 0
	call := func(rows int) importAsked {
		first += rows
		return importAsked{unit, f.text(first-rows, first), fmt.Sprint("counted-", first)}
	}
	for n, rows := range callRows {
		sent, err := i.db.statementsAfter(ctx, call(rows), call(rows))
		if err != nil {
			return err
		}
		r.statements[n] = len(sent)
	}
	return nil
}

// callRows are the sizes of calls whose statements are counted.
var callRows = [...]int{10, 1000}
