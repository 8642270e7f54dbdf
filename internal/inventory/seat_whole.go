package inventory

import (
	"context"

	"github.com/google/uuid"

	"gatehouse/internal/page"
)

// SeatIDs are the ids of the seats that a list shows the viewer, in its order: most and
// one more at the most, which tells that there are more. It looks through the whole
// list, however long that takes. Refused: as Seats is, but for FILTER_TOO_BROAD of
// candidates.
func (i *Inventory) SeatIDs(ctx context.Context, in SeatListInput, most int) ([]uuid.UUID, error) {
	m, some, err := i.wholeOfSeats(ctx, in)
	if err != nil || !some {
		return nil, err
	}
	return i.ids(ctx, m, most)
}

// EachSeat gives the seats that a list shows the viewer to each, in its order, a
// thousand at a time; the same is refused as by SeatIDs. An error of each ends it.
func (i *Inventory) EachSeat(ctx context.Context, in SeatListInput, each func([]*Seat) error) error {
	m, some, err := i.wholeOfSeats(ctx, in)
	if err != nil || !some {
		return err
	}
	return eachOf(ctx, i, m, func(ctx context.Context, ids []uuid.UUID) ([]*Seat, error) {
		byID, err := i.seats(ctx, ids)
		return valuesOf(byID), err
	}, func(s *Seat) uuid.UUID { return s.ID.UUID }, each)
}

// CountSeats is how many seats a list shows the viewer, exact up to page.MaxCount, and
// whether there are more. Refused: as Seats is.
func (i *Inventory) CountSeats(ctx context.Context, in SeatListInput) (n int, capped bool, err error) {
	l, some, err := i.listOfSeats(ctx, in)
	if err != nil || !some {
		return 0, false, err
	}
	m := l.counted()
	if l.search != nil || l.filter.Emails != nil {
		if err := l.tooMuch(ctx, i.read, 0); err != nil {
			return 0, false, err
		}
	}
	n, err = count(ctx, i.read, m)
	return min(n, page.MaxCount), n > page.MaxCount, err
}

// wholeOfSeats is the merge of a whole list; false when nothing can match. What a
// search finds is bounded here, too: the merge would cut it off.
func (i *Inventory) wholeOfSeats(ctx context.Context, in SeatListInput) (page.Merge, bool, error) {
	l, some, err := i.listOfSeats(ctx, in)
	if err != nil || !some {
		return page.Merge{}, false, err
	}
	m, exact := l.merge()
	if exact {
		err = l.tooMuch(ctx, i.read, 0)
	}
	return m, true, err
}

// valuesOf are a map's values, in any order.
func valuesOf[K comparable, V any](of map[K]V) []V {
	all := make([]V, 0, len(of))
	for _, v := range of {
		all = append(all, v)
	}
	return all
}
