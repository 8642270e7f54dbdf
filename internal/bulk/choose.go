package bulk

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// mostIDs is how many ids a selection names one by one.
const mostIDs = 1000

// chosen is what was selected: each once, in the order in which it is to be done.
type chosen struct {
	ids   []uuid.UUID
	words string
}

// choose fixes a selection for an action. A list is read as one state of the
// database, with the viewer's rights and in its own order. Refused with INVALID or
// TOO_MANY at selection, and with what the list refuses.
func (js *Jobs) choose(ctx context.Context, action lifecycle.BulkAction, s Selection) (chosen, error) {
	list := action.Needs().List
	if no := s.suits(action, list); no != nil {
		return chosen{}, no
	}
	if s.IDs != nil {
		return chooseIDs(action, list, s.IDs)
	}
	c := chosen{}
	err := js.store.Snapshot(ctx, func(ctx context.Context) (err error) {
		c, err = js.chooseList(ctx, s)
		return err
	})
	if no := refusal.Find(err); no != nil { // at its place in this mutation's input
		err = no.Within("selection", things[list].many)
	}
	if err != nil {
		return chosen{}, err
	}
	switch n := len(c.ids); {
	case n == 0:
		return chosen{}, refusal.New(refusal.Invalid, "Nothing is selected: the list shows no %s. Look at it by the query %s first.", things[list].one, things[list].many).At("selection", things[list].many)
	case n > MostItems:
		return chosen{}, refusal.New(refusal.TooMany, "A job has up to %d items, and the list shows more %s; narrow it and start several jobs.", MostItems, things[list].many).At("selection", things[list].many)
	}
	return c, nil
}

// chooseList reads the ids of the list that is selected, and one more than a job may
// have.
func (js *Jobs) chooseList(ctx context.Context, s Selection) (chosen, error) {
	switch {
	case s.Enrollments != nil:
		l := *s.Enrollments
		return chooseFrom(ctx, js, l, js.views.Enrollments, js.inventory.EnrollmentIDs, func(w inventory.EnrollmentListInput) look {
			return look{lifecycle.Enrollments, w.View, l.ViewID, w.Search, w.Filter, w.OrderBy}
		})
	case s.Seats != nil:
		l := *s.Seats
		return chooseFrom(ctx, js, l, js.views.Seats, js.inventory.SeatIDs, func(w inventory.SeatListInput) look {
			return look{lifecycle.Seats, w.View, l.ViewID, w.Search, w.Filter, w.OrderBy}
		})
	}
	l := *s.Certificates
	return chooseFrom(ctx, js, l, js.views.Certificates, js.inventory.CertificateIDs, func(w inventory.CertificateListInput) look {
		return look{lifecycle.Certificates, w.View, l.ViewID, w.Search, w.Filter, w.OrderBy}
	})
}

// chooseFrom reads one list: with the saved view that it names put into it, its ids.
//
// It tells the whole list in words, not what was asked for: what the saved view had in
// it is what was chosen.
func chooseFrom[L any](ctx context.Context, js *Jobs, list L, viewed func(context.Context, L) (L, error), ids func(context.Context, L, int) ([]uuid.UUID, error), as func(L) look) (c chosen, err error) {
	whole, err := viewed(ctx, list)
	if err != nil {
		return c, err
	}
	if c.ids, err = ids(ctx, whole, MostItems); err != nil {
		return c, err
	}
	c.words, err = js.words(ctx, as(whole))
	return c, err
}

// suits is the no to a selection of nothing, of several kinds, or of another list's
// things; nil when it is one that the action can be done to.
func (s Selection) suits(action lifecycle.BulkAction, list lifecycle.List) *refusal.Refusal {
	given := []lifecycle.List{}
	if s.Enrollments != nil {
		given = append(given, lifecycle.Enrollments)
	}
	if s.Seats != nil {
		given = append(given, lifecycle.Seats)
	}
	if s.Certificates != nil {
		given = append(given, lifecycle.Certificates)
	}
	n := len(given)
	if s.IDs != nil {
		n++
	}
	switch {
	case n != 1:
		return refusal.New(refusal.Invalid, "A selection has exactly one of ids, enrollments, seats and certificates; this one has %d.", n).At("selection")
	case len(given) == 1 && given[0] != list:
		return refusal.New(refusal.Invalid, "%s is done to %s; select these by ids or by %s.", action, things[list].many, things[list].many).At("selection", things[given[0]].many)
	}
	return nil
}

// chooseIDs is the things by their ids, each once. Whether they are there is told at
// their turn, as the plural mutation tells it.
func chooseIDs(action lifecycle.BulkAction, list lifecycle.List, ids []id.ID) (chosen, error) {
	thing := things[list]
	switch n := len(ids); {
	case n == 0:
		return chosen{}, refusal.New(refusal.Invalid, "Nothing is selected: name at least one %s.", thing.one).At("selection", "ids")
	case n > mostIDs:
		return chosen{}, refusal.New(refusal.TooMany, "A selection names up to %d ids; %d were given. Select more by the list that shows them, or start several jobs.", mostIDs, n).At("selection", "ids")
	}
	c := chosen{ids: make([]uuid.UUID, 0, len(ids))}
	seen := make(map[uuid.UUID]bool, len(ids))
	for n, one := range ids {
		if one.Kind != thing.kind {
			return chosen{}, refusal.New(refusal.Invalid, "%s is done to %s, and %s is the id of something else.", action, thing.many, one).At("selection", "ids", strconv.Itoa(n))
		}
		if !seen[one.UUID] {
			seen[one.UUID] = true
			c.ids = append(c.ids, one.UUID)
		}
	}
	c.words = strconv.Itoa(len(c.ids)) + " named by their ids"
	return c, nil
}
