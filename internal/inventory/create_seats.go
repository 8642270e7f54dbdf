package inventory

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"unicode"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// CreateSeatInput is a seat to be made.
type CreateSeatInput struct {
	BusinessUnitID id.ID
	SeatType       lifecycle.SeatType
	SeatID         string
	Name           *string
	Email          *string
	Phone          *string
	IdempotencyKey *string
}

// CreateSeatsInput is seats to be made in one business unit.
type CreateSeatsInput struct {
	BusinessUnitID id.ID
	SeatType       lifecycle.SeatType
	Seats          []*NewSeat
	IdempotencyKey *string
}

// NewSeat is one of them.
type NewSeat struct {
	SeatID string
	Name   *string
	Email  *string
	Phone  *string
}

// CreateSeat makes a seat, which takes one licence of its business unit.
// Refused: NOT_FOUND, INVALID, DUPLICATE, WRONG_SEAT_TYPE, NO_SEAT_LEFT.
func (i *Inventory) CreateSeat(ctx context.Context, in CreateSeatInput) (*SeatPayload, error) {
	seat := []*NewSeat{{in.SeatID, in.Name, in.Email, in.Phone}}
	out, err := i.createSeats(ctx, creating{mutation: "createSeat", unit: in.BusinessUnitID, seatType: in.SeatType, seats: seat}, in, in.IdempotencyKey)
	if err != nil {
		return nil, err
	}
	byID, err := i.SeatsByID(ctx, out.IDs())
	if err != nil {
		return nil, err
	}
	p := &SeatPayload{UserErrors: errorsOf(out.Why()), Replayed: out.Replayed}
	for _, one := range out.IDs() {
		p.Seat = byID[one]
	}
	return p, nil
}

// CreateSeats makes up to 1,000 seats of one business unit and type. Each
// stands alone; the licences that are left go to the first ones.
func (i *Inventory) CreateSeats(ctx context.Context, in CreateSeatsInput) (*SeatsPayload, error) {
	out, err := i.createSeats(ctx, creating{mutation: "createSeats", unit: in.BusinessUnitID, seatType: in.SeatType, seats: in.Seats}, in, in.IdempotencyKey)
	if err != nil {
		return nil, err
	}
	byID, err := i.SeatsByID(ctx, out.IDs())
	if err != nil {
		return nil, err
	}
	p := &SeatsPayload{Results: make([]*CreateSeatResult, len(out.Items)), UserErrors: errorsOf(out.Refusals), Replayed: out.Replayed}
	for n, item := range out.Items {
		p.Results[n] = &CreateSeatResult{Index: n, Seat: byID[item.ID], UserErrors: errorsOf(item.Refusals)}
	}
	return p, nil
}

// creating is one transaction's new seats.
type creating struct {
	mutation string
	unit     id.ID
	seatType lifecycle.SeatType
	seats    []*NewSeat

	tx    *store.Tx
	items []store.Item
}

// at is where a refusal about the n-th seat points.
func (c *creating) at(no *refusal.Refusal, n int) *refusal.Refusal {
	if c.mutation == "createSeats" && len(no.Field) > 0 {
		return no.Within("seats", strconv.Itoa(n))
	}
	return no
}

// refuse records that the n-th seat was not made.
func (c *creating) refuse(n int, no *refusal.Refusal) {
	c.items[n] = c.tx.Refuse(audit.Entry{BusinessUnit: c.unit.UUID, Comment: "seatId " + clip(c.seats[n].SeatID)}, store.Item{}, c.at(no, n))
}

// clip is a text fit for an entry, whatever was typed: short, and without what
// the database does not keep or a screen does not show.
func clip(s string) string {
	r := []rune(tidy(s)) // bytes that are no UTF-8 become U+FFFD
	for i, c := range r {
		if unicode.IsControl(c) {
			r[i] = unicode.ReplacementChar
		}
	}
	if len(r) > 255 {
		return string(r[:255]) + "…"
	}
	return string(r)
}

func (i *Inventory) createSeats(ctx context.Context, c creating, in any, key *string) (store.Outcome, error) {
	sc, err := i.scopes.Of(ctx)
	if err != nil {
		return store.Outcome{}, err
	}
	cause := store.Cause{Mutation: c.mutation, Action: audit.CreateSeat, Resource: audit.Seat, Key: key, Input: in}
	return i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		if no := severalSeats(len(c.seats)); no != nil {
			return store.Outcome{}, no
		}
		units, err := businessunit.Hold(ctx, tx, sc, id.UUIDs(id.BusinessUnit, []id.ID{c.unit})...)
		if err != nil {
			return store.Outcome{}, err
		}
		unit, ok := units[c.unit.UUID]
		if !ok || c.unit.Kind != id.BusinessUnit {
			return store.Outcome{}, missing("business unit", c.unit).At("businessUnitId")
		}
		if no := lifecycle.DecideSeat(lifecycle.SeatFacts{Type: c.seatType, Permissions: tx.Viewer().Permissions}, lifecycle.SeatActCreate); no != nil {
			return store.Outcome{}, no.At("seatType")
		}
		c := c // what a retry must not see again
		c.tx, c.items = tx, make([]store.Item, len(c.seats))
		if err := c.run(ctx, unit.Name); err != nil {
			return store.Outcome{}, err
		}
		return store.Outcome{Items: c.items}, nil
	})
}

// run makes the seats: it checks each, inserts in the order of their keys what
// is not there yet, and takes the licences last; a seat that got none is taken
// back.
func (c *creating) run(ctx context.Context, unitName string) error {
	rows, index := c.check()
	slices.SortFunc(rows, func(a, b store.Row) int { return cmp.Compare(a["seat_key"].(string), b["seat_key"].(string)) })
	added, err := c.tx.Insert(ctx, audit.Seat, onlyLiveSeats, rows)
	if err != nil {
		return err
	}
	var made []store.Row
	for _, r := range rows {
		if row := r["id"].(uuid.UUID); added[row] {
			made = append(made, r)
		} else {
			c.refuse(index[row], refusal.New(refusal.Duplicate, "A live %s seat with the seatId %s exists in the business unit %s already. Take another seatId, or change that seat.", c.seatType, r["seat_id"], unitName).At("seatId"))
		}
	}
	slices.SortFunc(made, func(a, b store.Row) int { return cmp.Compare(index[a["id"].(uuid.UUID)], index[b["id"].(uuid.UUID)]) })
	pool := licence.Pool{Unit: c.unit.UUID, Type: c.seatType}
	got := 0
	var figures licence.Figures
	if len(made) > 0 {
		grants, err := licence.Take(ctx, c.tx, []licence.Want{{Pool: pool, N: len(made)}})
		if err != nil {
			return err
		}
		got, figures = grants[pool].Got, grants[pool].Figures
	}
	var back []uuid.UUID
	for n, r := range made {
		row := r["id"].(uuid.UUID)
		if n < got {
			c.tx.Record(audit.Entry{ID: row})
			c.items[index[row]] = store.Item{ID: id.Of(id.Seat, row)}
			continue
		}
		back = append(back, row)
		c.refuse(index[row], licence.NoSeatLeft(unitName, c.seatType, figures))
	}
	return c.tx.TakeBack(ctx, audit.Seat, back)
}

// check refuses what has the wrong form or stands twice, and makes rows of the
// rest; index says which row belongs to which seat of the input.
func (c *creating) check() (rows []store.Row, index map[uuid.UUID]int) {
	index = map[uuid.UUID]int{}
	seen := map[string]int{}
	for n, s := range c.seats {
		name, email, phone, no := person(c.seatType, s)
		key := seatKey(s.SeatID)
		if no == nil {
			_, no = line("seatId", &s.SeatID, 1, 255)
		}
		if first, twice := seen[key]; no == nil && twice {
			no = refusal.New(refusal.Duplicate, "The seatId %s stands in the input already, at index %d; leave it out here.", tidy(s.SeatID), first).At("seatId")
		}
		if no != nil {
			c.refuse(n, no)
			continue
		}
		seen[key] = n
		row := newSeat(c.tx.Now(), place{c.unit.UUID, c.seatType, key}, s.SeatID, name, email, phone)
		rows, index[row["id"].(uuid.UUID)] = append(rows, row), n
	}
	return rows, index
}

// person checks who or what a seat stands for.
func person(t lifecycle.SeatType, s *NewSeat) (name, address, phone string, no *refusal.Refusal) {
	if name, no = line("name", s.Name, 0, 255); no != nil {
		return
	}
	if address, no = email("email", s.Email); no != nil {
		return
	}
	if phone, no = line("phone", s.Phone, 0, 50); no != nil {
		return
	}
	if phone != "" && !t.HasPhone() {
		no = refusal.New(refusal.Invalid, "A %s seat has no phone number; only USER and UNIFIED seats have. Leave it out.", t).At("phone")
	}
	return
}
