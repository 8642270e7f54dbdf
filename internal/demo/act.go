package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// act is one thing that somebody did, or tried to do, at an instant of the past.
type act struct {
	// name tells it from all others.
	name string
	at   time.Time
	by   person
	// want is the refusal that it met; empty when it succeeded.
	want refusal.Code
	// once: it cannot be repeated as it was, because it takes a secret or makes
	// something random; so it is the audit log that knows whether it was done.
	once bool
}

// do runs an act: as its person, at its instant, from their desk, under its
// idempotency key. What it comes to must be what the story says.
func (s *seeding) do(ctx context.Context, a act, run func(ctx context.Context, key *string) ([]*refusal.Refusal, error)) error {
	// Who lacks the permission is turned away before their key is looked at, and
	// again on every repeat; so it is the audit log that knows of that, too.
	if s.resumed && (a.once || a.want == refusal.Forbidden) {
		if known, err := s.attempted(ctx, a); known || err != nil {
			return err
		}
	}
	key := prefix + a.name
	ctx = viewer.WithRequest(ctx, viewer.Request{ID: key, Address: a.by.desktop()})
	refusals, err := run(store.At(viewer.With(ctx, a.by.viewer()), a.at), &key)
	if err != nil {
		return fmt.Errorf("demo data: %s: %w", a.name, err)
	}
	var got refusal.Code
	for _, no := range refusals {
		if got = no.Code; got != a.want {
			return fmt.Errorf("demo data: %s by %s was refused: %w; %w", a.name, a.by.name, no, errStory)
		}
	}
	if got != a.want {
		return fmt.Errorf("demo data: %s by %s was to be refused with %s and was done; %w", a.name, a.by.name, a.want, errStory)
	}
	return nil
}

// attempted reports whether the audit log knows an act already.
func (s *seeding) attempted(ctx context.Context, a act) (bool, error) {
	after, many := a.at.Add(time.Microsecond), page.Most
	filter := &auditlog.Filter{Since: &a.at, Before: &after}
	if !a.once { // who has no login is known by their enrollment there
		filter.ActorSubjects = []string{a.by.subject()}
	}
	entries, err := s.house.Log.List(viewer.With(ctx, viewer.TheSystem()), page.Args{First: &many}, auditlog.ListInput{Filter: filter})
	if err != nil {
		return false, fmt.Errorf("demo data: look for %s in the audit log: %w", a.name, err)
	}
	return slices.ContainsFunc(entries.Nodes(), func(e *auditlog.Entry) bool { return e.RequestID == prefix+a.name }), nil
}
