package export

import (
	"context"
	"io"

	"gatehouse/internal/lifecycle"
)

// Write writes what the context's viewer may see of a settled content, as it was at
// one instant, however long it takes: one snapshot of the database is read, page by
// page, and each page is written before the next is read. So it holds one page in
// memory, and a connection for as long as the reader takes.
//
// Nothing is written before the first page was read: a refusal (FORBIDDEN, INVALID,
// SEARCH_TOO_BROAD) comes before the first byte. An error after it leaves half a file;
// whoever serves it must not let that pass for a whole one.
func (es *Exports) Write(ctx context.Context, c Content, w io.Writer) error {
	what, no := c.subject()
	if no != nil {
		return no
	}
	out := newLines(c.Format, c.Columns, w)
	return es.store.Snapshot(ctx, func(ctx context.Context) error {
		switch what.list {
		case lifecycle.Enrollments:
			return stream(ctx, out, pick(es.enrollments(), c.Columns), *c.List.Enrollments, es.inventory.EachEnrollment)
		case lifecycle.Seats:
			return stream(ctx, out, pick(es.seats(), c.Columns), *c.List.Seats, es.inventory.EachSeat)
		case lifecycle.Certificates:
			return stream(ctx, out, pick(es.certificates(), c.Columns), *c.List.Certificates, es.inventory.EachCertificate)
		case lifecycle.AuditEntries:
			return stream(ctx, out, pick(es.entries(), c.Columns), *c.List.AuditEntries, es.log.EachEntry)
		}
		return stream(ctx, out, pick(results, c.Columns), *c.Job, es.jobs.EachResult)
	})
}

// stream writes what a walk hands over, page by page.
func stream[T, I any](ctx context.Context, out lines, columns []column[T], in I, walk func(context.Context, I, func([]*T) error) error) error {
	values := make([]any, len(columns))
	begun := false
	begin := func() error {
		if begun {
			return nil
		}
		begun = true
		return out.head()
	}
	err := walk(ctx, in, func(page []*T) error {
		if err := begin(); err != nil {
			return err
		}
		for _, thing := range page {
			for n, c := range columns {
				var err error
				if values[n], err = c.value(ctx, thing); err != nil {
					return err
				}
			}
			if err := out.row(values); err != nil {
				return err
			}
		}
		return out.flush()
	})
	if err != nil {
		return err
	}
	if err := begin(); err != nil { // there was nothing
		return err
	}
	return out.flush()
}
