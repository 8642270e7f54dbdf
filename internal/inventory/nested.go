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
	"gatehouse/internal/viewer"
)

// askNested names a nested list and its window: two fields of one page that ask
// for the same window share one statement.
type askNested struct {
	list     string
	limit    int
	backward bool
	from, to page.Key
}

func nestedKey(list string, w page.Window) askNested {
	k := askNested{list: list, limit: w.Limit, backward: w.Backward}
	if w.From != nil {
		k.from = *w.From
	}
	if w.To != nil {
		k.to = *w.To
	}
	return k
}

// child is a row of a nested list and whose it is.
type child[T any] struct {
	parent uuid.UUID
	of     T
}

// ofChild are the columns of an object when it is read as somebody's child.
func ofChild[T any](columns []column[T]) []column[child[T]] {
	lifted := make([]column[child[T]], len(columns))
	for n, c := range columns {
		lifted[n] = column[child[T]]{sql: c.sql, into: func(x *child[T]) any { return c.into(&x.of) }}
	}
	return lifted
}

// NotesOf are the internal notes on an enrollment, oldest first; empty for
// those who are not meant to read them.
func (i *Inventory) NotesOf(ctx context.Context, e *Enrollment, args page.Args) (*page.Connection[*EnrollmentNote], error) {
	v, _ := viewer.From(ctx)
	window, err := args.Open("notes", e.ID)
	if err != nil {
		return nil, err
	}
	if !v.Permissions.HasAny(lifecycle.ApproveEnrollments, lifecycle.ManageEnrollments, lifecycle.ViewAuditLog) {
		return page.Empty[*EnrollmentNote](), nil
	}
	byParent, err := batch.Load(ctx, e.group, nestedKey("notes", window), func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*EnrollmentNote, error) {
		m := page.Merge{
			Table: "enrollment_notes n", Alias: "n", Order: "created_at", Cast: "timestamptz", PerParent: "b.parent",
			Columns: expressions(noteColumns),
		}
		m.Branches = []page.Branch{{From: "unnest(" + m.Arg(pq.Array(ids)) + "::uuid[]) AS b(parent)", Where: []string{"n.enrollment_id = b.parent"}}}
		statement, args := m.Page(window)
		notes, err := readAll(ctx, i.read, statement, args, ofChild(noteColumns), func(c *child[EnrollmentNote]) []any { return []any{&c.parent} })
		if err != nil {
			return nil, fmt.Errorf("read notes: %w", err)
		}
		byParent := map[uuid.UUID][]*EnrollmentNote{}
		for _, n := range notes {
			n.of.CreatedAt = n.of.CreatedAt.UTC()
			byParent[n.parent] = append(byParent[n.parent], &n.of)
		}
		return byParent, nil
	})
	if err != nil {
		return nil, err
	}
	return page.NewConnection(window, byParent[e.ID.UUID], func(n *EnrollmentNote) page.Key {
		return page.Key{ID: n.ID.UUID, Value: n.CreatedAt.Format(time.RFC3339Nano)}
	}, nil), nil
}

var noteColumns = []column[EnrollmentNote]{
	{"n.id", func(n *EnrollmentNote) any { n.ID.Kind = id.Note; return &n.ID.UUID }, ""},
	{"n.text", func(n *EnrollmentNote) any { return &n.Text }, ""},
	{"n.issuer", func(n *EnrollmentNote) any { return &n.Author.Issuer }, ""},
	{"n.subject", func(n *EnrollmentNote) any { return &n.Author.Subject }, ""},
	{"n.name", func(n *EnrollmentNote) any { return &n.Author.Name }, ""},
	{"n.created_at", func(n *EnrollmentNote) any { return &n.CreatedAt }, ""},
}

// EnrollmentsOf are the enrollments of a seat, newest first; empty for those
// who may not see enrollments.
func (i *Inventory) EnrollmentsOf(ctx context.Context, s *Seat, args page.Args, want Fields) (*page.Connection[*Enrollment], error) {
	window, err := args.Open("enrollments of", s.ID)
	if err != nil {
		return nil, err
	}
	v, _ := viewer.From(ctx)
	if !v.Permissions.HasAny(lifecycle.ViewEnrollments, lifecycle.ViewOwnEnrollments) {
		return page.Empty[*Enrollment](), nil
	}
	byParent, err := batch.Load(ctx, s.group, nestedKey(fmt.Sprint("enrollments", want), window), func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*Enrollment, error) {
		// Asked once for the group and not by each seat: it may take a statement.
		sight, err := i.sightOf(ctx)
		if err != nil {
			return nil, err
		}
		sel := selectionOf(want)
		m := i.enrollmentsOfSeats(ids, sight)
		m.Columns, m.Joins = expressions(sel.columns), sel.joins
		statement, args := m.Page(window)
		rows, err := readAll(ctx, i.read, statement, args, ofChild(sel.columns), func(c *child[Enrollment]) []any { return []any{&c.parent} })
		if err != nil {
			return nil, fmt.Errorf("read the enrollments of seats: %w", err)
		}
		byParent, all := map[uuid.UUID][]*Enrollment{}, make([]*Enrollment, len(rows))
		for n, r := range rows {
			all[n] = &r.of
			byParent[r.parent] = append(byParent[r.parent], &r.of)
		}
		i.together(ctx, all)
		return byParent, nil
	})
	if err != nil {
		return nil, err
	}
	return page.NewConnection(window, byParent[s.ID.UUID], func(e *Enrollment) page.Key { return e.key("created_at") }, func(ctx context.Context) (int, error) {
		counts, err := batch.Load(ctx, s.group, "count of enrollments", func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]int, error) {
			sight, err := i.sightOf(ctx)
			if err != nil {
				return nil, err
			}
			return i.countPerParent(ctx, i.enrollmentsOfSeats(ids, sight))
		})
		return counts[s.ID.UUID], err
	}), nil
}

// enrollmentsOfSeats is the list of the enrollments of each of the seats.
func (i *Inventory) enrollmentsOfSeats(seats []uuid.UUID, sight sight) page.Merge {
	m := page.Merge{Table: "enrollments e", Alias: "e", Order: "created_at", Cast: "timestamptz", Descending: true, PerParent: "b.parent"}
	b := page.Branch{From: "unnest(" + m.Arg(pq.Array(seats)) + "::uuid[]) AS b(parent)", Where: []string{"e.seat_row_id = b.parent"}}
	condition, args := sight.condition(len(m.Args))
	m.Args = append(m.Args, args...)
	b.Where = append(b.Where, condition)
	m.Branches = []page.Branch{b}
	return m
}

// countPerParent counts a nested list for every parent by one statement.
func (i *Inventory) countPerParent(ctx context.Context, m page.Merge) (map[uuid.UUID]int, error) {
	statement, args := m.CountPerParent()
	found, err := i.read.Query(ctx, statement, args...)
	if err != nil {
		return nil, fmt.Errorf("count a nested list: %w", err)
	}
	defer func() { _ = found.Close() }()
	counts := map[uuid.UUID]int{}
	for found.Next() {
		var parent uuid.UUID
		var n int
		if err := found.Scan(&parent, &n); err != nil {
			return nil, fmt.Errorf("count a nested list: %w", err)
		}
		counts[parent] = n
	}
	return counts, found.Err()
}

// ApprovalsByID are the decisions with these ids on enrollments that the viewer
// may see.
func (i *Inventory) ApprovalsByID(ctx context.Context, ids []id.ID) (map[id.ID]*Approval, error) {
	sight, err := i.sightOf(ctx)
	if err != nil || sight.none() || len(ids) == 0 {
		return nil, err
	}
	columns := []column[Approval]{
		{"a.id", func(a *Approval) any { a.ID.Kind = id.Approval; return &a.ID.UUID }, ""},
		{"a.decision", func(a *Approval) any { return &a.Decision }, ""},
		{"a.issuer", func(a *Approval) any { return &a.Approver.Issuer }, ""},
		{"a.subject", func(a *Approval) any { return &a.Approver.Subject }, ""},
		{"a.name", func(a *Approval) any { return &a.Approver.Name }, ""},
		{"a.comment", func(a *Approval) any { return &a.Comment }, ""},
		{"a.round", func(a *Approval) any { return &a.Round }, ""},
		{"a.decided_at", func(a *Approval) any { return &a.DecidedAt }, ""},
	}
	condition, args := sight.condition(1)
	statement := fmt.Sprintf("SELECT %s FROM approvals a JOIN enrollments e ON e.id = a.enrollment_id WHERE a.id = ANY($1) AND %s", strings.Join(expressions(columns), ", "), condition)
	found, err := readAll(ctx, i.read, statement, append([]any{pq.Array(id.UUIDs(id.Approval, ids))}, args...), columns, nil)
	if err != nil {
		return nil, fmt.Errorf("read decisions: %w", err)
	}
	byID := make(map[id.ID]*Approval, len(found))
	for _, a := range found {
		a.DecidedAt = a.DecidedAt.UTC()
		byID[a.ID] = a
	}
	return byID, nil
}

// NotesByID are the notes with these ids that the viewer is meant to read.
func (i *Inventory) NotesByID(ctx context.Context, ids []id.ID) (map[id.ID]*EnrollmentNote, error) {
	v, _ := viewer.From(ctx)
	sc, err := i.scopes.Of(ctx)
	if err != nil || len(ids) == 0 || !v.May(lifecycle.ViewEnrollments) || !v.Permissions.HasAny(lifecycle.ApproveEnrollments, lifecycle.ManageEnrollments, lifecycle.ViewAuditLog) {
		return nil, err
	}
	statement := fmt.Sprintf("SELECT %s FROM enrollment_notes n WHERE n.id = ANY($1) AND %s", strings.Join(expressions(noteColumns), ", "), scope.Condition("n.business_unit_id", 2))
	found, err := readAll(ctx, i.read, statement, []any{pq.Array(id.UUIDs(id.Note, ids)), sc.Arg()}, noteColumns, nil)
	if err != nil {
		return nil, fmt.Errorf("read notes: %w", err)
	}
	byID := make(map[id.ID]*EnrollmentNote, len(found))
	for _, n := range found {
		n.CreatedAt = n.CreatedAt.UTC()
		byID[n.ID] = n
	}
	return byID, nil
}
