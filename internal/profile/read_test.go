package profile_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
)

func TestList(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a, b := h.unit(t, "a"), h.unit(t, "b")
	add := func(unit id.ID, name string, f func(*profile.CreateCertificateProfileInput)) {
		in := usual(unit, name)
		if f != nil {
			f(&in)
		}
		h.create(t, in)
	}
	add(b, "Delta", nil)
	add(a, "Alpha", func(in *profile.CreateCertificateProfileInput) { in.SeatType = lifecycle.Device })
	add(b, "Beta", func(in *profile.CreateCertificateProfileInput) { in.AuthenticationMethod = lifecycle.EnrollmentCode })
	add(a, "Charlie", nil)
	h.archive(t, h.create(t, usual(a, "Before")).ID)
	many := make([]id.ID, 60)
	for i := range many {
		many[i] = id.New(id.BusinessUnit)
	}
	type filter = profile.CertificateProfileFilter
	for _, c := range []struct {
		name   string
		units  []string
		filter *filter
		order  *profile.CertificateProfileOrder
		want   []string
	}{
		{"by name", nil, nil, nil, []string{"Alpha", "Beta", "Charlie", "Delta"}},
		{"by name, merged from business units", []string{"a", "b"}, nil, nil, []string{"Alpha", "Beta", "Charlie", "Delta"}},
		{"the newest first", nil, nil, &profile.CertificateProfileOrder{Field: profile.ByCreatedAt, Direction: page.Descending}, []string{"Charlie", "Beta", "Alpha", "Delta"}},
		{"the viewer's", []string{"a"}, nil, nil, []string{"Alpha", "Charlie"}},
		{"none of the viewer's", []string{"nothing"}, nil, nil, nil},
		{"of one business unit", nil, &filter{BusinessUnitIDs: []id.ID{b, b}}, nil, []string{"Beta", "Delta"}},
		{"of more business units than are merged", nil, &filter{BusinessUnitIDs: append(many, b)}, nil, []string{"Beta", "Delta"}},
		{"of another's business unit", []string{"a"}, &filter{BusinessUnitIDs: []id.ID{b}}, nil, nil},
		{"of no business unit", nil, &filter{BusinessUnitIDs: []id.ID{}}, nil, nil},
		{"of a seat type", nil, &filter{SeatTypes: []lifecycle.SeatType{lifecycle.Device, lifecycle.Server}}, nil, []string{"Alpha"}},
		{"of no seat type", nil, &filter{SeatTypes: []lifecycle.SeatType{}}, nil, nil},
		{"of a method, in one business unit", nil, &filter{BusinessUnitIDs: []id.ID{b}, AuthenticationMethods: []lifecycle.AuthenticationMethod{lifecycle.ManualApproval}}, nil, []string{"Delta"}},
		{"archived ones too", []string{"a"}, &filter{IncludeArchived: ptr(true)}, nil, []string{"Alpha", "Before", "Charlie"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx := as(t, lifecycle.ViewOnly, c.units...)
			var seen []string
			args := page.Args{First: ptr(2)}
			for {
				p, err := h.profiles.List(ctx, args, c.filter, c.order)
				if err != nil {
					t.Fatal(err)
				}
				if n, err := p.TotalCount(ctx); err != nil || n != len(c.want) {
					t.Errorf("%d in all: %v", n, err)
				}
				for _, of := range p.Nodes() {
					seen = append(seen, of.Name)
				}
				if !p.PageInfo.HasNextPage {
					break
				}
				args.After = p.PageInfo.EndCursor
			}
			if !slices.Equal(seen, c.want) {
				t.Errorf("%v, want %v", seen, c.want)
			}
		})
	}
}

func TestNestedFieldsAreReadForAPageAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mailed, silent := h.unit(t, "mailed", "unit@example.com"), h.unit(t, "silent")
	for i := range 3 {
		h.create(t, usual(mailed, fmt.Sprintf("m%d", i)))
		h.create(t, usual(silent, fmt.Sprintf("s%d", i)))
	}
	own := usual(silent, "own")
	own.ApproverEmails = []string{"own@example.com"}
	h.create(t, own)
	ctx := as(t, lifecycle.ViewOnly)
	p, err := h.profiles.List(ctx, page.Args{}, nil, nil)
	if err != nil || len(p.Edges) != 7 {
		t.Fatalf("%d profiles: %v", len(p.Edges), err)
	}
	before := h.statements.Load()
	for _, of := range p.Nodes() {
		u, err := h.profiles.BusinessUnitOf(ctx, of)
		if err != nil || u == nil || u.ID.UUID != of.Unit {
			t.Errorf("%s: %+v %v", of.Name, u, err)
		}
		if is, err := h.profiles.ApproversAreMailed(ctx, of); err != nil || is != (of.Name == "own" || of.Unit == mailed.UUID) {
			t.Errorf("%s: approvers are mailed: %v %v", of.Name, is, err)
		}
	}
	if n := h.statements.Load() - before; n != 1 {
		t.Errorf("%d statements", n)
	}
}

func TestWhoSeesAProfile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.create(t, usual(h.unit(t, "research"), "Staff"))
	for _, c := range []struct {
		name      string
		ctx       context.Context
		forbidden bool
		sees      bool
	}{
		{"who sees all", as(t, lifecycle.Auditor), false, true},
		{"who sees its business unit", as(t, lifecycle.Approver, "research"), false, true},
		{"who sees another", as(t, lifecycle.Admin, "default"), false, false},
		{"who has no permission", as(t, lifecycle.Requester), true, false},
		{"nobody", t.Context(), true, false},
	} {
		one, err := h.profiles.One(c.ctx, p.ID)
		if no := refusal.Find(err); (no != nil) != c.forbidden || no != nil && no.Code != refusal.Forbidden || (one != nil) != c.sees {
			t.Errorf("%s, one: %v %v", c.name, one, err)
		}
		byID, err := h.profiles.ByIDs(c.ctx, []uuid.UUID{p.ID.UUID, uuid.New()})
		if err != nil || len(byID) == 1 != c.sees {
			t.Errorf("%s, by id: %v %v", c.name, byID, err)
		}
		if _, err := h.profiles.List(c.ctx, page.Args{}, nil, nil); (refusal.Find(err) != nil) != c.forbidden {
			t.Errorf("%s, the list: %v", c.name, err)
		}
	}
}

// A profile's business unit is not null in the schema, and approversAreMailed
// reads it: whoever sees profiles must see business units.
func TestWhoSeesProfilesSeesBusinessUnits(t *testing.T) {
	t.Parallel()
	for _, r := range lifecycle.Roles {
		if ps := r.Permissions(); ps.Has(lifecycle.ViewProfiles) && !ps.Has(lifecycle.ViewBusinessUnits) {
			t.Errorf("%s sees profiles and no business units", r)
		}
	}
}
