package demo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// telling is the story as the days are to run it: everything that happens, by day
// and business unit, and when something expires, by day.
type telling struct {
	events map[int]map[string][]event
	ends   map[int][]time.Duration
	calls  map[together]*call
}

// together is what several decisions have in common that are one call.
type together struct {
	unit     string
	at       moment
	kind     stepKind
	by, text string
}

func (t *telling) add(unit string, at moment, run func(context.Context) error) {
	if t.events[at.daysAgo] == nil {
		t.events[at.daysAgo] = map[string][]event{}
	}
	t.events[at.daysAgo][unit] = append(t.events[at.daysAgo][unit], event{at, run})
}

// day is what happens on a day, as sequences that may be run side by side: those of
// the morning, and then those of the afternoon.
func (t *telling) day(daysAgo int) (mornings, afternoons [][]event) {
	for _, events := range t.events[daysAgo] {
		slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(a.at.minute, b.at.minute) })
		noon := slices.IndexFunc(events, func(e event) bool { return e.at.minute >= minutesOfAsking })
		if noon < 0 {
			noon = len(events)
		}
		for n := range noon {
			mornings = append(mornings, events[n:n+1])
		}
		afternoons = append(afternoons, events[noon:])
	}
	return mornings, afternoons
}

// tell is the whole story between the foundation and the end.
func (s *seeding) tell() *telling {
	t := &telling{events: map[int]map[string][]event{}, ends: map[int][]time.Duration{}, calls: map[together]*call{}}
	for _, st := range stocks {
		s.tellSeats(t, st)
	}
	for _, o := range offers {
		s.tellRequests(t, o)
		s.tellEnrollments(t, o)
		if o.archived > 0 {
			t.add(o.unit, moment{o.archived, 60}, func(ctx context.Context) error { return s.archive(ctx, o, 60) })
		}
	}
	s.tellOpenly(t)
	s.tellSightings(t)
	s.tellAttempts(t)
	return t
}

// tellRequests tells of an offer's requests. What one person does to several of
// them at one moment, with the same words, is one call.
func (s *seeding) tellRequests(t *telling, o offer) {
	for _, a := range o.asks() {
		made := &request{ask: a}
		t.add(o.unit, a.at, func(ctx context.Context) error { return s.request(ctx, made) })
		if a.ends < 0 {
			day := int((-a.ends-1)/(24*time.Hour)) + 1
			t.ends[day] = append(t.ends[day], a.ends)
		}
		for n, st := range a.steps {
			c := &call{step: st, name: fmt.Sprintf("%s-%s-%d", st.kind, strings.TrimPrefix(a.name(), "request-"), n), requests: []*request{made}}
			if st.want != "" || st.kind != approves && st.kind != rejects {
				t.add(o.unit, st.at, func(ctx context.Context) error { return s.act(ctx, c) })
				continue
			}
			same := together{o.unit, st.at, st.kind, st.by.name, st.text}
			if first := t.calls[same]; first != nil {
				first.requests = append(first.requests, made)
				continue
			}
			t.calls[same] = c
			t.add(o.unit, st.at, func(ctx context.Context) error { return s.decide(ctx, c) })
		}
		s.tellFetched(t, made)
	}
}
