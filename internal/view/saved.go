package view

import (
	"context"
	"reflect"

	"github.com/google/uuid"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// Enrollments puts the saved view that a list names into it; what the list says beside
// it narrows it further, and its order replaces the view's. Without a saved view the
// list stays as it is. It lends no right: the list is then read as any other. Refused:
// NOT_FOUND for a view that does not exist for the viewer; INVALID for one of another
// list, with problems, beside a system view, or that cannot be narrowed so.
func (vs *Views) Enrollments(ctx context.Context, in inventory.EnrollmentListInput) (inventory.EnrollmentListInput, error) {
	err := vs.withSaved(ctx, shapeFor(lifecycle.Enrollments), reflect.ValueOf(&in).Elem())
	return in, err
}

// Seats is Enrollments for seats.
func (vs *Views) Seats(ctx context.Context, in inventory.SeatListInput) (inventory.SeatListInput, error) {
	err := vs.withSaved(ctx, shapeFor(lifecycle.Seats), reflect.ValueOf(&in).Elem())
	return in, err
}

// Certificates is Enrollments for certificates.
func (vs *Views) Certificates(ctx context.Context, in inventory.CertificateListInput) (inventory.CertificateListInput, error) {
	err := vs.withSaved(ctx, shapeFor(lifecycle.Certificates), reflect.ValueOf(&in).Elem())
	return in, err
}

// AuditEntries is Enrollments for audit entries.
func (vs *Views) AuditEntries(ctx context.Context, in auditlog.ListInput) (auditlog.ListInput, error) {
	err := vs.withSaved(ctx, shapeFor(lifecycle.AuditEntries), reflect.ValueOf(&in).Elem())
	return in, err
}

// withSaved puts the saved view that an input names into it.
func (vs *Views) withSaved(ctx context.Context, s shape, input reflect.Value) error {
	v, err := vs.named(ctx, s, input)
	if err != nil || v == nil {
		return err
	}
	_, saved, problems := v.kept.read()
	if len(problems) > 0 {
		return refusal.New(refusal.Invalid, "The saved view %q cannot be used because of its %s. Its owner mends it by updateView with a new list.", v.Name, problems[0].Reason()).At("viewId")
	}
	return narrow(s, saved, input)
}

// named is the saved view that an input names; nil for none.
func (vs *Views) named(ctx context.Context, s shape, input reflect.Value) (*View, error) {
	given, _ := input.FieldByName("ViewID").Interface().(*id.ID)
	if given == nil {
		return nil, nil
	}
	if s.has("View") && !input.FieldByName("View").IsNil() {
		return nil, refusal.New(refusal.Invalid, "Give view or viewId, not both; a saved view has its system view in it.").At("viewId")
	}
	found, err := vs.ByIDs(ctx, id.UUIDs(id.View, []id.ID{*given}))
	if err != nil {
		return nil, err
	}
	v := found[given.UUID]
	if v == nil || given.Kind != id.View {
		return nil, missing(*given)
	}
	if v.List != s.list {
		other, _ := shapeOf(v.List)
		return nil, refusal.New(refusal.Invalid, "%s is a saved view of %s and cannot be used for %s.", given, other.what, s.what).At("viewId")
	}
	return v, nil
}

// missing is the no to a saved view that does not exist for the viewer.
func missing(one id.ID) *refusal.Refusal { return id.Missing("saved view", one).At("viewId") }

// named is the row that an id names; of an id of another kind, none.
func named(one id.ID) uuid.UUID {
	if one.Kind != id.View {
		return uuid.Nil
	}
	return one.UUID
}
