package live

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/filter"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

// EnrollmentFilter says which changes of enrollments to tell of. What is nil does not
// narrow; what is empty matches nothing.
type EnrollmentFilter struct {
	IDs             []id.ID
	BusinessUnitIDs []id.ID
	ProfileIDs      []id.ID
	Statuses        []lifecycle.Status
	RequestedByMe   *bool
}

// enrollmentRule is how the values of an EnrollmentFilter are treated.
var enrollmentRule = filter.RuleFor[EnrollmentFilter](filter.Forms{
	"ids": filter.IDs(id.Enrollment), "businessUnitIds": filter.IDs(id.BusinessUnit), "profileIds": filter.IDs(id.Profile),
})

// EnrollmentEvent is one committed change of one enrollment.
type EnrollmentEvent struct {
	Cursor       Cursor
	Change       lifecycle.ChangeKind
	Action       audit.Action
	At           time.Time
	EnrollmentID id.ID
	Status       lifecycle.Status
}

// Enrollments follows changes of enrollments until the context ends: those in the
// viewer's business units, and only their own requests without VIEW_ENROLLMENTS. It
// is refused with FORBIDDEN for who may see none at all, and with INVALID for ids of
// other things. A message that finds the
// queue full ends the stream with fault.TooSlow, once what waits was read.
func (f *Feed) Enrollments(ctx context.Context, given *EnrollmentFilter, after *Cursor) (<-chan *EnrollmentEvent, error) {
	eyes, err := f.sightOf(ctx)
	if err != nil {
		return nil, err
	}
	if no := eyes.viewer.Lacks("enrollments", lifecycle.ViewEnrollments, lifecycle.ViewOwnEnrollments); no != nil {
		return nil, no
	}
	wanted, no := enrollmentRule.Tidied(given)
	if no != nil {
		return nil, no
	}
	s := newStream(ctx, ofEnrollments, eyes, f.queue, enrollmentJudge(eyes, wanted))
	if err := f.follow(ctx, s, after); err != nil {
		return nil, err
	}
	return s.out, nil
}

// enrollmentJudge decides by the event alone: may the viewer see it, does the filter
// match what does not change, and how does the change of status look through it?
func enrollmentJudge(eyes *sight, wanted EnrollmentFilter) func(*store.Event) *EnrollmentEvent {
	ids, units, profiles := setOf(id.Enrollment, wanted.IDs), setOf(id.BusinessUnit, wanted.BusinessUnitIDs), setOf(id.Profile, wanted.ProfileIDs)
	statuses, mine := wanted.Statuses, wanted.RequestedByMe
	all := eyes.viewer.May(lifecycle.ViewEnrollments)
	return func(e *store.Event) *EnrollmentEvent {
		switch {
		case e.Resource != audit.Enrollment, e.Action == audit.ViewCode: // which changes nothing
			return nil
		case !ids.match(e.Thing), !units.match(e.BusinessUnit), !profiles.match(e.Profile), mine != nil && *mine != eyes.own(e):
			return nil
		case !eyes.scope.Has(e.BusinessUnit), !all && !eyes.own(e):
			return nil
		}
		change := looks(statuses, e.StatusBefore, e.Status)
		if change == "" {
			return nil
		}
		return &EnrollmentEvent{Cursor: Cursor(e.Position), Change: change, Action: e.Action, At: e.At, EnrollmentID: id.Of(id.Enrollment, e.Thing), Status: e.Status}
	}
}

// looks is how a change of status looks to somebody who follows these statuses (nil:
// all); empty when they do not see it. What is new was nothing before.
func looks(statuses []lifecycle.Status, before, after lifecycle.Status) lifecycle.ChangeKind {
	was := before != "" && (statuses == nil || slices.Contains(statuses, before))
	is := statuses == nil || slices.Contains(statuses, after)
	switch {
	case was && is:
		return lifecycle.Updated
	case is:
		return lifecycle.Entered
	case was:
		return lifecycle.Left
	}
	return ""
}

// set is ids to look for; nil is every one.
type set map[uuid.UUID]struct{}

// setOf is the set of the ids of a kind; those of another kind match nothing.
func setOf(k id.Kind, ids []id.ID) set {
	if ids == nil {
		return nil
	}
	s := set{}
	for _, u := range id.UUIDs(k, ids) {
		s[u] = struct{}{}
	}
	return s
}

func (s set) match(u uuid.UUID) bool {
	_, in := s[u]
	return in || s == nil
}
