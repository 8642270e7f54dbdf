package client

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"gatehouse/internal/refusal"
	"gatehouse/internal/seatfile"
)

// mostAttempts is how often a part of a file may be tried again within the life of
// its idempotency keys; each run that finds refused rows is one.
const mostAttempts = 1000

// ErrStopped is the end of a transfer that was told to stop, and did between two calls.
var ErrStopped = errors.New("stopped")

// Transfer is the second pass over a file: part after part is sent, and what became
// of each row is handed on.
type Transfer struct {
	Client *Client
	Import Import
	Survey *Survey
	// Report is handed what became of the rows of each part, in the file's order and
	// with the file's row numbers, before the next part is sent.
	Report func([]seatfile.Line) error
	// Waiting hears of each failure that is waited out.
	Waiting func(why error, wait time.Duration)
}

// doneBefore stands in the report for what a key remembers: an earlier run did it,
// or this one, whose answer was lost on its way.
const doneBefore = "done by an earlier call"

// Tally counts what became of the rows.
type Tally struct {
	// Rows is how many rows were done or refused, LastRow the number of the last.
	Rows, LastRow int
	Outcomes      map[seatfile.Outcome]int
	// Refusals counts the refused rows by the first reason of each.
	Refusals map[refusal.Code]int
	// Before is how many of the rows an earlier call had done.
	Before int
}

// Run sends the file. gently ends it between two calls (ErrStopped), ctx cuts a
// call off. After any error the rows up to Tally.LastRow are done and reported, and
// the same import of the same file goes on from there: a part that was done is
// answered from what the server remembers of its idempotency key.
func (t *Transfer) Run(ctx, gently context.Context, file io.Reader) (Tally, error) {
	tally := Tally{Outcomes: map[seatfile.Outcome]int{}, Refusals: map[refusal.Code]int{}}
	sum := sha256.New()
	rows, err := seatfile.NewReader(io.TeeReader(file, sum))
	if err != nil {
		return tally, err
	}
	part := &batch{columns: rows.Columns()}
	if err := part.empty(); err != nil {
		return tally, err
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return tally, err
		}
		taken, err := t.take(part, row)
		if err == nil && !taken {
			if err = t.send(ctx, gently, part, &tally); err == nil {
				_, err = t.take(part, row)
			}
		}
		if err != nil {
			return tally, err
		}
	}
	if !bytes.Equal(sum.Sum(nil), t.Survey.sum[:]) {
		return tally, errors.New("the file was changed while it was imported; import it again as it now is")
	}
	return tally, t.send(ctx, gently, part, &tally)
}

// take puts a row into the part; false when the part is full.
func (t *Transfer) take(part *batch, row seatfile.Row) (bool, error) {
	if first := t.Survey.doubled(row); first != 0 {
		return part.refuse(row, first), nil
	}
	return part.add(row)
}

// send does one part, reports it and begins the next.
func (t *Transfer) send(ctx, gently context.Context, part *batch, tally *Tally) error {
	if len(part.lines) == 0 {
		return nil
	}
	if gently.Err() != nil {
		return ErrStopped
	}
	refusals := map[refusal.Code]int{}
	refusals[refusal.Duplicate] = len(part.lines) - len(part.sent)
	before := 0
	if len(part.sent) > 0 {
		answer, err := t.ask(ctx, gently, part)
		if err != nil {
			return err
		}
		if err := answer.into(part, refusals); err != nil {
			return err
		}
		if answer.Replayed {
			before = len(part.sent)
		}
	}
	if err := t.Report(part.lines); err != nil {
		return err
	}
	tally.Rows += len(part.lines)
	tally.LastRow = part.lines[len(part.lines)-1].Row
	tally.Before += before
	for _, line := range part.lines {
		tally.Outcomes[line.Outcome]++
	}
	for code, rows := range refusals {
		if rows > 0 {
			tally.Refusals[code] += rows
		}
	}
	return part.empty()
}

const importSeats = `mutation ImportSeats($input: ImportSeatsInput!) {
  importSeats(input: $input) {
    rows { row seatId outcome code userErrors { code message } }
    userErrors { code message }
    replayed
  }
}`

// answer is what came of a part.
type answer struct {
	Rows []struct {
		Row        int
		SeatID     string
		Outcome    seatfile.Outcome
		Code       *string
		UserErrors []*refusal.Refusal
	}
	UserErrors []*refusal.Refusal
	Replayed   bool
}

// ask sends a part. What an earlier run did is not done again; what it was refused
// is tried again under the next key, since licences may have been bought meanwhile.
func (t *Transfer) ask(ctx, gently context.Context, part *batch) (*answer, error) {
	input := map[string]any{
		"businessUnitId": t.Import.Unit.ID, "seatType": t.Import.SeatType, "operation": t.Import.Operation, "csv": part.text.String(),
	}
	if t.Import.ProfileID != "" {
		input["profileId"] = t.Import.ProfileID
	}
	if !t.Import.ExpiresAt.IsZero() {
		input["expiresAt"] = t.Import.ExpiresAt.UTC().Format(time.RFC3339Nano)
	}
	key := t.Survey.key + ":" + part.rows()
	for attempt := 1; attempt <= mostAttempts; attempt++ {
		switch {
		case t.Import.DryRun:
			input["dryRun"] = true
		case attempt == 1:
			input["idempotencyKey"] = key
		default:
			input["idempotencyKey"] = fmt.Sprintf("%s-%d", key, attempt)
		}
		var data struct{ ImportSeats answer }
		if err := t.Client.Insist(ctx, gently, t.Waiting, importSeats, map[string]any{"input": input}, &data); err != nil {
			if errors.Is(err, context.Canceled) {
				return nil, ErrStopped
			}
			return nil, err
		}
		got := data.ImportSeats
		if got.Replayed && got.refused() {
			continue
		}
		if len(got.UserErrors) > 0 {
			no := got.UserErrors[0]
			return nil, &Failure{Code: string(no.Code), Sentence: trimmed(no.Message)}
		}
		return &got, nil
	}
	return nil, fmt.Errorf("rows %s were tried %d times within a day; see in the report what refuses them, or wait a day", part.rows(), mostAttempts)
}

// refused reports whether anything was.
func (a *answer) refused() bool {
	for _, row := range a.Rows {
		if row.Outcome == seatfile.Refused {
			return true
		}
	}
	return len(a.UserErrors) > 0
}

// into writes what became of the rows into the part's lines, and counts the
// refusals by their first reason.
func (a *answer) into(part *batch, refusals map[refusal.Code]int) error {
	if len(a.Rows) != len(part.sent) {
		return &Failure{Sentence: fmt.Sprintf("The server answered for %d rows where %d were sent; use the gatehouse of the server's version", len(a.Rows), len(part.sent))}
	}
	for n, row := range a.Rows {
		line := &part.lines[part.sent[n]]
		line.Outcome, line.Reason = row.Outcome, seatfile.Reason(row.UserErrors)
		if row.Code != nil {
			line.Code = *row.Code
		}
		switch {
		case len(row.UserErrors) > 0:
			refusals[row.UserErrors[0].Code]++
		case a.Replayed:
			line.Reason = doneBefore
		}
	}
	return nil
}
