package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"gatehouse/internal/inventory"
)

// wanted is which fields of an object the caller asks for, so that a read
// selects no other columns: those under the present field, or under its edges
// and nodes when it is a connection.
func wanted(ctx context.Context) inventory.Fields {
	oc := graphql.GetOperationContext(ctx)
	fields := inventory.Fields{}
	var collect func(selected []graphql.CollectedField)
	collect = func(selected []graphql.CollectedField) {
		for _, f := range selected {
			switch f.Name {
			case "nodes", "node", "edges":
				collect(graphql.CollectFields(oc, f.Selections, nil))
			case "seat":
				for _, under := range graphql.CollectFields(oc, f.Selections, nil) {
					fields["seat."+under.Name] = true
				}
				fields[f.Name] = true
			default:
				fields[f.Name] = true
			}
		}
	}
	collect(graphql.CollectFieldsCtx(ctx, nil))
	return fields
}

// namesOnly reports whether the present field is asked for no more than the
// object's id and name, which came along with the object it belongs to.
func namesOnly(ctx context.Context) bool {
	for _, f := range graphql.CollectFieldsCtx(ctx, nil) {
		if f.Name != "id" && f.Name != "name" && f.Name != "__typename" {
			return false
		}
	}
	return true
}
