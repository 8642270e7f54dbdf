package inventory

import (
	"context"

	"github.com/google/uuid"

	"gatehouse/ent/generated/migrate"
	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// AddEnrollmentNoteInput is a note to be written.
type AddEnrollmentNoteInput struct {
	ID             id.ID
	Text           string
	IdempotencyKey *string
}

// AddNote writes an internal note on a request. The audit says that a note was
// written and by whom; the text is with the note. Refused: NOT_FOUND, INVALID,
// INVALID_STATE, ISSUING.
func (i *Inventory) AddNote(ctx context.Context, in AddEnrollmentNoteInput) (*EnrollmentPayload, error) {
	s, err := i.sightOf(ctx)
	if err != nil {
		return nil, err
	}
	cause := store.Cause{Mutation: "addEnrollmentNote", Action: audit.AddNote, Resource: audit.Enrollment, ID: in.ID.UUID, Key: in.IdempotencyKey, Input: in}
	out, err := i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		written, no := text("text", &in.Text, 1, 4000)
		if no != nil {
			return store.Outcome{}, no
		}
		h, err := i.lockEnrollments(ctx, tx, s, []id.ID{in.ID})
		if err != nil {
			return store.Outcome{}, err
		}
		v := tx.Viewer()
		var notes []store.Row
		items := h.decide(tx, lifecycle.ActAddNote, "", func(_ int, l *locked, _ lifecycle.Status) *refusal.Refusal {
			notes = append(notes, store.Row{
				"id": uuid.Must(uuid.NewV7()), "enrollment_id": l.id, "business_unit_id": l.unit, "text": written,
				"issuer": v.Issuer, "subject": v.Subject, "name": v.Name, "created_at": tx.Now(),
			})
			tx.Record(audit.Entry{ID: l.id, BusinessUnit: l.unit})
			return nil
		})
		if err := tx.Add(ctx, migrate.EnrollmentNotesTable, notes); err != nil {
			return store.Outcome{}, err
		}
		return store.Outcome{Items: items}, h.after.settle(ctx, tx)
	})
	return i.enrollmentPayload(ctx, in.ID, out, err)
}
