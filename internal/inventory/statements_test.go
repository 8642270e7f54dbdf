package inventory_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
)

func TestTheNumberOfStatementsDoesNotGrow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 700)
	w.many(600, w.unit, w.profile(rules{}), lifecycle.User)
	w.past(`UPDATE enrollments SET promise = '{"pickupSeconds": 86400}'`)
	rows, err := w.admin.Query(`SELECT id FROM enrollments ORDER BY created_at`)
	granted(t, err)
	defer rows.Close()
	var ids []id.ID
	for rows.Next() {
		var u uuid.UUID
		granted(t, rows.Scan(&u))
		ids = append(ids, id.Of(id.Enrollment, u))
	}
	granted(t, rows.Err())

	var statements atomic.Int64
	told := func(context.Context, string) { statements.Add(1) }
	w.onStatement.Store(&told)
	counted := func(act func()) int64 {
		before := statements.Load()
		act()
		return statements.Load() - before
	}
	approve := func(ids []id.ID) func() {
		return func() {
			p, err := w.Inventory.ApproveMany(w.as(anna), inventory.ApproveEnrollmentsInput{IDs: ids})
			granted(t, err)
			for _, r := range p.Results {
				granted(t, nil, r.UserErrors...)
			}
		}
	}
	reject := func(ids []id.ID) func() {
		return func() {
			p, err := w.Inventory.RejectMany(w.as(anna), inventory.RejectEnrollmentsInput{IDs: ids, Reason: "no"})
			granted(t, err)
			for _, r := range p.Results {
				granted(t, nil, r.UserErrors...)
			}
		}
	}
	list := func(n int) func() {
		return func() {
			p, err := w.Inventory.Enrollments(w.as(manager), page.Args{First: &n}, inventory.EnrollmentListInput{}, nil)
			granted(t, err)
			for _, e := range p.Nodes() { // everything that a client may ask of each
				for _, ask := range []func() error{
					func() error { _, err := w.Inventory.EnrollmentActions(w.as(manager), e); return err },
					func() error { _, err := w.Inventory.SeatOf(w.as(manager), e); return err },
					func() error { _, err := w.Inventory.ProfileOf(w.as(manager), e, false); return err },
					func() error { _, err := w.Inventory.BusinessUnitOf(w.as(manager), e, false); return err },
					func() error { _, err := w.Inventory.ApprovalsOf(w.as(manager), e); return err },
					func() error { _, err := w.Inventory.NotesOf(w.as(manager), e, page.Args{}); return err },
					func() error { _, err := w.Inventory.EnrollmentTrail(w.as(manager), e, page.Args{}); return err },
				} {
					granted(t, ask())
				}
			}
			if len(p.Edges) != n {
				t.Errorf("%d of %d", len(p.Edges), n)
			}
		}
	}
	for _, c := range []struct {
		name       string
		few, large func()
	}{
		{"approveEnrollments", approve(ids[:5]), approve(ids[5:505])},
		{"rejectEnrollments", reject(ids[505:507]), reject(ids[507:])},
		{"a page and everything beside it", list(2), list(100)},
	} {
		few, large := counted(c.few), counted(c.large)
		if few != large || few == 0 {
			t.Errorf("%s: %d statements for few, %d for many", c.name, few, large)
		}
	}
	w.honest()
}
