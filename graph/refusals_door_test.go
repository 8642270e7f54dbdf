package graph_test

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// atTheDoor are the attempts that every mutation refuses in one way: by somebody
// without the permission, with an empty idempotency key, and with a key that has
// another input. They call a mutation as its first other attempts do.
func atTheDoor(schema *ast.Schema, specific []attempt) []attempt {
	calls := map[string][]string{}
	for _, a := range specific {
		for _, k := range a.asks {
			if k.by == nil && k.before == "" {
				calls[k.mutation()] = once(calls[k.mutation()], k.call)
			}
		}
	}
	keyed := func(call, key string) string {
		return strings.Replace(call, "(input: {", `(input: {idempotencyKey: "`+key+`", `, 1)
	}
	var lacking, partly []attempt
	empty := attempt{refusal.Invalid, "An idempotency key that is empty", "1 to 255 characters", nil}
	reused := attempt{refusal.KeyReused, "The idempotency key of another call of the mutation", "use a new key", nil}
	for _, m := range mutations(schema) {
		these := calls[m.Name]
		if len(these) < 2 {
			continue // everyNamedCodeIsHeard names what has no attempt
		}
		need, _ := lifecycle.MutationNeeds(m.Name)
		if !need.NoLogin {
			who, by := without(need)
			lacking = append(lacking, attempt{refusal.Forbidden, who, "would", []ask{{by: by, call: these[0]}}})
		}
		if need.AllUnits {
			partly = append(partly, attempt{refusal.Forbidden, "With a token that names some business units", `("*")`, []ask{{by: carl, call: these[0]}}})
		}
		empty.asks = append(empty.asks, ask{call: keyed(these[0], ""), field: "idempotencyKey"})
		reused.asks = append(reused.asks, ask{before: keyed(these[1], "monday-1"), call: keyed(these[0], "monday-1"), field: "idempotencyKey"})
	}
	return append(slices.Concat(lacking, partly), empty, reused)
}

// without is somebody whose role does not give what a mutation needs, and how the
// page calls them; nobody with a role where every role gives it.
func without(need lifecycle.Need) (string, func() viewer.Viewer) {
	for _, role := range []lifecycle.Role{lifecycle.ViewOnly, lifecycle.Requester} {
		v := colleague("vera", "Vera Example", role)
		if !v.Permissions.HasAny(need.AnyOf...) {
			return "By a " + string(role), func() viewer.Viewer { return v }
		}
	}
	return "By somebody without a role", nobody
}
