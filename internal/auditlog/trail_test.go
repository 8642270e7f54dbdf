package auditlog_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/auditlog"
	"gatehouse/internal/batch"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

// history is a seat with an enrollment and a certificate, and what the log says
// of them, the newest first.
type history struct {
	seat, enrollment, certificate uuid.UUID
	ofSeat                        []uuid.UUID
	ofEnrollment, ofCertificate   []uuid.UUID
}

func (w *world) history(unit uuid.UUID) history {
	h := history{seat: uuid.New()}
	h.enrollment = w.enrollment(h.seat)
	h.certificate = w.certificate(h.seat)
	made := w.write(line{after: 1 * time.Minute, action: audit.CreateSeat, thing: h.seat, unit: unit})
	asked := w.write(line{after: 2 * time.Minute, action: audit.Request, resource: audit.Enrollment, thing: h.enrollment, unit: unit})
	edited := w.write(line{after: 3 * time.Minute, thing: h.seat, unit: unit})
	approved := w.write(line{after: 4 * time.Minute, action: audit.Approve, resource: audit.Enrollment, thing: h.enrollment, unit: unit})
	revoked := w.write(line{after: 5 * time.Minute, action: audit.RevokeCertificate, resource: audit.Certificate, thing: h.certificate, unit: unit})
	h.ofSeat, h.ofEnrollment = []uuid.UUID{revoked, approved, edited, asked, made}, []uuid.UUID{approved, asked}
	h.ofCertificate = []uuid.UUID{revoked}
	return h
}

// trailOf is one of the log's trails.
type trailOf func(context.Context, *batch.Group, uuid.UUID, page.Args) (*page.Connection[*auditlog.Entry], error)

func TestTrails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	unit := uuid.New()
	one, other := w.history(unit), w.history(unit)
	silent := uuid.New()
	w.write(line{thing: uuid.New(), unit: unit})
	two := 2
	tests := []struct {
		name  string
		trail trailOf
		want  map[uuid.UUID][]uuid.UUID
	}{
		{"seats", w.log.SeatTrail, map[uuid.UUID][]uuid.UUID{one.seat: one.ofSeat, other.seat: other.ofSeat, silent: nil}},
		{"certificates", w.log.CertificateTrail, map[uuid.UUID][]uuid.UUID{one.certificate: one.ofCertificate, other.certificate: other.ofCertificate, silent: nil}},
		{"enrollments", w.log.EnrollmentTrail, map[uuid.UUID][]uuid.UUID{one.enrollment: one.ofEnrollment, other.enrollment: other.ofEnrollment, silent: nil}},
	}
	for _, test := range tests {
		ctx := as(t, lifecycle.Auditor, "*")
		var owners []uuid.UUID
		for owner := range test.want {
			owners = append(owners, owner, owner) // an owner that was read twice counts once
		}
		group := batch.NewGroup(owners)
		before := w.statements.Load()
		for owner, want := range test.want {
			for _, args := range []page.Args{{}, {First: &two}, {Last: &two}, {Last: &two}} {
				got, err := test.trail(ctx, group, owner, args)
				if err != nil {
					t.Fatal(err)
				}
				part := want
				if args.First != nil && len(want) > two {
					part = want[:two]
				}
				if args.Last != nil && len(want) > two {
					part = want[len(want)-two:]
				}
				if !slices.Equal(ids(got.Nodes()), part) {
					t.Errorf("%s: the trail is %v, want %v", test.name, ids(got.Nodes()), part)
				}
				if n, err := got.TotalCount(ctx); err != nil || n != len(want) {
					t.Errorf("%s: totalCount is %d (%v), want %d", test.name, n, err, len(want))
				}
			}
		}
		if n := w.statements.Load() - before; n != 4 { // three sizes of page, and the count
			t.Errorf("%s: %d trails of three pages each and their counts took %d statements, want 4", test.name, len(test.want), n)
		}
	}
}

func TestTrailGoesOnBehindItsOwnCursorOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	unit := uuid.New()
	one, other := w.history(unit), w.history(unit)
	ctx, two := as(t, lifecycle.Auditor, "*"), 2
	group := batch.NewGroup([]uuid.UUID{one.seat, other.seat})
	first, err := w.log.SeatTrail(ctx, group, one.seat, page.Args{First: &two})
	if err != nil {
		t.Fatal(err)
	}
	rest, err := w.log.SeatTrail(ctx, group, one.seat, page.Args{First: &two, After: first.PageInfo.EndCursor})
	if err != nil || !slices.Equal(ids(rest.Nodes()), one.ofSeat[2:4]) {
		t.Errorf("behind the first page lie %v (%v), want %v", ids(rest.Nodes()), err, one.ofSeat[2:4])
	}
	if _, err := w.log.SeatTrail(ctx, group, other.seat, page.Args{After: first.PageInfo.EndCursor}); refusal.Find(err) == nil || !strings.Contains(err.Error(), "another list") {
		t.Errorf("another seat takes the cursor: %v", err)
	}
}

func TestTrailsAreNarrowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sales := id.New(id.BusinessUnit)
	h := w.history(sales.UUID)
	foreign := w.write(line{after: time.Hour, thing: h.seat, unit: uuid.New()})
	ofNone := w.write(line{after: time.Hour + time.Second, thing: h.seat})
	tests := []struct {
		name  string
		role  lifecycle.Role
		units string
		want  []uuid.UUID
	}{
		{"all business units", lifecycle.Auditor, "*", append([]uuid.UUID{ofNone, foreign}, h.ofSeat...)},
		{"the seat's business unit", lifecycle.Auditor, sales.String(), h.ofSeat},
		{"another business unit", lifecycle.Auditor, id.New(id.BusinessUnit).String(), nil},
		{"without the permission", lifecycle.ViewOnly, "*", nil},
	}
	for _, test := range tests {
		ctx := as(t, test.role, test.units)
		got, err := w.log.SeatTrail(ctx, nil, h.seat, page.Args{})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(ids(got.Nodes()), test.want) {
			t.Errorf("%s: the trail is %v, want %v", test.name, ids(got.Nodes()), test.want)
		}
		if n, err := got.TotalCount(ctx); err != nil || n != len(test.want) {
			t.Errorf("%s: totalCount is %d (%v), want %d", test.name, n, err, len(test.want))
		}
	}
}

func TestEntriesOfAPageKnowItsBusinessUnits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sales, legal := uuid.New(), uuid.New()
	for n, unit := range []uuid.UUID{sales, legal, sales, uuid.Nil} {
		w.write(line{after: time.Duration(n) * time.Second, unit: unit})
	}
	ctx := as(t, lifecycle.Auditor, "*")
	got, err := w.log.List(ctx, page.Args{}, auditlog.ListInput{})
	if err != nil || len(got.Edges) != 4 {
		t.Fatal(got, err)
	}
	fetches := 0
	for _, e := range got.Nodes() {
		units, err := batch.Load(ctx, e.Units, "units", func(_ context.Context, units []uuid.UUID) ([]uuid.UUID, error) {
			fetches++
			return units, nil
		})
		if err != nil || len(units) != 2 || e.Unit != uuid.Nil && !slices.Contains(units, e.Unit) {
			t.Errorf("an entry of %s is looked up with %v (%v)", e.Unit, units, err)
		}
	}
	if fetches != 1 {
		t.Errorf("the business units of a page took %d look-ups, want 1", fetches)
	}
}
