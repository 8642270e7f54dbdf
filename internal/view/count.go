package view

import (
	"context"
	"reflect"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/inventory"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// ListCount is how many there are, up to 10,000.
type ListCount struct {
	Count  int
	Capped bool
}

// CountOf is how many things a system view shows the viewer; nil where counting them
// would look through too much.
func (vs *Views) CountOf(ctx context.Context, v *SystemView) (*ListCount, error) {
	return vs.count(ctx, kept{list: v.List, view: v.View})
}

// Count is how many things a saved view shows the viewer, by their own permissions and
// business units and not its owner's; nil for a view with problems, without the list's
// permission, and where counting would look through too much. Each view that is
// counted is a bounded statement of its own: 10,001 things, or 10,000 candidates, are
// all that it looks at.
func (vs *Views) Count(ctx context.Context, v *View) (*ListCount, error) {
	return vs.count(ctx, v.kept)
}

func (vs *Views) count(ctx context.Context, k kept) (*ListCount, error) {
	s, input, problems := k.read()
	if v, _ := viewer.From(ctx); len(problems) > 0 || !v.Permissions.HasAny(s.needs...) {
		return nil, nil
	}
	n, capped, err := vs.counted(ctx, input)
	if no := refusal.Find(err); no != nil && (no.Code == page.TooBroad || no.Code == page.SearchTooBroad) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &ListCount{n, capped}, nil
}

// counted counts a list by its own reader.
func (vs *Views) counted(ctx context.Context, input reflect.Value) (int, bool, error) {
	switch in := input.Interface().(type) {
	case inventory.EnrollmentListInput:
		return vs.inventory.CountEnrollments(ctx, in)
	case inventory.SeatListInput:
		return vs.inventory.CountSeats(ctx, in)
	case inventory.CertificateListInput:
		return vs.inventory.CountCertificates(ctx, in)
	case auditlog.ListInput:
		return vs.log.Count(ctx, in)
	}
	return 0, false, nil
}
