package inventory

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/batch"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/seatfile"
	"gatehouse/internal/store"
)

// ImportSeatsInput is a file of seats and what to do with it.
type ImportSeatsInput struct {
	BusinessUnitID id.ID
	SeatType       lifecycle.SeatType
	Operation      seatfile.Operation
	Csv            string
	ProfileID      *id.ID
	ExpiresAt      *time.Time
	DryRun         *bool
	IdempotencyKey *string
}

// ImportSeatsPayload is what came of a file.
type ImportSeatsPayload struct {
	Rows       []*SeatImportRow
	Summary    []*SeatImportCount
	Report     string
	UserErrors []*refusal.Refusal
	Replayed   bool
}

// SeatImportCount is how many rows came to an outcome.
type SeatImportCount struct {
	Outcome seatfile.Outcome
	Rows    int
}

// SeatImportRow is what came of one row.
type SeatImportRow struct {
	Row           int
	SeatID        string
	Outcome       seatfile.Outcome
	Code          *string
	EnrollmentURL *string
	UserErrors    []*refusal.Refusal

	seat, enrollment   id.ID
	seats, enrollments *batch.Group
}

// SeatOfRow is the row's seat as it now is; nil without one, and without
// VIEW_SEATS.
func (i *Inventory) SeatOfRow(ctx context.Context, r *SeatImportRow) (*Seat, error) {
	if r.seat.IsZero() {
		return nil, nil
	}
	seats, err := batch.Load(ctx, r.seats, askSeats{}, i.seats)
	return seats[r.seat.UUID], err
}

// EnrollmentOfRow is the enrollment that was made for the row; nil without one,
// and for who may not see it.
func (i *Inventory) EnrollmentOfRow(ctx context.Context, r *SeatImportRow) (*Enrollment, error) {
	if r.enrollment.IsZero() {
		return nil, nil
	}
	enrollments, err := batch.Load(ctx, r.enrollments, askEnrollments{}, func(ctx context.Context, rows []uuid.UUID) (map[id.ID]*Enrollment, error) {
		ids := make([]id.ID, len(rows))
		for n, row := range rows {
			ids[n] = id.Of(id.Enrollment, row)
		}
		return i.EnrollmentsByID(ctx, ids, nil)
	})
	return enrollments[r.enrollment], err
}

// mostRows is how many rows one file has: with every row a new seat and a new
// enrollment, some four times as many are done within the time that one statement
// may take. A larger file is sent in parts (gatehouse seats import).
const mostRows = 5_000

// ImportSeats creates, updates, enrolls or deletes the seats of a file, in one
// transaction in which each row stands alone: a row that is refused leaves nothing
// behind and spoils no other, and the licences that are left go to the first rows.
// A file that cannot be read is refused as a whole, since a row that has slipped
// by one column would be taken for names and addresses. A dry run goes through all
// of it, under the same locks, and takes it back.
func (i *Inventory) ImportSeats(ctx context.Context, in ImportSeatsInput) (*ImportSeatsPayload, error) {
	sc, err := i.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	mark, err := i.recognisable(&in.Csv) // codes may stand in it
	if err != nil {
		return nil, err
	}
	hashed := in
	hashed.Csv = *mark
	trial := in.DryRun != nil && *in.DryRun
	cause := store.Cause{Mutation: "importSeats", Action: audit.ImportSeats, Resource: audit.Seat, Key: in.IdempotencyKey, Input: hashed, DryRun: trial}
	rows, unreadable := readSeatFile(in.Csv)
	var shown map[id.ID]shownOnce
	out, err := i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		im := importing{Inventory: i, in: in, scope: sc, tx: tx, rows: rows, after: i.newAftermath(), items: make([]store.Item, len(rows)), shown: map[id.ID]shownOnce{}}
		if err := im.hold(ctx); err != nil {
			return store.Outcome{}, err
		}
		if unreadable != nil {
			return store.Outcome{}, unreadable
		}
		shown = im.shown
		return store.Outcome{Items: im.items}, im.run(ctx)
	})
	if err != nil {
		return nil, err
	}
	if trial || out.Replayed {
		shown = nil // nothing of a trial is kept, and a code is shown once
	}
	return importPayload(rows, out, shown)
}

// readSeatFile reads the whole text, or says why it cannot be read.
func readSeatFile(text string) ([]seatfile.Row, *refusal.Refusal) {
	r, err := seatfile.NewReader(strings.NewReader(text))
	var rows []seatfile.Row
	n := 0
	for err == nil {
		var row seatfile.Row
		if row, err = r.Read(); err == nil {
			if n++; n <= mostRows { // the others are counted and not kept: a body has room for half a million
				rows = append(rows, row)
			}
		}
	}
	switch {
	case !errors.Is(err, io.EOF):
		return nil, refusal.New(refusal.Invalid, "%s", err.Error()).At("csv")
	case n > mostRows:
		return nil, refusal.New(refusal.TooMany, "A file has up to %d rows; this one has %d. Send it in parts, or have gatehouse seats import do that.", mostRows, n).At("csv")
	}
	return rows, nil
}

// importPayload is the report: one line per row, in the file's order.
func importPayload(rows []seatfile.Row, out store.Outcome, shown map[id.ID]shownOnce) (*ImportSeatsPayload, error) {
	p := &ImportSeatsPayload{Rows: []*SeatImportRow{}, Summary: []*SeatImportCount{}, UserErrors: errorsOf(out.Refusals), Replayed: out.Replayed}
	if len(out.Refusals) > 0 {
		return p, nil
	}
	var report strings.Builder
	lines, err := seatfile.NewReport(&report)
	if err != nil {
		return nil, err
	}
	counts := map[seatfile.Outcome]int{}
	var seats, enrollments []uuid.UUID
	for n, item := range out.Items {
		row := &SeatImportRow{
			Row: rows[n].Number, SeatID: rows[n].SeatID, Outcome: seatfile.Outcome(item.Word), UserErrors: errorsOf(item.Refusals), seat: item.ID, enrollment: item.Made,
		}
		line := seatfile.Line{Row: row.Row, SeatID: row.SeatID, Outcome: row.Outcome}
		once := shown[item.Made]
		row.Code, row.EnrollmentURL, line.Code = orNil(once.code), orNil(once.link), once.code
		line.Reason = seatfile.Reason(item.Refusals)
		if err := lines.Write(line); err != nil {
			return nil, err
		}
		counts[row.Outcome]++
		if !item.ID.IsZero() {
			seats = append(seats, item.ID.UUID)
		}
		if !item.Made.IsZero() {
			enrollments = append(enrollments, item.Made.UUID)
		}
		p.Rows = append(p.Rows, row)
	}
	if err := lines.Flush(); err != nil {
		return nil, err
	}
	ofSeats, ofEnrollments := batch.NewGroup(seats), batch.NewGroup(enrollments)
	for _, row := range p.Rows {
		row.seats, row.enrollments = ofSeats, ofEnrollments
	}
	for _, outcome := range seatfile.Outcomes {
		if counts[outcome] > 0 {
			p.Summary = append(p.Summary, &SeatImportCount{outcome, counts[outcome]})
		}
	}
	p.Report = report.String()
	return p, nil
}
