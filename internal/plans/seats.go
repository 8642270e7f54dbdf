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

// seatFilter is one filter of seats.
type seatFilter struct {
	name string
	put  func(*inventory.SeatFilter)
}

// seatFilters are all equality filters, with values of which there are many and values
// of which there are few.
func seatFilters() []seatFilter {
	type filter = inventory.SeatFilter
	yes, no := true, false
	all := []seatFilter{
		{"", func(*filter) {}},
		{"businessUnitIds", func(f *filter) { f.BusinessUnitIDs = []id.ID{made(id.BusinessUnit, "unit42")} }},
		{"seatIds", func(f *filter) { f.SeatIDs = []string{"SEAT-4711@unit.example"} }},
		{"emails", func(f *filter) { f.Emails = []string{"Person-4711@example.com"} }},
		{"hasEmail true", func(f *filter) { f.HasEmail = &yes }},
		{"hasEmail false", func(f *filter) { f.HasEmail = &no }},
		{"hasName true", func(f *filter) { f.HasName = &yes }},
		{"hasName false", func(f *filter) { f.HasName = &no }},
	}
	for _, s := range lifecycle.SeatStatuses {
		all = append(all, seatFilter{"statuses " + string(s), func(f *filter) { f.Statuses = []lifecycle.SeatStatus{s} }})
	}
	for _, s := range lifecycle.SeatTypes {
		all = append(all, seatFilter{"seatTypes " + string(s), func(f *filter) { f.SeatTypes = []lifecycle.SeatType{s} }})
	}
	return all
}

// seatQuestions are every system view with any one filter in any order, by somebody who
// sees everything; and each view, and in it each type newest first, by somebody of one
// business unit.
func seatQuestions(w *world) (all []question) {
	boss := viewer.New("https://login.example", "boss", "Somebody", "", []lifecycle.Role{lifecycle.Admin}, viewer.Units{All: true})
	local := viewer.New("https://login.example", "local", "Somebody", "", []lifecycle.Role{lifecycle.Admin}, viewer.Units{Names: []string{"unit-42"}})
	for _, v := range inventory.SeatViews {
		for n, f := range seatFilters() {
			all = append(all, ofSeats(w, boss, "", v, f)...)
			if n == 0 {
				all = append(all, ofSeats(w, local, " of one business unit", v, f)...)
			}
		}
	}
	return all
}

// ofSeats are the questions of one view and filter, in each order.
func ofSeats(w *world, by viewer.Viewer, who string, v inventory.SeatView, f seatFilter) (all []question) {
	for _, o := range orders("CREATED_AT", "UPDATED_AT", "SEAT_ID") {
		q := question{view: string(v) + who, filter: f.name, order: o[0] + " " + o[1]}
		if v == inventory.SeatsUnused {
			q.bound, q.why = lookedThrough, "span of unused_since"
		}
		if f.name == "emails" {
			q.bound, q.why = tenPages+w.rows/500, "with a sample of what is rare"
		}
		var filter inventory.SeatFilter
		f.put(&filter)
		order := inventory.SeatOrder{Field: inventory.SeatOrderField(o[0]), Direction: page.Direction(o[1])}
		q.ask = func(ctx context.Context) error {
			first := pageSize
			if _, err := w.inventory.Seats(viewer.With(ctx, by), page.Args{First: &first}, inventory.SeatListInput{View: &v, Filter: &filter, OrderBy: &order}); err != nil {
				return fmt.Errorf("asking for a page: %w", err)
			}
			return nil
		}
		all = append(all, q)
	}
	return all
}
