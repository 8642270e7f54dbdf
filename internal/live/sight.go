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

// lacks reports whether the viewer's token names a business unit that is not there: it
// is theirs from the moment at which it is made.
func (s *sight) lacks() bool { return !s.scope.All && len(s.scope.IDs()) < len(s.viewer.Units.Names) }

// made is the number of the last event that tells of a new business unit; 0 for none.
func made(events []store.Event) (last int64) {
	for n := range events {
		if events[n].Action == audit.CreateBusinessUnit {
			last = events[n].Position
		}
	}
	return last
}

// unmet are the sights for which it is to be looked, before these events are told,
// whether a business unit is there by now: those that have just come, and when one was
// made all that lack one. They are grouped by whom they are alike.
func (f *Feed) unmet(events []store.Event) map[string][]*sight {
	last, all := made(events), map[string][]*sight{}
	for see, looked := range f.lacking {
		if looked == 0 || looked < last {
			all[see.units()] = append(all[see.units()], see)
		}
	}
	return all
}

// meetNewUnits looks for the business units of those who may see new ones in these
// events, once for each set of names.
func (f *Feed) meetNewUnits(ctx context.Context, events []store.Event) error {
	f.mu.Lock()
	unmet := f.unmet(events)
	f.mu.Unlock()
	for _, alike := range unmet {
		sc, err := f.unitsOf(ctx, alike[0])
		if err != nil {
			return err
		}
		f.mu.Lock()
		for _, see := range alike {
			see.scope = sc
			if _, follows := f.lacking[see]; !follows {
				continue // it has left
			}
			if f.lacking[see] = events[len(events)-1].Position; !see.lacks() {
				delete(f.lacking, see)
			}
		}
		f.mu.Unlock()
	}
	return nil
}

// sees looks for the business units of who catches up, when one was made in the events
// that are about to be told.
func (f *Feed) sees(ctx context.Context, see *sight, events []store.Event) error {
	if made(events) == 0 || !see.lacks() {
		return nil
	}
	sc, err := f.unitsOf(ctx, see)
	if err == nil {
		see.scope = sc
	}
	return err
}

// unitsOf are the business units that the sight's viewer sees now.
func (f *Feed) unitsOf(ctx context.Context, see *sight) (scope.Scope, error) {
	sc, err := f.scopes.Of(viewer.With(ctx, see.viewer))
	if err != nil {
		return sc, fmt.Errorf("find the business units of %s: %w", strings.Join(see.viewer.Units.Names, ", "), err)
	}
	return sc, nil
}
