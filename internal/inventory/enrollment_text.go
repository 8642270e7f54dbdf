package inventory

import (
	"context"
	"strings"

	"gatehouse/ent/generated/migrate"
	"gatehouse/internal/store"
)

// addTexts writes down what a search for the new enrollments looks through, by one
// statement: in the transaction that makes them, so that there is none without.
func addTexts(ctx context.Context, tx *store.Tx, enrollments []store.Row) error {
	texts := make([]store.Row, len(enrollments))
	for n, e := range enrollments {
		seatKey, name, email := e["seat_key"].(string), e["name"].(string), e["email"].(string)
		texts[n] = store.Row{
			"id": e["id"], "business_unit_id": e["business_unit_id"], "email": strings.ToLower(email), "search_text": searchText(seatKey, name, email),
		}
	}
	return tx.Add(ctx, migrate.EnrollmentTextsTable, texts)
}
