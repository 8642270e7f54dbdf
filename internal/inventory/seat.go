package inventory

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/batch"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// Seat is one record that certificates belong to, as a viewer sees it.
type Seat struct {
	ID        id.ID
	SeatID    string
	Name      string
	Email     string
	Phone     string
	SeatType  lifecycle.SeatType
	Status    lifecycle.SeatStatus
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt *time.Time
	Version   int
	// UnusedSince is since when a seat in status CREATED has been so; nil otherwise.
	UnusedSince *time.Time

	unit         uuid.UUID
	key          string
	certificates int
	group        *batch.Group
}

// seatColumns are the columns of a seat under an alias. Each may be NULL, since
// an enrollment's join may find none. The key is a seat's place in a list, and
// needed where seats are the list.
func seatColumns(alias string) []column[Seat] {
	return []column[Seat]{
		{alias + ".id", func(s *Seat) any { s.ID.Kind = id.Seat; return store.Optional(&s.ID.UUID) }, ""},
		{alias + ".business_unit_id", func(s *Seat) any { return store.Optional(&s.unit) }, ""},
		{alias + ".seat_id", func(s *Seat) any { return store.Optional(&s.SeatID) }, "seatId"},
		{alias + ".seat_key", func(s *Seat) any { return store.Optional(&s.key) }, "key"},
		{alias + ".name", func(s *Seat) any { return store.Optional(&s.Name) }, "name"},
		{alias + ".email", func(s *Seat) any { return store.Optional(&s.Email) }, "email"},
		{alias + ".phone", func(s *Seat) any { return store.Optional(&s.Phone) }, "phone"},
		{alias + ".seat_type", func(s *Seat) any { return store.Optional(&s.SeatType) }, "seatType" + facts},
		{alias + ".status", func(s *Seat) any { return store.Optional(&s.Status) }, "status" + facts},
		{alias + ".created_at", func(s *Seat) any { return store.Optional(&s.CreatedAt) }, "createdAt"},
		{alias + ".updated_at", func(s *Seat) any { return store.Optional(&s.UpdatedAt) }, "updatedAt"},
		{alias + ".deleted_at", func(s *Seat) any { return &s.DeletedAt }, "deletedAt"},
		{"CASE WHEN " + alias + ".status = '" + string(lifecycle.SeatCreated) + "' THEN " + alias + ".unused_since END", func(s *Seat) any { return &s.UnusedSince }, "unusedSince"},
		{alias + ".version", func(s *Seat) any { return store.Optional(&s.Version) }, "version"},
		{alias + ".valid_certificates", func(s *Seat) any { return store.Optional(&s.certificates) }, factsOnly},
	}
}

// seatsTogether makes seats that were read by one statement one group.
func seatsTogether(seats []*Seat) {
	ids := make([]uuid.UUID, 0, len(seats))
	seen := make(map[uuid.UUID]bool, len(seats))
	for _, s := range seats {
		s.CreatedAt, s.UpdatedAt = s.CreatedAt.UTC(), s.UpdatedAt.UTC()
		s.DeletedAt, s.UnusedSince = inUTC(s.DeletedAt), inUTC(s.UnusedSince)
		if !seen[s.ID.UUID] {
			seen[s.ID.UUID] = true
			ids = append(ids, s.ID.UUID)
		}
	}
	group := batch.NewGroup(ids)
	for _, s := range seats {
		s.group = group
	}
}

// inUTC is an instant in UTC; nil for none.
func inUTC(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	utc := t.UTC()
	return &utc
}

// seats reads the seats with these database ids that lie in the viewer's
// business units, if the viewer may see seats.
func (i *Inventory) seats(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Seat, error) {
	v, _ := viewer.From(ctx)
	if !v.May(lifecycle.ViewSeats) || len(ids) == 0 {
		return nil, nil
	}
	sc, err := i.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	columns := seatColumns("s")
	statement := fmt.Sprintf("SELECT %s FROM seats s WHERE s.id = ANY($1) AND %s", strings.Join(expressions(columns), ", "), scope.Condition("s.business_unit_id", 2))
	found, err := readAll(ctx, i.read, statement, []any{pq.Array(ids), sc.Arg()}, columns, nil)
	if err != nil {
		return nil, fmt.Errorf("read seats: %w", err)
	}
	seatsTogether(found)
	byID := make(map[uuid.UUID]*Seat, len(found))
	for _, s := range found {
		byID[s.ID.UUID] = s
	}
	return byID, nil
}

// SeatsByID are the seats with these ids that the viewer may see, by their id.
func (i *Inventory) SeatsByID(ctx context.Context, ids []id.ID) (map[id.ID]*Seat, error) {
	found, err := i.seats(ctx, id.UUIDs(id.Seat, ids))
	byID := make(map[id.ID]*Seat, len(found))
	for _, s := range found {
		byID[s.ID] = s
	}
	return byID, err
}

// Seat is one seat; nil when there is none for the viewer. Root reads of a
// viewer who may not see seats at all are FORBIDDEN.
func (i *Inventory) Seat(ctx context.Context, one id.ID) (*Seat, error) {
	if v, _ := viewer.From(ctx); !v.May(lifecycle.ViewSeats) {
		return nil, v.Lacks("seats", lifecycle.ViewSeats)
	}
	byID, err := i.SeatsByID(ctx, []id.ID{one})
	return byID[one], err
}

// place is the seat's place in a list ordered by the column.
func (s *Seat) place(order string) page.Key {
	k := page.Key{ID: s.ID.UUID, Value: s.key}
	switch order {
	case "created_at":
		k.Value = s.CreatedAt.Format(time.RFC3339Nano)
	case "updated_at":
		k.Value = s.UpdatedAt.Format(time.RFC3339Nano)
	}
	return k
}

// facts are what decides about the seat's actions and stands on its own row.
func (s *Seat) facts(v viewer.Viewer) lifecycle.SeatFacts {
	return lifecycle.SeatFacts{Type: s.SeatType, Status: s.Status, HasActiveCertificates: s.certificates > 0, Permissions: v.Permissions}
}
