//go:build unix

package main

import (
	"context"
	"fmt"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/viewer"
)

// lookedThrough is what a page may read at most that no index fills: so many candidates
// in the list's order, and as many once more to say that there are others.
const lookedThrough = 2*page.MaxCandidates + 3*tenPages

// enrollmentFilter is one equality filter.
type enrollmentFilter struct {
	name string
	put  func(*inventory.EnrollmentFilter)
	// few is how many enrollments of one name it may read, when these are more than ten
	// pages' worth.
	few string
}

func made(k id.Kind, what string) id.ID { return id.Of(k, md5ID(what)) }

// enrollmentFilters are all equality filters, with values of which there are many and
// values of which there are few.
func enrollmentFilters(w *world) []enrollmentFilter {
	type filter = inventory.EnrollmentFilter
	one, yes, no := w.one, true, false
	all := []enrollmentFilter{
		{"", func(*filter) {}, ""},
		{"businessUnitIds", func(f *filter) { f.BusinessUnitIDs = []id.ID{made(id.BusinessUnit, "unit42")} }, ""},
		{"profileIds", func(f *filter) { f.ProfileIDs = []id.ID{made(id.Profile, "profile2")} }, ""},
		{"profileIds (3)", func(f *filter) {
			f.ProfileIDs = []id.ID{made(id.Profile, "profile290"), made(id.Profile, "profile3"), made(id.Profile, "profile10")}
		}, ""},
		{"seats", func(f *filter) { f.Seats = []id.ID{made(id.Seat, one.seat)} }, ""},
		{"seatIds", func(f *filter) { f.SeatIDs = []string{one.seatID} }, ""},
		{"emails", func(f *filter) { f.Emails = []string{one.email} }, ""},
		{"requesters person", func(f *filter) { f.Requesters = []string{"person-4711"} }, ""},
		{"requesters manager", func(f *filter) { f.Requesters = []string{"manager-42"} }, "all of the manager's"},
		{"hasSeat true", func(f *filter) { f.HasSeat = &yes }, ""},
		{"hasSeat false", func(f *filter) { f.HasSeat = &no }, ""},
		{"hasEmail true", func(f *filter) { f.HasEmail = &yes }, ""},
		{"hasEmail false", func(f *filter) { f.HasEmail = &no }, ""},
	}
	for _, s := range []lifecycle.IssuanceState{lifecycle.IssuanceRequested, lifecycle.IssuanceFailed} {
		all = append(all, enrollmentFilter{"issuance " + string(s), func(f *filter) { f.Issuance = []lifecycle.IssuanceState{s} }, ""})
	}
	for _, s := range lifecycle.Statuses {
		all = append(all, enrollmentFilter{"statuses " + string(s), func(f *filter) { f.Statuses = []lifecycle.Status{s} }, ""})
	}
	for _, s := range []lifecycle.SeatType{lifecycle.User, lifecycle.Server, lifecycle.Device, lifecycle.Unified, lifecycle.Organization} {
		all = append(all, enrollmentFilter{"seatTypes " + string(s), func(f *filter) { f.SeatTypes = []lifecycle.SeatType{s} }, ""})
	}
	for _, s := range []lifecycle.AuthenticationMethod{lifecycle.EnrollmentCode, lifecycle.ManualApproval} {
		all = append(all, enrollmentFilter{"authenticationMethods " + string(s), func(f *filter) { f.AuthenticationMethods = []lifecycle.AuthenticationMethod{s} }, ""})
	}
	for _, s := range lifecycle.EnrollmentMethods {
		all = append(all, enrollmentFilter{"enrollmentMethods " + string(s), func(f *filter) { f.EnrollmentMethods = []lifecycle.EnrollmentMethod{s} }, ""})
	}
	for _, s := range lifecycle.CATypes {
		all = append(all, enrollmentFilter{"caTypes " + string(s), func(f *filter) { f.CaTypes = []lifecycle.CAType{s} }, ""})
	}
	return all
}

// enrollmentQuestions are every system view with any one filter in any order, by
// somebody who sees everything; and each view without a filter by somebody of one
// business unit and by a requester.
func enrollmentQuestions(w *world) (all []question) {
	boss := viewer.New("https://login.example", "approver-1", "Somebody", "approver-1@example.com", []lifecycle.Role{lifecycle.Admin}, viewer.Units{All: true})
	local := viewer.New("https://login.example", "approver-1", "Somebody", "approver-1@example.com", []lifecycle.Role{lifecycle.Admin}, viewer.Units{Names: []string{"unit-42"}})
	person := viewer.New("https://login.example", "person-4711", "Somebody", "", []lifecycle.Role{lifecycle.Requester}, viewer.Units{All: true})
	mine := viewer.New("https://login.example", "person-4711", "Somebody", "", []lifecycle.Role{lifecycle.Admin}, viewer.Units{All: true})
	for _, v := range inventory.EnrollmentViews {
		by := boss
		if v == inventory.ViewMine {
			by = mine
		}
		for _, f := range enrollmentFilters(w) {
			all = append(all, ofEnrollments(w, by, "", v, f)...)
		}
		all = append(all, ofEnrollments(w, local, " of one business unit", v, enrollmentFilter{"", func(*inventory.EnrollmentFilter) {}, ""})...)
		all = append(all, ofEnrollments(w, person, " of a requester", v, enrollmentFilter{"", func(*inventory.EnrollmentFilter) {}, ""})...)
	}
	return append(all, deepEnrollments(w, boss)...)
}

// deepEnrollments ask for page 1,000, which reads no more than the first.
func deepEnrollments(w *world, by viewer.Viewer) (all []question) {
	for _, o := range orders("CREATED_AT", "SEAT_ID") {
		order := inventory.EnrollmentOrder{Field: inventory.EnrollmentOrderField(o[0]), Direction: page.Direction(o[1])}
		all = append(all, question{view: "ALL, page 1,000", order: o[0] + " " + o[1], ask: func(ctx context.Context) error {
			size := page.Most
			args := page.Args{First: &size}
			for read := 0; read < min(1000*pageSize, w.rows/2); read += size {
				p, err := w.inventory.Enrollments(viewer.With(ctx, by), args, inventory.EnrollmentListInput{OrderBy: &order}, inventory.Fields{})
				if err != nil {
					return fmt.Errorf("reading on to page 1,000: %w", err)
				}
				args.After = p.PageInfo.EndCursor
			}
			w.asked, size = nil, pageSize
			if _, err := w.inventory.Enrollments(viewer.With(ctx, by), args, inventory.EnrollmentListInput{OrderBy: &order}, inventory.Fields{}); err != nil {
				return fmt.Errorf("asking for page 1,000: %w", err)
			}
			return nil
		}})
	}
	return all
}

// ofEnrollments are the questions of one view and filter, in each order.
func ofEnrollments(w *world, by viewer.Viewer, who string, v inventory.EnrollmentView, f enrollmentFilter) (all []question) {
	spans := map[inventory.EnrollmentView]string{inventory.ViewExpiringSoon: "EXPIRES_AT", inventory.ViewRecentlyRedeemed: "UPDATED_AT"}
	for _, o := range orders("CREATED_AT", "UPDATED_AT", "EXPIRES_AT", "SEAT_ID") {
		q := question{view: string(v) + who, filter: f.name, order: o[0] + " " + o[1]}
		if own := spans[v]; own != "" && own != o[0] {
			q.bound, q.why = lookedThrough, "span of "+own
		}
		if f.few != "" {
			q.bound, q.why = lookedThrough, f.few
		}
		var filter inventory.EnrollmentFilter
		f.put(&filter)
		order := inventory.EnrollmentOrder{Field: inventory.EnrollmentOrderField(o[0]), Direction: page.Direction(o[1])}
		q.ask = func(ctx context.Context) error {
			first := pageSize
			_, err := w.inventory.Enrollments(viewer.With(ctx, by), page.Args{First: &first}, inventory.EnrollmentListInput{View: &v, Filter: &filter, OrderBy: &order}, inventory.Fields{})
			if err != nil {
				return fmt.Errorf("asking for a page: %w", err)
			}
			return nil
		}
		all = append(all, q)
	}
	return all
}
