package inventory

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/page"
)

// CertificateIDs are the ids of the certificates that a list shows the viewer, as
// SeatIDs are those of seats.
func (i *Inventory) CertificateIDs(ctx context.Context, in CertificateListInput, most int) ([]uuid.UUID, error) {
	m, some, err := i.wholeOfCertificates(ctx, in)
	if err != nil || !some {
		return nil, err
	}
	return i.ids(ctx, m, most)
}

// EachCertificate gives the certificates that a list shows the viewer to each, in its
// order, a thousand at a time, without their files: those are kilobytes of each. An
// error of each ends it.
func (i *Inventory) EachCertificate(ctx context.Context, in CertificateListInput, each func([]*Certificate) error) error {
	m, some, err := i.wholeOfCertificates(ctx, in)
	if err != nil || !some {
		return err
	}
	want := tellableOfCertificates()
	return eachOf(ctx, i, m, func(ctx context.Context, rows []uuid.UUID) ([]*Certificate, error) {
		ids := make([]id.ID, len(rows))
		for n, row := range rows {
			ids[n] = id.Of(id.Certificate, row)
		}
		byID, err := i.CertificatesByID(ctx, ids, want)
		return valuesOf(byID), err
	}, func(c *Certificate) uuid.UUID { return c.ID.UUID }, each)
}

// CountCertificates is how many certificates a list shows the viewer, as CountSeats.
func (i *Inventory) CountCertificates(ctx context.Context, in CertificateListInput) (n int, capped bool, err error) {
	l, some, err := i.listOfCertificates(ctx, in)
	if err != nil || !some {
		return 0, false, err
	}
	if l.search != nil || l.filter.exact() {
		if err := l.tooMuch(ctx, i.read, 0); err != nil {
			return 0, false, err
		}
	}
	n, err = i.countOfCertificates(ctx, l)
	return min(n, page.MaxCount), n > page.MaxCount, err
}

// wholeOfCertificates is the merge of a whole list; false when nothing can match. What
// exact conditions find is bounded, since the merge would cut it off. What ends soon is
// not one of them here: all of it is read in whichever order.
func (i *Inventory) wholeOfCertificates(ctx context.Context, in CertificateListInput) (page.Merge, bool, error) {
	l, some, err := i.listOfCertificates(ctx, in)
	if err != nil || !some {
		return page.Merge{}, false, err
	}
	l.whole = true
	m, exact := l.merge()
	if exact {
		err = l.tooMuch(ctx, i.read, 0)
	}
	return m, true, err
}

// tellableOfCertificates are the fields of a certificate that stand in a table: all
// but its files, and what is derived from them.
func tellableOfCertificates() Fields {
	want := Fields{}
	for _, c := range certificateColumns {
		for name := range strings.FieldsSeq(c.need) {
			want[name] = true
		}
	}
	for _, file := range []string{"pem", "pkcs7", "lint", "chainPem"} {
		delete(want, file)
	}
	return want
}
