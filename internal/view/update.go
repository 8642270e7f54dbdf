package view

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/audit"
	"gatehouse/internal/form"
	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
)

// UpdateViewInput is what to change of a saved view; nil stays as it is.
type UpdateViewInput struct {
	ID              id.ID
	Name            *string
	List            *ListInput
	Columns         []string
	Shared          *bool
	BusinessUnitID  *id.ID
	ExpectedVersion *int
	IdempotencyKey  *string
}

// Update changes one's own saved view: its name, what it looks for, its columns, and
// who sees it; never which list it is of. A new list replaces the old one with all its
// problems. An update that changes nothing is done and leaves no entry. Refused:
// NOT_FOUND (somebody else's too), CONFLICT, and as Save.
func (vs *Views) Update(ctx context.Context, in UpdateViewInput) (*Payload, error) {
	sc, err := vs.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	if in.Name != nil {
		name := strings.TrimSpace(*in.Name)
		in.Name = &name
	}
	cause := store.Cause{Mutation: "updateView", Action: audit.UpdateView, Resource: audit.View, ID: named(in.ID), Key: in.IdempotencyKey, Input: in}
	var no *refusal.Refusal
	if in.List != nil {
		list := *in.List
		if list, no, err = vs.through(ctx, list); err != nil {
			return nil, err
		}
		in.List = &list
	}
	out, err := vs.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		l, err := lock(ctx, tx, sc, in.ID, in.ExpectedVersion)
		if err != nil {
			return store.Outcome{}, err
		}
		if no != nil {
			return store.Outcome{}, no
		}
		after, err := in.changed(ctx, tx, sc, l)
		if err != nil {
			return store.Outcome{}, err
		}
		if reflect.DeepEqual(after, l.row) {
			return store.Done(in.ID), nil
		}
		unit, _ := after["business_unit_id"].(uuid.UUID)
		if unit == uuid.Nil { // those who saw it learn that they no longer do
			unit = l.unit
		}
		err = tx.Apply(ctx, audit.View, []store.Change{{ID: in.ID.UUID, BusinessUnit: unit, Version: l.version, Before: l.row, After: after}})
		if taken(err) {
			return store.Outcome{}, duplicate(*in.Name)
		}
		if err != nil {
			return store.Outcome{}, err
		}
		tx.Record(audit.Entry{ID: in.ID.UUID})
		return store.Done(in.ID), nil
	})
	return vs.payload(ctx, in.ID, out, err)
}

// changed is the view's row as it is to be.
func (in UpdateViewInput) changed(ctx context.Context, tx *store.Tx, sc scope.Scope, l locked) (store.Row, error) {
	after := maps.Clone(l.row)
	if in.Name != nil {
		if no := form.Line(*in.Name, 1, longestName, "name"); no != nil {
			return nil, no
		}
		after["name"], after["name_key"] = *in.Name, nameKey(*in.Name)
	}
	k := l.kept
	if in.Columns != nil {
		k.columns = in.Columns
	}
	switch {
	case in.List != nil:
		if list, one := in.List.List(); one && list != l.kept.list {
			s := shapeFor(l.kept.list)
			return nil, refusal.New(refusal.Invalid, "This is a saved view of %s, which it stays; give list.%s, or save another view.", s.what, s.name).At("list")
		}
		var err error
		if k, err = keepable(tx.Viewer(), *in.List, k.columns); err != nil {
			return nil, err
		}
	case in.Columns != nil:
		if no := checkColumns(in.Columns); no != nil {
			return nil, no
		}
		if no, err := k.fits(); no != nil || err != nil {
			return nil, errorOf(no, err)
		}
	}
	maps.Copy(after, k.row())
	if in.Shared != nil || in.BusinessUnitID != nil {
		with, err := shareWith(ctx, tx, sc, in.Shared, in.BusinessUnitID)
		if err != nil {
			return nil, err
		}
		after["shared"], after["business_unit_id"] = with.shared, with.column()
	}
	return after, nil
}

// taken reports whether the database has told that the owner has a view of this name.
func taken(err error) bool {
	var no *pq.Error
	return errors.As(err, &no) && no.Constraint == "saved_views_name"
}

// locked is one's own saved view as it is under this transaction's lock.
type locked struct {
	kept    kept
	row     store.Row // what an update may change
	unit    uuid.UUID
	version int
}

// lock locks one's own saved view. Refused: NOT_FOUND, also for one that others share
// with the viewer; CONFLICT for who has read another version.
func lock(ctx context.Context, tx *store.Tx, sc scope.Scope, one id.ID, expected *int) (locked, error) {
	v := tx.Viewer()
	rows, err := tx.Query(ctx, `SELECT `+strings.Join(columns, ", ")+` FROM saved_views v
WHERE v.id = $1 AND v.owner_subject = $2 AND v.owner_issuer = $3 AND v.deleted_at IS NULL FOR UPDATE`, named(one), v.Subject, v.Issuer)
	if err != nil {
		return locked{}, err
	}
	found, err := scan(rows)
	if err != nil {
		return locked{}, err
	}
	if len(found) == 0 {
		return locked{}, refusal.New(refusal.NotFound, "You have no saved view %s; only its owner changes or deletes a view. The query views lists those that there are.", one).At("id")
	}
	own := found[0]
	l := locked{kept: own.kept, row: own.kept.row(), version: own.Version}
	l.row["name"], l.row["name_key"], l.row["shared"], l.row["business_unit_id"] = own.Name, own.key, own.Shared, sharing{}.column()
	if own.Unit != nil {
		l.unit, l.row["business_unit_id"] = *own.Unit, *own.Unit
		if sc.Has(l.unit) {
			tx.In(l.unit)
		}
	}
	if expected != nil && *expected != own.Version {
		return locked{}, refusal.New(refusal.Conflict, "The saved view was changed by somebody else (version %d, you sent %d); read it again.", own.Version, *expected).At("expectedVersion")
	}
	return l, nil
}
