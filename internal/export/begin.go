package export

import (
	"context"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// Begin settles a content for Write, and tells the audit log that the context's viewer
// downloads it: by a link when there is one. It needs what making a link needs. A
// download that is refused is told, too, and the refusal is the error: FORBIDDEN,
// INVALID, NOT_FOUND.
func (es *Exports) Begin(ctx context.Context, c Content, link *id.ID) (Content, error) {
	ctx = es.store.Pin(ctx)
	c, err := es.settled(ctx, c)
	no := refusal.Find(err)
	if err != nil && no == nil {
		return c, err
	}
	cause := store.Cause{Mutation: "createExport", Action: audit.DownloadExport, Resource: audit.Export}
	if link != nil {
		cause.ID = link.UUID
	}
	out, err := es.store.Do(ctx, cause, func(_ context.Context, tx *store.Tx) (store.Outcome, error) {
		if no != nil {
			return store.Outcome{}, no
		}
		changes, err := c.told()
		if err != nil {
			return store.Outcome{}, err
		}
		tx.Record(audit.Entry{ID: cause.ID, Changes: changes})
		return store.Outcome{}, nil
	})
	if err != nil {
		return c, err
	}
	for _, no := range out.Why() {
		return c, no
	}
	return c, nil
}
