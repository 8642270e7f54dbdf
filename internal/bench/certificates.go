//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"gatehouse/internal/client"
)

// runCertificates imports files of certificates through a server over a fresh
// database: a small one, and one ten times as large, so that memory that grows with
// the file is seen; and the large one again, which may write nothing. Then it asks for
// lists of what was imported. The first import that is not whole ends the run.
func (s settings) runCertificates(ctx context.Context, stdout, progress io.Writer) (err error) {
	rows := s.certificateRows
	i, err := s.openImporting(ctx, 3*rows, progress)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, i.close(ctx)) }()
	r := certificatesReport{settings: s}
	if r.machine, err = machine(ctx, i.db.AppURL()); err != nil {
		return err
	}
	for _, step := range []struct {
		says string
		do   func() error
	}{
		{fmt.Sprintf("Importing a file of %d certificates …", rows/10), func() error { return i.certificatesOnce(ctx, "tenth", rows/10, &r) }},
		{fmt.Sprintf("Importing one of %d, and again …", rows), func() error { return i.certificatesOnce(ctx, "whole", rows, &r) }},
		{"Recounting every counter …", func() error { return i.verify(ctx) }},
		{"Asking for lists …", func() error { return i.certificateLists(ctx, &r) }},
		{"Counting statements …", func() error { return i.countCertificateStatements(ctx, &r) }},
	} {
		fmt.Fprintln(progress, step.says)
		if err := step.do(); err != nil {
			return err
		}
	}
	return r.write(stdout)
}

// certificatesOnce imports a file into an empty business unit, and again, which may
// change nothing.
func (i *importing) certificatesOnce(ctx context.Context, key string, rows int, r *certificatesReport) error {
	unit, err := i.mutate(ctx, addUnit, map[string]any{"key": key})
	if err != nil {
		return err
	}
	f, err := newCertificatesFile(rows, time.Now())
	if err != nil {
		return err
	}
	file := filepath.Join(i.scratch, key+".pem")
	began := time.Now()
	if err := f.write(file); err != nil {
		return err
	}
	r.making = append(r.making, time.Since(began))
	first, was, err := i.certificatesImport(ctx, unit, file, f, client.Created)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	again, now, err := i.certificatesImport(ctx, unit, file, f, client.Unchanged)
	if err == nil {
		err = now.since(was)
	}
	if err != nil {
		return fmt.Errorf("%s, imported again: %w", key, err)
	}
	r.calls = append(r.calls, importLine{fmt.Sprintf("%d certificates", rows), first}, importLine{"the same again", again})
	return nil
}

// certificatesImport runs gatehouse certificates import, and refuses an import that
// was not whole or took too much memory.
func (i *importing) certificatesImport(ctx context.Context, unit, file string, f certificatesFile, outcome client.Sighted) (imported, certificatesState, error) {
	got, report, err := i.imports(ctx, f.rows, nil, "certificates", "import", file, "--business-unit="+unit)
	if err != nil {
		return got, certificatesState{}, err
	}
	rows, err := readSightingsIn(report, outcome)
	if err != nil {
		return got, certificatesState{}, err
	}
	if rows != f.rows {
		return got, certificatesState{}, fmt.Errorf("of %d certificates the report tells %d", f.rows, rows)
	}
	if err := got.frugal(); err != nil {
		return got, certificatesState{}, err
	}
	if err := calm(ctx, i.inside); err != nil { // or it still writes numbers into the events
		return got, certificatesState{}, err
	}
	now, err := readCertificatesState(ctx, i.inside, unit)
	if err == nil {
		err = now.whole(f)
	}
	return got, now, err
}

// countCertificateStatements counts what one call sends to PostgreSQL, by how many
// certificates it has: of new ones, and of the same again.
func (i *importing) countCertificateStatements(ctx context.Context, r *certificatesReport) error {
	unit, err := i.mutate(ctx, addUnit, map[string]any{"key": "counted"})
	if err != nil {
		return err
	}
	f, err := newCertificatesFile(0, time.Now())
	if err != nil {
		return err
	}
	first := 0
	for n, rows := range callRows {
		warming, err := f.asked(unit, first, first+rows)
		if err != nil {
			return err
		}
		first += rows
		call, err := f.asked(unit, first, first+rows)
		if err != nil {
			return err
		}
		first += rows
		for again, key := range []string{"first-", "again-"} {
			warming.key, call.key = key+warming.key, key+call.key
			sent, err := i.db.statementsAfter(ctx, warming, call)
			if err != nil {
				return err
			}
			r.statements[again][n] = len(sent)
		}
	}
	return nil
}
