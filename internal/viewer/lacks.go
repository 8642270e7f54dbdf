package viewer

import (
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// Lacks is the no to a viewer who wants to see something and has none of the
// permissions for it; nil for who has one.
func (v Viewer) Lacks(what string, anyOf ...lifecycle.Permission) *refusal.Refusal {
	if v.Permissions.HasAny(anyOf...) {
		return nil
	}
	return refusal.New(refusal.Forbidden, "%s", lifecycle.Lacking("to see "+what, v.Permissions, anyOf...))
}

// LacksUnits is the no to a viewer who wants to see something of the whole account
// and has not all business units; nil for who has.
func (v Viewer) LacksUnits(what string) *refusal.Refusal {
	if v.Units.All {
		return nil
	}
	return refusal.New(refusal.Forbidden, "%s", lifecycle.LackingUnits("to see "+what))
}
