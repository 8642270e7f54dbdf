package inventory

import (
	"time"

	"gatehouse/internal/refusal"
)

// span is a part of a filter that asks for a time between two: since is included,
// before excluded, and either may be left out. The names are those of its fields.
type span struct {
	since, before         *time.Time
	nameSince, nameBefore string
}

// forwards refuses spans that end where they begin, or earlier: nothing can lie in
// them, and an empty list would hide that the two were mixed up. Refused: INVALID.
func forwards(spans ...span) *refusal.Refusal {
	for _, s := range spans {
		if s.since == nil || s.before == nil || s.since.Before(*s.before) {
			continue
		}
		return refusal.New(refusal.Invalid, "No time lies in the filter's span from %s to %s: %s must be earlier than %s.",
			s.since.UTC().Format(time.RFC3339Nano), s.before.UTC().Format(time.RFC3339Nano), s.nameSince, s.nameBefore).At("filter", s.nameBefore)
	}
	return nil
}
