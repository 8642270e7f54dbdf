package viewer

import (
	"strings"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// Lacks is the no to a viewer who wants to see something and has none of the
// permissions for it; nil for who has one.
func (v Viewer) Lacks(what string, anyOf ...lifecycle.Permission) *refusal.Refusal {
	if v.Permissions.HasAny(anyOf...) {
		return nil
	}
	needs := make([]string, len(anyOf))
	for i, p := range anyOf {
		needs[i] = string(p)
	}
	roles := make([]string, len(v.Roles))
	for i, r := range v.Roles {
		roles[i] = string(r)
	}
	if len(roles) == 0 {
		return refusal.New(refusal.Forbidden, "You need %s to see %s; your token carries no role that Gatehouse knows.", strings.Join(needs, " or "), what)
	}
	return refusal.New(refusal.Forbidden, "You need %s to see %s; %s does not have it.", strings.Join(needs, " or "), what, strings.Join(roles, ", "))
}
