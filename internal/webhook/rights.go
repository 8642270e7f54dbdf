package webhook

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// rights are what a webhook may be told: what its owner may see, by the token that
// they made or last changed it with, in the business units that those names mean now.
type rights struct {
	viewer viewer.Viewer
	scope  scope.Scope
}

// rightsOf are those of a webhook. memory keeps what was found for this page, since
// the webhooks of one person mostly have the same.
func (ws *Webhooks) rightsOf(ctx context.Context, h *hook, memory map[string]rights) (rights, error) {
	if known, ok := memory[string(h.actor)]; ok {
		return known, nil
	}
	v, err := viewer.Recall(h.actor)
	if err != nil { // nobody's rights are none, and one such row keeps no other webhook waiting
		return rights{}, nil //nolint:nilerr // so it is told nothing
	}
	sc, err := ws.scopes.Of(viewer.With(ctx, v))
	if err != nil {
		return rights{}, err
	}
	memory[string(h.actor)] = rights{v, sc}
	return memory[string(h.actor)], nil
}

// shows is which permission shows a kind of thing. What is not in it belongs to
// people and to the server, and is shown to those who see the whole audit log.
var shows = map[audit.Resource]lifecycle.Permission{
	audit.Enrollment: lifecycle.ViewEnrollments, audit.Seat: lifecycle.ViewSeats, audit.Certificate: lifecycle.ViewCertificates,
	audit.Profile: lifecycle.ViewProfiles, audit.BusinessUnit: lifecycle.ViewBusinessUnits, audit.License: lifecycle.ViewBusinessUnits,
	audit.Allocation: lifecycle.ViewBusinessUnits,
}

// see reports whether a thing of a kind in a business unit (none: the zero UUID) may
// be told of.
func (r rights) see(resource audit.Resource, unit uuid.UUID) bool {
	if !r.viewer.May(lifecycle.ManageWebhooks) || !r.scope.Has(unit) {
		return false
	}
	needed, known := shows[resource]
	if !known {
		return r.scope.All && r.viewer.May(lifecycle.ViewAuditLog)
	}
	return r.viewer.May(needed)
}

// wants reports whether the webhook asks for an event. A list that is left out does
// not narrow; profiles leave out all but enrollments.
func (h *hook) wants(e store.Event) bool {
	return (h.Actions == nil || slices.Contains(h.Actions, e.Action)) &&
		(h.ResourceTypes == nil || slices.Contains(h.ResourceTypes, e.Resource)) &&
		(h.BusinessUnitIDs == nil || slices.Contains(h.BusinessUnitIDs, id.Of(id.BusinessUnit, e.BusinessUnit))) &&
		(h.ProfileIDs == nil || e.Resource == audit.Enrollment && slices.Contains(h.ProfileIDs, id.Of(id.Profile, e.Profile)))
}
