package live

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gatehouse/internal/audit"
	"gatehouse/internal/fault"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// sight is what a subscription's viewer may see.
type sight struct {
	viewer viewer.Viewer
	scope  scope.Scope
}

// sightOf is what the context's viewer may see. Nobody follows anything.
func (f *Feed) sightOf(ctx context.Context) (*sight, error) {
	v, ok := viewer.From(ctx)
	if !ok {
		return nil, fault.NoViewer
	}
	sc, err := f.scopes.Of(ctx)
	return &sight{v, sc}, err
}

// units names the viewer's business units: who has the same sees the same of them.
func (s *sight) units() string {
	if s.viewer.Units.All {
		return "*"
	}
	return fmt.Sprintf("%q", slices.Sorted(slices.Values(s.viewer.Units.Names)))
}

// own reports whether the event is about something of the viewer's own.
func (s *sight) own(e *store.Event) bool { return s.viewer.Is(e.RequesterIssuer, e.RequesterSubject) }

// jobs reports whether the viewer may see those of others.
func (s *sight) jobs() bool { return s.scope.All && s.viewer.May(lifecycle.ViewAuditLog) }

// meetNewUnits reads the scopes anew of those whose token names a business unit that
// was not there before, when one is made: it is theirs from its first moment. It
// reads once for each set of names.
func (f *Feed) meetNewUnits(ctx context.Context, events []store.Event) error {
	if !slices.ContainsFunc(events, func(e store.Event) bool { return e.Action == audit.CreateBusinessUnit }) {
		return nil
	}
	waiting := map[string][]*sight{}
	f.mu.Lock()
	for _, of := range f.followers {
		for s := range of {
			if see := s.sight(); !see.scope.All && len(see.scope.IDs()) < len(see.viewer.Units.Names) {
				waiting[see.units()] = append(waiting[see.units()], see)
			}
		}
	}
	f.mu.Unlock()
	for _, alike := range waiting {
		sc, err := f.scopes.Of(viewer.With(ctx, alike[0].viewer))
		if err != nil {
			return fmt.Errorf("find the business units of %s: %w", strings.Join(alike[0].viewer.Units.Names, ", "), err)
		}
		f.mu.Lock()
		for _, see := range alike {
			see.scope = sc
		}
		f.mu.Unlock()
	}
	return nil
}
