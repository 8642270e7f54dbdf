package export

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/view"
)

// parameters are what the address of a list's export can say.
var parameters = []string{"view", "viewId", "search", "filter", "orderBy", "columns", "state"}

// Asked is the content that an address asks for: of a list, narrowed by the query's
// view, viewId, search, filter and orderBy (JSON, as the list's arguments take them) or
// by a state as listState makes one; of the columns, separated by commas.
//
// It refuses with INVALID what it does not know, rather than exporting more than was
// meant: a parameter of another name, one that is there twice, a part of a filter that
// this version cannot use.
func (es *Exports) Asked(ctx context.Context, list lifecycle.List, format lifecycle.ExportFormat, query url.Values) (Content, error) {
	c := Content{Format: format}
	if no := onlyOnce(query, parameters); no != nil {
		return c, no
	}
	if query.Has("columns") {
		c.Columns = strings.Split(query.Get("columns"), ",")
	}
	if no := named(list, given(query, "view")); no != nil {
		return c, no
	}
	written := view.Written{List: list, SystemView: given(query, "view"), Search: typed(given(query, "search")), Filter: json.RawMessage(query.Get("filter")), OrderBy: json.RawMessage(query.Get("orderBy"))}
	if query.Has("state") {
		for _, beside := range []string{"view", "viewId", "search", "filter", "orderBy"} {
			if query.Has(beside) {
				return c, refusal.New(refusal.Invalid, "A state says all of a list; leave out %s beside it.", beside)
			}
		}
		state := query.Get("state")
		kept, err := es.views.State(ctx, nil, nil, &state)
		if err != nil {
			return c, err
		}
		if kept.List != list {
			return c, refusal.New(refusal.Invalid, "This state is one of the list %s, and this address exports %s.", kept.List, list)
		}
		if no := useless(kept.Problems); no != nil {
			return c, no
		}
		written = view.Written{List: list, SystemView: kept.SystemView, Search: kept.Search, Filter: kept.Filter, OrderBy: kept.OrderBy}
		if c.Columns == nil {
			c.Columns = subjectOf(list).chosen(kept.Columns)
		}
	}
	for _, name := range []string{"filter", "orderBy"} {
		if text := query.Get(name); text != "" && !json.Valid([]byte(text)) {
			return c, refusal.New(refusal.Invalid, "%s is not JSON; write it as the list's argument stands in the variables of a GraphQL request.", name)
		}
	}
	in, problems := view.Decode(list, written.SystemView, written.Search, orNone(written.Filter), orNone(written.OrderBy))
	if no := useless(problems); no != nil {
		return c, no
	}
	if text := given(query, "viewId"); text != nil {
		one, err := id.Parse(*text)
		if err != nil {
			return c, err
		}
		name(&in, one)
	}
	c.List = &in
	return c, nil
}

// AskedResults is Asked for the results of a job: a query has nothing but columns.
func (es *Exports) AskedResults(job id.ID, format lifecycle.ExportFormat, query url.Values) (Content, error) {
	c := Content{Job: &job, Format: format}
	if no := onlyOnce(query, []string{"columns"}); no != nil {
		return c, no
	}
	if query.Has("columns") {
		c.Columns = strings.Split(query.Get("columns"), ",")
	}
	return c, nil
}

// onlyOnce refuses parameters of other names, and those that are there twice.
func onlyOnce(query url.Values, known []string) *refusal.Refusal {
	for name, values := range query {
		if !slices.Contains(known, name) {
			return refusal.New(refusal.Invalid, "This address has no parameter %.60q; it has %s.", name, strings.Join(known, ", "))
		}
		if len(values) > 1 {
			return refusal.New(refusal.Invalid, "The parameter %s is there %d times; say it once.", name, len(values))
		}
	}
	return nil
}

// useless refuses a list with parts that this version cannot use.
func useless(problems []*view.ListProblem) *refusal.Refusal {
	for _, p := range problems {
		return refusal.New(refusal.Invalid, "The list cannot be exported because of its %s.", p.Reason())
	}
	return nil
}

// given is a parameter's value; nil when it is not there.
func given(query url.Values, name string) *string {
	if !query.Has(name) {
		return nil
	}
	value := query.Get(name)
	return &value
}

// named refuses a system view that the list has not; nil is none.
func named(list lifecycle.List, wanted *string) *refusal.Refusal {
	var views []string
	switch list {
	case lifecycle.Enrollments:
		views = words(inventory.EnrollmentViews)
	case lifecycle.Seats:
		views = words(inventory.SeatViews)
	case lifecycle.Certificates:
		views = words(inventory.CertificateViews)
	}
	switch {
	case wanted == nil || slices.Contains(views, *wanted):
		return nil
	case len(views) == 0:
		return refusal.New(refusal.Invalid, "There are no views of this list; leave out view.")
	}
	return refusal.New(refusal.Invalid, "There is no view %.60q of this list; there are %s.", *wanted, strings.Join(views, ", "))
}

// typed is a search as somebody typed it: an empty one becomes a blank, which the list
// refuses, while view.Decode takes nothing at all as no search.
func typed(search *string) *string {
	if search != nil && *search == "" {
		return new(" ")
	}
	return search
}

// orNone is nil for an empty text.
func orNone(text json.RawMessage) json.RawMessage {
	if len(text) == 0 {
		return nil
	}
	return text
}

// name makes a list name a saved view.
func name(in *view.ListInput, one id.ID) {
	switch {
	case in.Enrollments != nil:
		in.Enrollments.ViewID = &one
	case in.Seats != nil:
		in.Seats.ViewID = &one
	case in.Certificates != nil:
		in.Certificates.ViewID = &one
	case in.AuditEntries != nil:
		in.AuditEntries.ViewID = &one
	}
}
