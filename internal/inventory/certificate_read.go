package inventory

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/batch"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/scope"
	"gatehouse/internal/viewer"
)

// Certificate is one certificate; nil when there is none for the viewer. A viewer
// who may not see certificates at all is refused with FORBIDDEN.
func (i *Inventory) Certificate(ctx context.Context, one id.ID, want Fields) (*Certificate, error) {
	if !maySeeCertificates(ctx) {
		v, _ := viewer.From(ctx)
		return nil, v.Lacks("certificates", lifecycle.ViewCertificates)
	}
	byID, err := i.CertificatesByID(ctx, []id.ID{one}, want)
	return byID[one], err
}

// CertificatesByID are the certificates with these ids that the viewer may see, by
// their id, read by one statement.
func (i *Inventory) CertificatesByID(ctx context.Context, ids []id.ID, want Fields) (map[id.ID]*Certificate, error) {
	rows := id.UUIDs(id.Certificate, ids)
	if !maySeeCertificates(ctx) || len(rows) == 0 {
		return nil, nil
	}
	sc, err := i.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	columns := pick(certificateColumns, want)
	statement := fmt.Sprintf("SELECT %s FROM certificates c WHERE c.id = ANY($1) AND %s", strings.Join(expressions(columns), ", "), scope.Condition("c.business_unit_id", 2))
	found, err := readAll(ctx, i.read, statement, []any{pq.Array(rows), sc.Arg()}, columns, nil)
	if err != nil {
		return nil, fmt.Errorf("read certificates: %w", err)
	}
	certificatesTogether(i.store.Now(ctx), found)
	byID := make(map[id.ID]*Certificate, len(found))
	for _, c := range found {
		byID[c.ID] = c
	}
	return byID, nil
}

// maySeeCertificates reports whether the context's viewer may see certificates.
func maySeeCertificates(ctx context.Context) bool {
	v, _ := viewer.From(ctx)
	return v.May(lifecycle.ViewCertificates)
}

// CertificateOf is what the enrollment led to; nil until it is REDEEMED, and
// without VIEW_CERTIFICATES. It stays what it is when it is later revoked, expires
// or is taken off its seat.
func (i *Inventory) CertificateOf(ctx context.Context, e *Enrollment, want Fields) (*Certificate, error) {
	if !maySeeCertificates(ctx) || e.Status != lifecycle.Redeemed {
		return nil, nil
	}
	byEnrollment, err := batch.Load(ctx, e.group, fmt.Sprint("certificate", want), func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Certificate, error) {
		sc, err := i.scopes.Of(ctx)
		if err != nil {
			return nil, err
		}
		columns := pick(certificateColumns, want)
		statement := fmt.Sprintf("SELECT DISTINCT ON (c.enrollment_id) %s FROM certificates c WHERE c.enrollment_id = ANY($1) AND %s ORDER BY c.enrollment_id, c.created_at DESC, c.id DESC",
			strings.Join(expressions(columns), ", "), scope.Condition("c.business_unit_id", 2))
		found, err := readAll(ctx, i.read, statement, []any{pq.Array(ids), sc.Arg()}, columns, nil)
		if err != nil {
			return nil, fmt.Errorf("read the certificates of enrollments: %w", err)
		}
		certificatesTogether(i.store.Now(ctx), found)
		byEnrollment := make(map[uuid.UUID]*Certificate, len(found))
		for _, c := range found {
			byEnrollment[*c.enrollment] = c
		}
		return byEnrollment, nil
	})
	return byEnrollment[e.ID.UUID], err
}

// CertificatesOf are the certificates of a seat, newest first; empty without
// VIEW_CERTIFICATES.
func (i *Inventory) CertificatesOf(ctx context.Context, s *Seat, args page.Args, want Fields) (*page.Connection[*Certificate], error) {
	window, err := args.Open("certificates of", s.ID)
	if err != nil {
		return nil, err
	}
	if !maySeeCertificates(ctx) {
		return page.Empty[*Certificate](), nil
	}
	byParent, err := batch.Load(ctx, s.group, nestedKey(fmt.Sprint("certificates", want), window), func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*Certificate, error) {
		// Asked once for the group and not by each seat: it may take a statement.
		sc, err := i.scopes.Of(ctx)
		if err != nil {
			return nil, err
		}
		columns := pick(certificateColumns, want)
		m := certificatesOfSeats(ids, sc)
		m.Columns = expressions(columns)
		statement, args := m.Page(window)
		rows, err := readAll(ctx, i.read, statement, args, ofChild(columns), func(c *child[Certificate]) []any { return []any{&c.parent} })
		if err != nil {
			return nil, fmt.Errorf("read the certificates of seats: %w", err)
		}
		byParent, all := map[uuid.UUID][]*Certificate{}, make([]*Certificate, len(rows))
		for n, r := range rows {
			all[n] = &r.of
			byParent[r.parent] = append(byParent[r.parent], &r.of)
		}
		certificatesTogether(i.store.Now(ctx), all)
		return byParent, nil
	})
	if err != nil {
		return nil, err
	}
	return page.NewConnection(window, byParent[s.ID.UUID], func(c *Certificate) page.Key { return c.place("created_at") }, func(ctx context.Context) (int, error) {
		counts, err := batch.Load(ctx, s.group, "count of certificates", func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]int, error) {
			sc, err := i.scopes.Of(ctx)
			if err != nil {
				return nil, err
			}
			return i.countPerParent(ctx, certificatesOfSeats(ids, sc))
		})
		return counts[s.ID.UUID], err
	}), nil
}

// certificatesOfSeats is the list of the certificates of each of the seats.
func certificatesOfSeats(seats []uuid.UUID, sc scope.Scope) page.Merge {
	m := page.Merge{Table: "certificates c", Alias: "c", Order: "created_at", Cast: "timestamptz", Descending: true, PerParent: "b.parent"}
	b := page.Branch{From: "unnest(" + m.Arg(pq.Array(seats)) + "::uuid[]) AS b(parent)", Where: []string{"c.seat_row_id = b.parent"}}
	m.Arg(sc.Arg())
	b.Where = append(b.Where, scope.Condition("c.business_unit_id", len(m.Args)))
	m.Branches = []page.Branch{b}
	return m
}
