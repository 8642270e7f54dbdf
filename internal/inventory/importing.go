package inventory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/audit"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/seatfile"
	"gatehouse/internal/store"
)

// importing is one transaction's file.
type importing struct {
	*Inventory
	in    ImportSeatsInput
	scope scope.Scope
	tx    *store.Tx
	rows  []seatfile.Row
	after *aftermath
	items []store.Item
	shown map[id.ID]shownOnce

	unit businessunit.Held
	// enrolling is nil when the file enrolls nobody.
	enrolling *enrolling
}

// planned is a row that nothing has been said against yet, and what is to become
// of its seat.
type planned struct {
	n   int
	row seatfile.Row
	at  place
	// seat is the live seat of the row's seat_id; nil when there is none.
	seat *lockedSeat
	// made is the row of a new seat, edit the change of one that exists.
	made   store.Row
	edit   *edit
	enroll *candidate
}

// hold keeps the business unit and the profile as they are, and refuses the file
// when they are not for it.
func (im *importing) hold(ctx context.Context) error {
	units, err := businessunit.Hold(ctx, im.tx, im.scope, id.UUIDs(id.BusinessUnit, []id.ID{im.in.BusinessUnitID})...)
	if err != nil {
		return err
	}
	unit, ok := units[im.in.BusinessUnitID.UUID]
	if !ok || im.in.BusinessUnitID.Kind != id.BusinessUnit {
		return missing("business unit", im.in.BusinessUnitID).At("businessUnitId")
	}
	im.unit = unit
	switch {
	case im.in.ProfileID == nil && im.in.ExpiresAt != nil:
		return refusal.New(refusal.Invalid, "A time at which codes end goes with a profile to enroll under. Name the profile, or leave the time out.").At("expiresAt")
	case im.in.ProfileID == nil:
		if no := im.invitesNobody(); no != nil {
			return no
		}
		return nil
	case im.in.Operation == seatfile.Delete:
		return refusal.New(refusal.Invalid, "A file that deletes seats enrolls none. Leave the profile out.").At("profileId")
	}
	im.enrolling, err = im.enrollUnder(ctx, im.tx, im.scope, im.after, *im.in.ProfileID, im.in.ExpiresAt)
	im.tx.In(im.in.BusinessUnitID.UUID) // the call is about the file's unit, and the profile may be of another
	if err != nil {
		return err
	}
	if no := im.enrolling.suits(im.in.BusinessUnitID.UUID, unit.Name, im.in.SeatType); no != nil {
		return no
	}
	return nil
}

// invitesNobody is the no to a file with codes, or addresses to send them to, that
// enrolls nobody, since they would be passed over in silence; nil when there are
// none. A file that deletes seats may be the one that enrolled them.
func (im *importing) invitesNobody() *refusal.Refusal {
	if im.in.Operation == seatfile.Delete {
		return nil
	}
	for _, r := range im.rows {
		if column := r.Invites(); column != "" {
			return refusal.New(refusal.Invalid, "Row %d has an %s, and without a profile nobody is enrolled. Name the profile to enroll under, or take the column out.", r.Number, column).At("profileId")
		}
	}
	return nil
}

// run decides every row and writes each kind of change by one statement, so that
// the number of statements does not depend on the file.
func (im *importing) run(ctx context.Context) error {
	plans := im.check()
	places := make([]place, len(plans))
	for n, p := range plans {
		places[n] = p.at
	}
	seats, err := lockSeats(ctx, im.tx, places)
	if err != nil {
		return err
	}
	for _, p := range plans {
		p.seat = seats[p.at]
	}
	if im.in.Operation == seatfile.Delete {
		err = im.remove(ctx, plans)
	} else {
		err = im.createOrUpdate(ctx, plans)
	}
	if err != nil {
		return err
	}
	return im.after.settle(ctx, im.tx)
}

// check refuses the rows that have the wrong form, are about other seats than the
// file, or name a seat that an earlier row names, and plans the rest.
func (im *importing) check() []*planned {
	var plans []*planned
	first := map[string]int{}
	for n, r := range im.rows {
		p := &planned{n: n, row: r, at: place{im.in.BusinessUnitID.UUID, im.in.SeatType, seatKey(r.SeatID)}}
		_, no := line("seat_id", &r.SeatID, 1, 255)
		if earlier, twice := first[p.at.key]; no == nil && twice {
			no = refusal.New(refusal.Duplicate, "Row %d has the same seat_id, and a file names each seat once; leave one of the two out.", earlier).At("seat_id")
		}
		if no == nil {
			no = im.elsewhere(r)
		}
		if no != nil {
			im.refuse(p, no)
			continue
		}
		first[p.at.key] = r.Number
		plans = append(plans, p)
	}
	return plans
}

// elsewhere is the no to a row of an exported file that belongs to other seats.
func (im *importing) elsewhere(r seatfile.Row) *refusal.Refusal {
	switch {
	case r.SeatType != "" && r.SeatType != string(im.in.SeatType):
		return refusal.New(refusal.Invalid, "The row is about a %s seat, and the file was sent for %s seats; send the rows of each type by themselves.", clip(r.SeatType), im.in.SeatType).At("seat_type")
	case r.BusinessUnit != "" && r.BusinessUnit != im.unit.Key:
		return refusal.New(refusal.Invalid, "The row is about the business unit %s, and the file was sent for %s; send the rows of each business unit by themselves.", clip(r.BusinessUnit), im.unit.Key).At("business_unit")
	}
	return nil
}

// refuse records that nothing is done about a row; the refusal points at a column
// of the file.
func (im *importing) refuse(p *planned, no *refusal.Refusal) {
	path := []string{"csv", strconv.Itoa(p.row.Number)}
	if n := len(no.Field); n > 1 {
		path = append(path, columnOf(no.Field[n-1]))
	}
	e := audit.Entry{BusinessUnit: im.in.BusinessUnitID.UUID, Comment: "seatId " + clip(p.row.SeatID)} // its row is that of a part, when the file was sent in parts
	if p.seat != nil {
		e.ID = p.seat.id
	}
	im.items[p.n] = im.tx.Refuse(e, store.Item{Word: string(seatfile.Refused)}, no.At(path...))
}

// columnOf is the file's column in which a field of an input stands.
func columnOf(field string) string {
	switch field {
	case "seatId":
		return string(seatfile.SeatID)
	case "name":
		return string(seatfile.SeatName)
	case "code":
		return string(seatfile.Code)
	}
	return field
}

// done says what became of a row.
func (im *importing) done(p *planned, seat uuid.UUID, outcome seatfile.Outcome) {
	item := store.Item{ID: id.Of(id.Seat, seat), Word: string(outcome)}
	if p.enroll != nil && p.enroll.no == nil {
		item.Made = id.Of(id.Enrollment, p.enroll.made)
		im.shown[item.Made] = p.enroll.shown
	}
	im.items[p.n] = item
}

// remove deletes the seats of the file and revokes their certificates (TLM: a
// deletion by CSV always does). A seat that was deleted before is unchanged, so
// that a file can be sent again; one that never was is refused, since a seat_id
// may be mistyped.
func (im *importing) remove(ctx context.Context, plans []*planned) error {
	var going []*lockedSeat
	var gone []string
	for _, p := range plans {
		if p.seat != nil {
			going = append(going, p.seat)
		} else {
			gone = append(gone, p.at.key)
		}
	}
	slices.SortFunc(going, func(a, b *lockedSeat) int { return cmp.Compare(a.id.String(), b.id.String()) })
	r := removing{tx: im.tx, after: im.after, revoke: true, comment: "By a file."}
	nos, err := r.run(ctx, going)
	if err != nil {
		return err
	}
	before, err := im.deletedBefore(ctx, gone)
	if err != nil {
		return err
	}
	for _, p := range plans {
		switch {
		case p.seat == nil && before[p.at.key] == uuid.Nil:
			im.refuse(p, refusal.New(refusal.NotFound, "%s has no %s seat %s; look for a mistyped seat_id.", im.unit.Name, im.in.SeatType, clip(p.row.SeatID)).At("seat_id"))
		case p.seat == nil:
			im.done(p, before[p.at.key], seatfile.Unchanged)
		case nos[p.seat.id] != nil:
			im.refuse(p, nos[p.seat.id])
		default:
			im.done(p, p.seat.id, seatfile.Deleted)
		}
	}
	return nil
}

// deletedBefore are the latest deleted seats with these keys.
func (im *importing) deletedBefore(ctx context.Context, keys []string) (map[string]uuid.UUID, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	type deleted struct {
		key string
		id  uuid.UUID
	}
	found, err := readAll(ctx, im.tx, `SELECT s.seat_key, s.id FROM seats s WHERE s.business_unit_id = $1 AND s.status = 'DELETED' AND s.seat_key = ANY($2) AND s.seat_type = $3 ORDER BY s.id`,
		[]any{im.in.BusinessUnitID.UUID, pq.Array(keys), string(im.in.SeatType)}, nil, func(d *deleted) []any { return []any{&d.key, &d.id} })
	if err != nil {
		return nil, fmt.Errorf("find deleted seats: %w", err)
	}
	latest := make(map[string]uuid.UUID, len(found))
	for _, d := range found {
		latest[d.key] = d.id
	}
	return latest, nil
}
