package export

import (
	"context"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/view"
	"gatehouse/internal/viewer"
)

// Content is what is exported: exactly one of List and Job.
type Content struct {
	List *view.ListInput `json:"list,omitempty"`
	// Job is the one whose results are exported.
	Job *id.ID `json:"job,omitempty"`
	// Columns are what is written of each, in this order; none: those of the saved
	// view that the list names, else all.
	Columns []string               `json:"columns"`
	Format  lifecycle.ExportFormat `json:"format"`
}

// subject is what is exported. It refuses what is not exactly one thing.
func (c Content) subject() (subject, *refusal.Refusal) {
	var is []subject
	if l := c.List; l != nil {
		for _, s := range []struct {
			subject
			asked bool
		}{{ofEnrollments, l.Enrollments != nil}, {ofSeats, l.Seats != nil}, {ofCertificates, l.Certificates != nil}, {ofAuditEntries, l.AuditEntries != nil}} {
			if s.asked {
				is = append(is, s.subject)
			}
		}
		if len(is) != 1 {
			return subject{}, refusal.New(refusal.Invalid, "A list is exactly one of enrollments, seats, certificates and auditEntries; here are %d of them.", len(is)).At("list")
		}
	}
	if c.Job != nil {
		is = append(is, ofResults)
	}
	if len(is) != 1 {
		return subject{}, refusal.New(refusal.Invalid, "An export is of exactly one of list and job; here are %d of them.", len(is))
	}
	return is[0], nil
}

// settled is the content that stands for itself: a saved view is put into the list
// that names it, and the columns are chosen. It reads. The error is a refusal for
// what the viewer may not see, for a saved view that is not there for them, and for
// columns that there are not.
func (es *Exports) settled(ctx context.Context, c Content) (Content, error) {
	what, no := c.subject()
	if no != nil {
		return c, no
	}
	if v, _ := viewer.From(ctx); what.needs != nil {
		if no := v.Lacks(what.word, what.needs...); no != nil {
			return c, no
		}
	}
	if c.Job != nil {
		job, err := es.jobs.Job(ctx, *c.Job)
		if err != nil {
			return c, err
		}
		if job == nil {
			return c, id.Missing("job", *c.Job).At("job")
		}
	} else {
		list, err := es.narrowed(ctx, *c.List)
		if no := refusal.Find(err); no != nil {
			return c, no.Within("list", what.field)
		}
		if err != nil {
			return c, err
		}
		if c.Columns == nil {
			kept, err := es.views.Columns(ctx, *c.List)
			if err != nil {
				return c, err
			}
			c.Columns = what.chosen(kept)
		}
		c.List = list
	}
	if c.Columns == nil {
		c.Columns = what.columns
	}
	if no := what.known(c.Columns); no != nil {
		return c, no
	}
	return c, nil
}

// narrowed puts the saved view that a list names into it.
func (es *Exports) narrowed(ctx context.Context, list view.ListInput) (*view.ListInput, error) {
	var err error
	switch {
	case list.Enrollments != nil:
		var in inventory.EnrollmentListInput
		if in, err = es.views.Enrollments(ctx, *list.Enrollments); err == nil {
			in.ViewID = nil
			list.Enrollments = &in
		}
	case list.Seats != nil:
		var in inventory.SeatListInput
		if in, err = es.views.Seats(ctx, *list.Seats); err == nil {
			in.ViewID = nil
			list.Seats = &in
		}
	case list.Certificates != nil:
		var in inventory.CertificateListInput
		if in, err = es.views.Certificates(ctx, *list.Certificates); err == nil {
			in.ViewID = nil
			list.Certificates = &in
		}
	case list.AuditEntries != nil:
		var in auditlog.ListInput
		if in, err = es.views.AuditEntries(ctx, *list.AuditEntries); err == nil {
			in.ViewID = nil
			list.AuditEntries = &in
		}
	}
	return &list, err
}
