package export

import (
	"context"

	"gatehouse/internal/inventory"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/view"
)

// checked settles a content and tries it by one row of its list. A list whose page
// could not be filled from few enough rows can be exported all the same: a download
// looks through all of them anyway.
func (es *Exports) checked(ctx context.Context, c Content) (Content, *refusal.Refusal, error) {
	c, err := es.settled(ctx, c)
	if err == nil && c.List != nil {
		err = es.tried(ctx, *c.List)
	}
	no := refusal.Find(err)
	switch {
	case no == nil:
		return c, nil, err
	case no.Code == page.TooBroad:
		return c, nil, nil
	}
	return c, no, nil
}

// tried reads one thing of a list. A refusal that points at a part of the list points
// at it within createExport's input.
func (es *Exports) tried(ctx context.Context, list view.ListInput) (err error) {
	one := 1
	args := page.Args{First: &one}
	var field string
	switch {
	case list.Enrollments != nil:
		field = ofEnrollments.field
		_, err = es.inventory.Enrollments(ctx, args, *list.Enrollments, inventory.Fields{})
	case list.Seats != nil:
		field = ofSeats.field
		_, err = es.inventory.Seats(ctx, args, *list.Seats)
	case list.Certificates != nil:
		field = ofCertificates.field
		_, err = es.inventory.Certificates(ctx, args, *list.Certificates, inventory.Fields{})
	case list.AuditEntries != nil:
		field = ofAuditEntries.field
		_, err = es.log.List(ctx, args, *list.AuditEntries)
	}
	if no := refusal.Find(err); no != nil {
		return no.Within("list", field)
	}
	return err
}
