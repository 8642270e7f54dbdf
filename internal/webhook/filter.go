package webhook

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
)

// mostNamed is how many business units or profiles a filter may name.
const mostNamed = 1000

// narrow sets what a webhook is told of. Refused: NOT_FOUND for a business unit or
// profile that does not exist for the viewer, INVALID for too many, and for an empty
// list, which nothing would match.
func (h *hook) narrow(ctx context.Context, tx *store.Tx, sc scope.Scope, f *WebhookFilter) error {
	if f == nil {
		return nil
	}
	if f.ResourceTypes != nil && len(f.ResourceTypes) == 0 {
		return empty("resourceTypes")
	}
	units, err := known(ctx, tx, sc, f.BusinessUnitIDs, nameable{"business unit", "businessUnitIds", id.BusinessUnit,
		"SELECT b.id FROM business_units b WHERE b.id = ANY($1) AND " + scope.Condition("b.id", 2)})
	if err != nil {
		return err
	}
	profiles, err := known(ctx, tx, sc, f.ProfileIDs, nameable{"certificate profile", "profileIds", id.Profile,
		"SELECT p.id FROM certificate_profiles p WHERE p.id = ANY($1) AND " + scope.Condition("p.business_unit_id", 2)})
	if err != nil {
		return err
	}
	h.ResourceTypes, h.BusinessUnitIDs, h.ProfileIDs = f.ResourceTypes, units, profiles
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

// known are the things that a list names, each once, all of which exist for the
// viewer; nil for no list.
func known(ctx context.Context, tx *store.Tx, sc scope.Scope, list []id.ID, n nameable) ([]id.ID, error) {
	if list == nil {
		return nil, nil
	}
	if len(list) == 0 {
		return nil, empty(n.field)
	}
	if len(list) > mostNamed {
		return nil, refusal.New(refusal.Invalid, "The list has %d ids; %d at most are allowed.", len(list), mostNamed).At("filter", n.field)
	}
	found, err := tx.Query(ctx, n.statement, pq.Array(id.UUIDs(n.kind, list)), sc.Arg())
	if err != nil {
		return nil, fmt.Errorf("find what a webhook is for: %w", err)
	}
	defer func() { _ = found.Close() }()
	there := map[uuid.UUID]bool{}
	for found.Next() {
		var row uuid.UUID
		if err := found.Scan(&row); err != nil {
			return nil, fmt.Errorf("find what a webhook is for: %w", err)
		}
		there[row] = true
	}
	if err := found.Err(); err != nil {
		return nil, err
	}
	once := []id.ID{}
	for at, one := range list {
		if one.Kind != n.kind || !there[one.UUID] {
			return nil, id.Missing(n.what, one).At("filter", n.field, strconv.Itoa(at))
		}
		if !slices.Contains(once, one) {
			once = append(once, one)
		}
	}
	return once, nil
}
