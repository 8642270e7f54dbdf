//go:build unix

package main

import (
	"context"
	"database/sql"
	"fmt"

	"gatehouse/internal/id"
)

// certificatesState is what imports of certificates have changed.
type certificatesState struct {
	// Of a business unit: certificates and the places where they were seen, live seats,
	// how many licences these have taken, and what has an entry that it was made.
	certificates, places, seats, licences, imported, created int
	// written is how many rows each table has, of all business units, and the sum of the
	// transactions that wrote them: a row that is written anew, even as it was, has
	// another.
	written [len(importedInto)]struct {
		rows         int
		transactions string
	}
}

// importedInto are the tables that an import writes rows into, its idempotency keys
// apart: each run of the command has its own.
var importedInto = [...]string{"certificates", "certificate_locations", "seats", "seat_allocations", "seat_licenses", "audit_entries", "events"}

// readCertificatesState reads it.
func readCertificatesState(ctx context.Context, db *sql.DB, unit string) (s certificatesState, err error) {
	known, err := id.Parse(unit)
	if err != nil {
		return s, fmt.Errorf("reading the id of a business unit: %w", err)
	}
	err = db.QueryRowContext(ctx, `SELECT
  (SELECT count(*) FROM certificates WHERE business_unit_id = $1),
  (SELECT count(*) FROM certificate_locations WHERE business_unit_id = $1),
  (SELECT count(*) FROM seats WHERE business_unit_id = $1 AND seat_type = 'IMPORTED' AND deleted_at IS NULL),
  (SELECT coalesce(sum(created), 0) FROM seat_allocations WHERE business_unit_id = $1 AND seat_type = 'IMPORTED'),
  (SELECT count(DISTINCT resource_id) FROM audit_entries WHERE business_unit_id = $1 AND action = 'IMPORT_CERTIFICATES' AND outcome = 'SUCCESS'),
  (SELECT count(DISTINCT resource_id) FROM audit_entries WHERE business_unit_id = $1 AND action = 'CREATE_SEAT' AND outcome = 'SUCCESS')`, known.UUID).
		Scan(&s.certificates, &s.places, &s.seats, &s.licences, &s.imported, &s.created)
	if err != nil {
		return s, fmt.Errorf("counting what was imported: %w", err)
	}
	for n, table := range importedInto {
		err := db.QueryRowContext(ctx, fmt.Sprintf("SELECT count(*), coalesce(sum(xmin::text::bigint), 0) FROM %s", table)).Scan(&s.written[n].rows, &s.written[n].transactions)
		if err != nil {
			return s, fmt.Errorf("counting the rows of %s: %w", table, err)
		}
	}
	return s, nil
}

// whole refuses a state that is not that of all certificates of a file, each imported
// once, with as many seats and licences as that takes.
func (s certificatesState) whole(f certificatesFile) error {
	for _, figure := range []struct {
		what      string
		have, due int
	}{
		{"certificates", s.certificates, f.rows},
		{"places of certificates", s.places, f.rows},
		{"certificates with an entry IMPORT_CERTIFICATES", s.imported, f.rows},
		{"seats", s.seats, f.seats()},
		{"licences taken", s.licences, f.seats()},
		{"seats with an entry CREATE_SEAT", s.created, f.seats()},
	} {
		if figure.have != figure.due {
			return fmt.Errorf("after an import of %d certificates there are %d %s, and should be %d", f.rows, figure.have, figure.what, figure.due)
		}
	}
	return nil
}

// since refuses a state in which anything was written since another.
func (s certificatesState) since(was certificatesState) error {
	for n, table := range importedInto {
		if s.written[n] != was.written[n] {
			return fmt.Errorf("it should change nothing, and wrote into %s: %+v after %+v", table, s.written[n], was.written[n])
		}
	}
	return nil
}
