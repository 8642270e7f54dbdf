package inventory

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/batch"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

// selection is the columns and joins by which enrollments are read.
type selection struct {
	columns []column[Enrollment]
	joins   string
}

// selectionOf is what the wanted fields need. A seat comes by the join; of a
// profile or a business unit the join brings the name only, and whoever wants
// more reads it for the whole page.
func selectionOf(want Fields) selection {
	s := selection{columns: pick(enrollmentColumns, want), joins: enrollmentJoins(want)}
	if want.Has("seat") {
		for _, c := range pick(seatColumns("sr"), want.Under("seat")) {
			s.columns = append(s.columns, column[Enrollment]{sql: c.sql, into: func(e *Enrollment) any {
				if e.seat == nil {
					e.seat = &Seat{}
				}
				return c.into(e.seat)
			}})
		}
	}
	return s
}

// together settles enrollments that were read by one statement and makes them
// one group, and their seats another.
func (i *Inventory) together(ctx context.Context, es []*Enrollment) {
	now := i.store.Now(ctx)
	ids := make([]uuid.UUID, len(es))
	var seats []*Seat
	for n, e := range es {
		e.settle(now)
		ids[n] = e.ID.UUID
		if e.seat != nil && e.seat.ID.UUID == uuid.Nil {
			e.seat = nil
		}
		if e.seat != nil {
			seats = append(seats, e.seat)
		}
	}
	group := batch.NewGroup(ids)
	for _, e := range es {
		e.group = group
	}
	seatsTogether(seats)
}

// EnrollmentsByID are the enrollments with these ids that the viewer may see,
// by their id, read by one statement.
func (i *Inventory) EnrollmentsByID(ctx context.Context, ids []id.ID, want Fields) (map[id.ID]*Enrollment, error) {
	sight, err := i.sightOf(ctx)
	if err != nil || sight.none() || len(ids) == 0 {
		return nil, err
	}
	sel := selectionOf(want)
	condition, args := sight.condition(1)
	statement := fmt.Sprintf("SELECT %s FROM enrollments e%s WHERE e.id = ANY($1) AND %s", strings.Join(expressions(sel.columns), ", "), sel.joins, condition)
	es, err := readAll(ctx, i.read, statement, append([]any{pq.Array(id.UUIDs(id.Enrollment, ids))}, args...), sel.columns, nil)
	if err != nil {
		return nil, fmt.Errorf("read enrollments: %w", err)
	}
	i.together(ctx, es)
	byID := make(map[id.ID]*Enrollment, len(es))
	for _, e := range es {
		byID[e.ID] = e
	}
	return byID, nil
}

// Enrollment is one enrollment; nil when there is none for the viewer.
func (i *Inventory) Enrollment(ctx context.Context, one id.ID, want Fields) (*Enrollment, error) {
	if v, _ := viewer.From(ctx); !v.Permissions.HasAny(lifecycle.ViewEnrollments, lifecycle.ViewOwnEnrollments) {
		return nil, lacksEnrollments(v)
	}
	byID, err := i.EnrollmentsByID(ctx, []id.ID{one}, want)
	return byID[one], err
}

// lacksEnrollments is the no to a viewer who can see no enrollment at all.
func lacksEnrollments(v viewer.Viewer) error {
	return v.Lacks("enrollments", lifecycle.ViewEnrollments, lifecycle.ViewOwnEnrollments)
}
