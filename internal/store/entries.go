package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"gatehouse/ent/generated/migrate"
	"gatehouse/internal/viewer"
)

// maxComment bounds what an entry keeps of a comment, in characters; use cases
// refuse longer ones long before.
const maxComment = 4000

// writeEntries writes the transaction's entries by one statement and its events
// by another. It fails when a row was changed and nothing says so.
func (tx *Tx) writeEntries(ctx context.Context) error {
	for t, c := range tx.changed {
		if c.entries == 0 {
			return fmt.Errorf("store: %s %s was changed and no audit entry says so", t.resource, t.id)
		}
	}
	if len(tx.entries) > 0 {
		entries := make([]Row, 0, len(tx.entries))
		for _, e := range tx.entries {
			entries = append(entries, tx.entryRow(ctx, e))
		}
		if _, err := tx.insert(ctx, migrate.AuditEntriesTable, "", entries); err != nil {
			return err
		}
	}
	return tx.writeEvents(ctx)
}

// entryRow completes an entry: who did it, from where, in which request.
func (tx *Tx) entryRow(ctx context.Context, e entry) Row {
	actor := tx.viewer
	if e.system {
		actor = viewer.TheSystem()
	}
	roles := make([]string, len(actor.Roles))
	for i, r := range actor.Roles {
		roles[i] = string(r)
	}
	if r := []rune(e.Comment); len(r) > maxComment {
		e.Comment = string(r[:maxComment])
	}
	request := viewer.RequestFrom(ctx)
	return Row{
		"id": uuid.Must(uuid.NewV7()), "at": e.At, "actor_kind": string(actor.Kind), "actor_issuer": actor.Issuer, "actor_subject": actor.Subject,
		"actor_name": actor.Name, "actor_roles": roles, "action": e.Action, "resource_type": e.Resource, "resource_id": orNull(e.ID),
		"business_unit_id": orNull(e.BusinessUnit), "outcome": e.Outcome, "code": e.Code, "request_id": request.ID,
		"client_address": request.Address, "comment": e.Comment, "changes": e.Changes,
	}
}

// orNull is NULL for the zero UUID.
func orNull(u uuid.UUID) any {
	if u == uuid.Nil {
		return nil
	}
	return u
}
