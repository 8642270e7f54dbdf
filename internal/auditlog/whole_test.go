package auditlog_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/auditlog"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

// TestAListIsWhatItsFilterSays: of some entries that differ in everything, each filter,
// alone and with others, lists those that a loop over all of them finds; as pages, as a
// whole, and as a count.
func TestAListIsWhatItsFilterSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	units := []id.ID{id.New(id.BusinessUnit), id.New(id.BusinessUnit), id.New(id.BusinessUnit)}
	things := []id.ID{id.New(id.Seat), id.New(id.Seat), id.New(id.Seat)}
	actors, acts := []string{"anna", "bob", "carl"}, []audit.Action{audit.UpdateSeat, audit.DeleteSeat, audit.CreateSeat}
	kinds, codes := []audit.Resource{audit.Seat, audit.Enrollment, audit.View}, []string{"", "NO_SEAT_LEFT", "OWN_REQUEST"}
	chance := rand.New(rand.NewPCG(6, 5))
	for n := range 300 {
		w.write(line{
			after: time.Duration(n/3) * time.Minute, actor: actors[chance.IntN(3)], action: acts[chance.IntN(3)], resource: kinds[chance.IntN(3)], // three of each time
			thing: things[chance.IntN(3)].UUID, unit: units[chance.IntN(3)].UUID, code: codes[chance.IntN(3)], request: fmt.Sprint("req-", chance.IntN(3)),
		})
	}
	minute := func(n time.Duration) time.Time { return noon.Add(n * time.Minute) }
	filters := []struct {
		name string
		put  func(*auditlog.Filter)
		fits func(*auditlog.Entry) bool
	}{
		{"actors", func(f *auditlog.Filter) { f.ActorSubjects = []string{"anna", "carl"} }, func(e *auditlog.Entry) bool { return e.Actor.Subject != "bob" }},
		{"acts", func(f *auditlog.Filter) { f.Actions = acts[:2] }, func(e *auditlog.Entry) bool { return e.Action != audit.CreateSeat }},
		{"kinds", func(f *auditlog.Filter) { f.ResourceTypes = kinds[1:2] }, func(e *auditlog.Entry) bool { return e.ResourceType == audit.Enrollment }},
		{"things", func(f *auditlog.Filter) { f.ResourceIDs = things[:2] }, func(e *auditlog.Entry) bool {
			return e.ResourceType == audit.Seat && slices.Contains(things[:2], *e.ResourceID)
		}},
		{"many things", func(f *auditlog.Filter) {
			f.ResourceIDs = slices.Clone(things[1:])
			for range 40 {
				f.ResourceIDs = append(f.ResourceIDs, id.New(id.Seat))
			}
		}, func(e *auditlog.Entry) bool {
			return e.ResourceType == audit.Seat && slices.Contains(things[1:], *e.ResourceID)
		}},
		{"business units", func(f *auditlog.Filter) { f.BusinessUnitIDs = units[1:] }, func(e *auditlog.Entry) bool { return e.Unit != units[0].UUID }},
		{"outcomes", func(f *auditlog.Filter) { f.Outcomes = []audit.Outcome{audit.Refused} }, func(e *auditlog.Entry) bool { return e.Code != nil }},
		{"codes", func(f *auditlog.Filter) { f.Codes = []refusal.Code{refusal.NoSeatLeft} }, func(e *auditlog.Entry) bool { return e.Code != nil && *e.Code == refusal.NoSeatLeft }},
		{"a request", func(f *auditlog.Filter) { f.RequestID = new("req-1") }, func(e *auditlog.Entry) bool { return e.RequestID == "req-1" }},
		{"no such acts", func(f *auditlog.Filter) { f.ExcludeActions = acts[1:2] }, func(e *auditlog.Entry) bool { return e.Action != audit.DeleteSeat }},
		{"no such actors", func(f *auditlog.Filter) { f.ExcludeActorSubjects = actors[:1] }, func(e *auditlog.Entry) bool { return e.Actor.Subject != "anna" }},
		{"a time", func(f *auditlog.Filter) { f.Since, f.Before = new(minute(20)), new(minute(80)) }, func(e *auditlog.Entry) bool { return !e.At.Before(minute(20)) && e.At.Before(minute(80)) }},
	}
	most := page.Most
	for _, seen := range [][]string{{"*"}, {units[0].String(), units[1].String()}} {
		ctx := as(t, lifecycle.Auditor, seen...)
		for _, direction := range []page.Direction{page.Ascending, page.Descending} {
			all := w.walked(ctx, auditlog.ListInput{OrderBy: &auditlog.Order{Direction: direction}})
			for n, a := range filters {
				for _, b := range filters[n:] {
					if a.name == "things" && b.name == "many things" {
						continue // they set the same field
					}
					var f auditlog.Filter
					a.put(&f)
					b.put(&f)
					in := auditlog.ListInput{Filter: &f, OrderBy: &auditlog.Order{Direction: direction}}
					var want []uuid.UUID
					for _, e := range all {
						if a.fits(e) && b.fits(e) {
							want = append(want, e.ID.UUID)
						}
					}
					if got := ids(w.walked(ctx, in)); !slices.Equal(got, want) {
						t.Errorf("%s and %s of %v: a walk finds %d, want %d", a.name, b.name, seen, len(got), len(want))
					}
					p, err := w.log.List(ctx, page.Args{First: &most}, in)
					if err != nil {
						t.Fatal(err)
					}
					if got := ids(p.Nodes()); !slices.Equal(got, want[:min(most, len(want))]) {
						t.Errorf("%s and %s of %v: a page has %d, want the first of %d", a.name, b.name, seen, len(got), len(want))
					}
					if got, capped, err := w.log.Count(ctx, in); err != nil || capped || got != len(want) {
						t.Errorf("%s and %s of %v: %d are counted, %v; want %d", a.name, b.name, seen, got, err, len(want))
					}
				}
			}
		}
	}
}

// walked are all entries of a list.
func (w *world) walked(ctx context.Context, in auditlog.ListInput) (all []*auditlog.Entry) {
	w.t.Helper()
	if err := w.log.EachEntry(ctx, in, func(some []*auditlog.Entry) error {
		all = append(all, some...)
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	return all
}

func TestTheFormOfAFilter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		name, says, field string
		of                auditlog.Filter
	}{
		{"an actor with a NUL", "control character", "input.filter.actorSubjects.1", auditlog.Filter{ActorSubjects: []string{"anna", "a\x00b"}}},
		{"nobody with bytes that are no UTF-8", "UTF-8", "input.filter.excludeActorSubjects.0", auditlog.Filter{ExcludeActorSubjects: []string{"a\xff"}}},
		{"an id that is no business unit's", "the id of something else; an id begins with bu_ here", "input.filter.businessUnitIds.0", auditlog.Filter{BusinessUnitIDs: []id.ID{id.New(id.Seat)}}},
		{"101 actors", "has 101 values; up to 100", "input.filter.actorSubjects", auditlog.Filter{ActorSubjects: make([]string, 101)}},
		{"an empty request", "empty", "input.filter.requestId", auditlog.Filter{RequestID: new("")}},
		{"a request of two lines", "control character", "input.filter.requestId", auditlog.Filter{RequestID: new("a\nb")}},
		{"a time that is over before it begins", "since must be earlier than before", "input.filter.before", auditlog.Filter{Since: new(noon.Add(1)), Before: new(noon)}},
		{"a time without a moment", "since must be earlier than before", "input.filter.before", auditlog.Filter{Since: new(noon), Before: new(noon)}},
	} {
		in := auditlog.ListInput{Filter: &c.of}
		_, err := w.log.List(as(t, lifecycle.Auditor, "*"), page.Args{}, in)
		no := refusal.Find(err)
		if no == nil || no.Code != refusal.Invalid || !strings.Contains(no.Message, c.says) || strings.Join(no.Field, ".") != c.field {
			t.Errorf("%s: %v", c.name, err)
		}
		if form := in.Form(); form == nil || no != nil && form.Message != no.Message {
			t.Errorf("%s: its form says %v", c.name, form)
		}
	}
	for _, ask := range []func() error{
		func() error { return w.log.EachEntry(as(t, lifecycle.ViewOnly, "*"), auditlog.ListInput{}, nil) },
		func() error {
			_, _, err := w.log.Count(as(t, lifecycle.ViewOnly, "*"), auditlog.ListInput{})
			return err
		},
	} {
		if no := refusal.Find(ask()); no == nil || no.Code != refusal.Forbidden {
			t.Errorf("without VIEW_AUDIT_LOG: %v", no)
		}
	}
}
