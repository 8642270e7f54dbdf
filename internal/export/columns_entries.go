package export

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/businessunit"
)

// entries are the columns of an audit entry. What changed is one column, of JSON.
func (es *Exports) entries() []column[auditlog.Entry] {
	type entry = auditlog.Entry
	unitOf := func(ctx context.Context, e *entry) (*businessunit.BusinessUnit, error) {
		return es.units.Of(ctx, e.Units, e.Unit)
	}
	return slices.Concat([]column[entry]{
		plain("id", func(e *entry) any { return e.ID.String() }),
		plain("at", func(e *entry) any { return e.At }),
		plain("actorKind", func(e *entry) any { return string(e.Actor.Kind) }),
		plain("actorIssuer", func(e *entry) any { return e.Actor.Issuer }),
		plain("actorSubject", func(e *entry) any { return e.Actor.Subject }),
		plain("actorName", func(e *entry) any { return e.Actor.Name }),
		plain("actorRoles", func(e *entry) any { return words(e.Actor.Roles) }),
		plain("action", func(e *entry) any { return string(e.Action) }),
		plain("resourceType", func(e *entry) any { return string(e.ResourceType) }),
		plain("resourceId", func(e *entry) any { return idOrNil(e.ResourceID) }),
	}, unit(unitOf, unitID, unitKey, unitName), []column[entry]{
		plain("outcome", func(e *entry) any { return string(e.Outcome) }),
		plain("code", func(e *entry) any { return wordOrNil(e.Code) }),
		plain("requestId", func(e *entry) any { return e.RequestID }),
		plain("clientAddress", func(e *entry) any { return e.ClientAddress }),
		plain("comment", func(e *entry) any { return e.Comment }),
		{"changes", func(_ context.Context, e *entry) (any, error) {
			changes, err := json.Marshal(e.Changes)
			if err != nil {
				return nil, fmt.Errorf("write the changes of %s: %w", e.ID, err)
			}
			return json.RawMessage(changes), nil
		}},
	})
}
