package webhook

import (
	"context"
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/filter"
	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
)

// rule is how the values of a WebhookFilter are treated.
var rule = filter.RuleFor[WebhookFilter](filter.Forms{"businessUnitIds": filter.IDs(id.BusinessUnit), "profileIds": filter.IDs(id.Profile)})

// narrow sets what a webhook is told of. Refused: NOT_FOUND for a business unit or
// profile that does not exist for the viewer, INVALID for what a filter of any list
// refuses, and for an empty list, which nothing would match.
func (h *hook) narrow(ctx context.Context, tx *store.Tx, sc scope.Scope, given *WebhookFilter) error {
	if given == nil {
		return nil
	}
	f, no := rule.Tidied(given)
	if no != nil {
		return no
	}
	if f.ResourceTypes != nil && len(f.ResourceTypes) == 0 {
		return empty("resourceTypes")
	}
	err := known(ctx, tx, sc, given.BusinessUnitIDs, nameable{"business unit", "businessUnitIds", id.BusinessUnit,
		"SELECT b.id FROM business_units b WHERE b.id = ANY($1) AND " + scope.Condition("b.id", 2)})
	if err != nil {
		return err
	}
	err = known(ctx, tx, sc, given.ProfileIDs, nameable{"certificate profile", "profileIds", id.Profile,
		"SELECT p.id FROM certificate_profiles p WHERE p.id = ANY($1) AND " + scope.Condition("p.business_unit_id", 2)})
	if err != nil {
		return err
	}
	h.ResourceTypes, h.BusinessUnitIDs, h.ProfileIDs = f.ResourceTypes, f.BusinessUnitIDs, f.ProfileIDs
	return nil
}

// empty is the no to an empty list of a filter.
func empty(field string) *refusal.Refusal {
	return refusal.New(refusal.Invalid, "The list is empty, so that nothing would be told; leave it out for all.").At("filter", field)
}

// nameable is a kind of thing that a filter names.
type nameable struct {
	what, field string
	kind        id.Kind
	// statement finds those of $1 in the scope $2.
	statement string
}

// known refuses a list that names something which does not exist for the viewer, and one
// that names nothing; nil is no list.
func known(ctx context.Context, tx *store.Tx, sc scope.Scope, list []id.ID, n nameable) error {
	if list == nil {
		return nil
	}
	if len(list) == 0 {
		return empty(n.field)
	}
	found, err := tx.Query(ctx, n.statement, pq.Array(id.UUIDs(n.kind, list)), sc.Arg())
	if err != nil {
		return fmt.Errorf("find what a webhook is for: %w", err)
	}
	defer func() { _ = found.Close() }()
	there := map[uuid.UUID]bool{}
	for found.Next() {
		var row uuid.UUID
		if err := found.Scan(&row); err != nil {
			return fmt.Errorf("find what a webhook is for: %w", err)
		}
		there[row] = true
	}
	if err := found.Err(); err != nil {
		return err
	}
	for at, one := range list {
		if !there[one.UUID] {
			return id.Missing(n.what, one).At("filter", n.field, strconv.Itoa(at))
		}
	}
	return nil
}
