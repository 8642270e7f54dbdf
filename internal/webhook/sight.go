package webhook

import (
	"context"
	"encoding/json"
	"fmt"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/viewer"
)

// sight is which webhooks exist for a viewer: their own; those for business units
// that are all the viewer's; and every one for who sees all business units. A webhook
// for all that its maker may see is nobody else's.
type sight struct {
	scope  scope.Scope
	viewer viewer.Viewer
}

func (ws *Webhooks) sightOf(ctx context.Context) (sight, error) {
	v, _ := viewer.From(ctx) // of nobody the scope is empty, and they own nothing
	sc, err := ws.scopes.Of(ctx)
	return sight{sc, v}, err
}

// condition narrows webhooks w by arguments from $n on.
func (s sight) condition(n int) (string, []any) {
	var units any
	if !s.scope.All {
		b, _ := json.Marshal(s.scope.IDs()) // a list of ids
		units = string(b)
	}
	return fmt.Sprintf(`($%[1]d::jsonb IS NULL OR w.owner_issuer = $%[2]d AND w.owner_subject = $%[3]d
  OR jsonb_array_length(w.business_unit_ids) > 0 AND w.business_unit_ids <@ $%[1]d::jsonb)`, n, n+1, n+2), []any{units, s.viewer.Issuer, s.viewer.Subject}
}

// lacks is the no to who may not see webhooks; nil for who may.
func lacks(ctx context.Context) *refusal.Refusal {
	v, _ := viewer.From(ctx)
	return v.Lacks("webhooks", lifecycle.ManageWebhooks)
}

func missing(one id.ID) *refusal.Refusal { return id.Missing("webhook", one).At("id") }
