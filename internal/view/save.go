package view

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"

	"gatehouse/internal/audit"
	"gatehouse/internal/form"
	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// SaveViewInput is what to keep of a list.
type SaveViewInput struct {
	Name           string
	List           ListInput
	Columns        []string
	Shared         *bool
	BusinessUnitID *id.ID
	IdempotencyKey *string
}

// The limits of saved views.
const (
	mostViews   = 200 // of one person
	longestName = 100
)

// Save keeps how one looks at a list under a name. Refused: FORBIDDEN (the list, and
// sharing it with business units "*", need their rights), INVALID, NOT_FOUND (the
// business unit, the saved view that the list names), DUPLICATE (the name, among one's own of this list and without regard
// to case), TOO_MANY.
func (vs *Views) Save(ctx context.Context, in SaveViewInput) (*Payload, error) {
	sc, err := vs.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	in.Name = strings.TrimSpace(in.Name)
	list, no, err := vs.through(ctx, in.List)
	if err != nil {
		return nil, err
	}
	made := id.New(id.View)
	cause := store.Cause{Mutation: "saveView", Action: audit.SaveView, Resource: audit.View, Key: in.IdempotencyKey, Input: in}
	out, err := vs.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		if no := form.Line(in.Name, 1, longestName, "name"); no != nil {
			return store.Outcome{}, no
		}
		if no != nil {
			return store.Outcome{}, no
		}
		k, err := keepable(tx.Viewer(), list, in.Columns)
		if err != nil {
			return store.Outcome{}, err
		}
		if err := room(ctx, tx); err != nil {
			return store.Outcome{}, err
		}
		with, err := shareWith(ctx, tx, sc, in.Shared, in.BusinessUnitID)
		if err != nil {
			return store.Outcome{}, err
		}
		row := k.row()
		row["id"], row["version"], row["created_at"], row["updated_at"] = made.UUID, 1, tx.Now(), tx.Now()
		v := tx.Viewer()
		row["owner_issuer"], row["owner_subject"], row["owner_name"] = v.Issuer, v.Subject, v.Name
		row["list"], row["name"], row["name_key"] = string(k.list), in.Name, nameKey(in.Name)
		row["shared"], row["business_unit_id"] = with.shared, with.column()
		added, err := tx.Insert(ctx, audit.View, "(owner_subject, owner_issuer, list, name_key) WHERE deleted_at IS NULL", []store.Row{row})
		if err != nil {
			return store.Outcome{}, err
		}
		if !added[made.UUID] {
			return store.Outcome{}, duplicate(in.Name)
		}
		tx.Record(audit.Entry{ID: made.UUID, BusinessUnit: with.unit})
		return store.Done(made), nil
	})
	return vs.payload(ctx, id.ID{}, out, err)
}

// nameKey is a name as names are compared.
func nameKey(name string) string { return strings.ToLower(norm.NFC.String(name)) }

func duplicate(name string) *refusal.Refusal {
	return refusal.New(refusal.Duplicate, "You have saved a view of this list as %q already; choose another name, or change that one by updateView.", name).At("name")
}

// room refuses one view more than a person may have. Whoever saves one waits for
// whoever saves another as the same person, so that what is counted cannot grow
// before it is added to.
func room(ctx context.Context, tx *store.Tx) error {
	v := tx.Viewer()
	lock, err := tx.Query(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, "saved views of "+v.Issuer+"\n"+v.Subject)
	if err != nil {
		return fmt.Errorf("wait for one's turn to save a view: %w", err)
	}
	if err := lock.Close(); err != nil {
		return fmt.Errorf("wait for one's turn to save a view: %w", err)
	}
	rows, err := tx.Query(ctx, `SELECT count(*) FROM saved_views WHERE owner_subject = $1 AND owner_issuer = $2 AND deleted_at IS NULL`, v.Subject, v.Issuer)
	if err != nil {
		return fmt.Errorf("count one's views: %w", err)
	}
	defer func() { _ = rows.Close() }()
	n := mostViews
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			return fmt.Errorf("count one's views: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("count one's views: %w", err)
	}
	if n >= mostViews {
		return refusal.New(refusal.TooMany, "You have %d saved views, and %d are allowed; delete one that you no longer need by deleteView.", n, mostViews)
	}
	return nil
}

// payload shapes what a mutation came to: the view that it made, or that the caller
// asked for, read anew with the viewer's present rights, so that a repeat under the
// same idempotency key answers the same.
func (vs *Views) payload(ctx context.Context, asked id.ID, out store.Outcome, err error) (*Payload, error) {
	if err != nil {
		return nil, err
	}
	p := &Payload{UserErrors: append([]*refusal.Refusal{}, out.Why()...), Replayed: out.Replayed}
	row := named(asked)
	if made := out.IDs(); len(made) > 0 {
		row = made[0].UUID
	}
	for _, no := range p.UserErrors {
		if no.Code == refusal.NotFound && len(no.Field) == 2 && no.Field[1] == "id" {
			return p, nil
		}
	}
	if row == uuid.Nil {
		return p, nil
	}
	found, err := vs.ByIDs(ctx, []uuid.UUID{row})
	if err != nil {
		return nil, err
	}
	p.View = found[row]
	return p, nil
}
