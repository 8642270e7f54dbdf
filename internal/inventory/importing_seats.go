package inventory

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/seatfile"
	"gatehouse/internal/store"
)

// createOrUpdate makes the seats that do not exist, changes those that say
// something else, and enrolls all of them where the file has a profile. All that
// may be wrong with a row is found before anything is written, but for the licence,
// which is taken under its lock: a new seat that got none is taken back.
func (im *importing) createOrUpdate(ctx context.Context, plans []*planned) error {
	plans = im.judge(plans)
	plans, err := im.judgeEnrolling(ctx, plans)
	if err != nil {
		return err
	}
	if plans, err = im.make(ctx, plans); err != nil {
		return err
	}
	var edits []*edit
	var candidates []*candidate
	changed := map[*planned]bool{}
	for _, p := range plans {
		if p.edit != nil {
			edits, changed[p] = append(edits, p.edit), p.edit.changes()
		}
		if p.enroll != nil {
			candidates = append(candidates, p.enroll)
		}
	}
	if err := editSeats(ctx, im.tx, edits); err != nil {
		return err
	}
	if im.enrolling != nil {
		if err := im.enrolling.write(ctx, candidates); err != nil {
			return err
		}
	}
	for _, p := range plans {
		switch {
		case p.made != nil:
			im.done(p, p.made["id"].(uuid.UUID), seatfile.Created)
		case changed[p]:
			im.done(p, p.seat.id, seatfile.Updated)
		case p.enroll != nil && p.enroll.no == nil:
			im.done(p, p.seat.id, seatfile.Enrolled)
		default:
			im.done(p, p.seat.id, seatfile.Unchanged)
		}
	}
	return nil
}

// judge decides whether each seat may be made or changed as its row says, and
// returns the rows that may.
func (im *importing) judge(plans []*planned) []*planned {
	may := make([]*planned, 0, len(plans))
	for _, p := range plans {
		if no := im.judgeSeat(p); no != nil {
			im.refuse(p, no)
			continue
		}
		may = append(may, p)
	}
	return may
}

// judgeSeat decides about one: the change of a seat that exists, or a new one.
func (im *importing) judgeSeat(p *planned) *refusal.Refusal {
	f := lifecycle.SeatFacts{Type: im.in.SeatType, Permissions: im.tx.Viewer().Permissions}
	if p.seat != nil {
		f.Status = p.seat.status
		no := lifecycle.DecideSeat(f, lifecycle.SeatActEdit)
		if no == nil {
			p.edit, no = newEdit(p.seat, p.row.Name, p.row.Email, p.row.Phone)
		}
		return no
	}
	if no := lifecycle.DecideSeat(f, lifecycle.SeatActCreate); no != nil {
		return no
	}
	name, address, phone, no := person(im.in.SeatType, &NewSeat{SeatID: p.row.SeatID, Name: p.row.Name, Email: p.row.Email, Phone: p.row.Phone})
	if no == nil {
		p.made = newSeat(im.tx.Now(), p.at, p.row.SeatID, name, address, phone)
	}
	return no
}

// judgeEnrolling decides whether each seat may be enrolled, as it will be when its
// row is done, and returns the rows of those that may. A seat with an active
// enrollment under the profile is left as it is.
func (im *importing) judgeEnrolling(ctx context.Context, plans []*planned) ([]*planned, error) {
	if im.enrolling == nil {
		return plans, nil
	}
	candidates := make([]*candidate, len(plans))
	for n, p := range plans {
		c := &candidate{at: p.at, seat: p.seat, given: p.row.Code, mailTo: p.row.CodeEmail}
		if p.seat != nil {
			c.seatRow, c.seatID, c.name, c.email = p.seat.id, p.seat.seatID, p.edit.name, p.edit.email
		} else {
			c.seatRow, c.seatID = p.made["id"].(uuid.UUID), p.made["seat_id"].(string)
			c.name, c.email = p.made["name"].(string), p.made["email"].(string)
		}
		if c.given != nil && *c.given == "" {
			c.given = nil // an empty cell asks for a code to be made
		}
		p.enroll, candidates[n] = c, c
	}
	if err := im.enrolling.decide(ctx, candidates); err != nil {
		return nil, err
	}
	may := make([]*planned, 0, len(plans))
	for _, p := range plans {
		if p.enroll.no != nil && !p.enroll.already {
			im.refuse(p, enrollmentColumn(p.enroll.no))
			continue
		}
		may = append(may, p)
	}
	return may, nil
}

// enrollmentColumn points a refusal about the invitation's address at its own
// column; the seat's e-mail stands in another.
func enrollmentColumn(no *refusal.Refusal) *refusal.Refusal {
	if n := len(no.Field); n > 0 && no.Field[n-1] == "email" {
		return no.At(string(seatfile.CodeEmail))
	}
	return no
}

// make adds the new seats in the order of their keys, so that two transactions
// that add the same ones wait for each other and do not deadlock, and takes their
// licences. It returns the rows that are still well.
func (im *importing) make(ctx context.Context, plans []*planned) ([]*planned, error) {
	var fresh []*planned
	for _, p := range plans {
		if p.made != nil {
			fresh = append(fresh, p)
		}
	}
	if len(fresh) == 0 {
		return plans, nil
	}
	byKey := slices.SortedFunc(slices.Values(fresh), func(a, b *planned) int { return cmp.Compare(a.at.key, b.at.key) })
	rows := make([]store.Row, len(byKey))
	for n, p := range byKey {
		rows[n] = p.made
	}
	added, err := im.tx.Insert(ctx, audit.Seat, onlyLiveSeats, rows)
	if err != nil {
		return nil, err
	}
	if len(added) != len(rows) {
		return nil, store.ErrAgain // somebody made one of them meanwhile: look again
	}
	pool := licence.Pool{Unit: im.in.BusinessUnitID.UUID, Type: im.in.SeatType}
	grants, err := licence.Take(ctx, im.tx, []licence.Want{{Pool: pool, N: len(fresh)}})
	if err != nil {
		return nil, err
	}
	grant := grants[pool]
	back := make([]uuid.UUID, 0, len(fresh)-grant.Got)
	without := map[*planned]bool{}
	for n, p := range fresh {
		row := p.made["id"].(uuid.UUID)
		if n < grant.Got {
			im.tx.Record(audit.Entry{Action: audit.CreateSeat, ID: row})
			continue
		}
		back, without[p] = append(back, row), true
		im.refuse(p, licence.NoSeatLeft(im.unit.Name, im.in.SeatType, grant.Figures))
	}
	return slices.DeleteFunc(plans, func(p *planned) bool { return without[p] }), im.tx.TakeBack(ctx, audit.Seat, back)
}
