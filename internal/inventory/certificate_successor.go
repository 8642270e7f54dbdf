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
	"gatehouse/internal/scope"
	"gatehouse/internal/viewer"
)

// askRenewing is the key under which the active renewals of a page's certificates are
// loaded.
type askRenewing struct{}

// RenewalOf is the active enrollment that asks for a certificate's successor; nil
// while there is none, and none that the viewer may see.
func (i *Inventory) RenewalOf(ctx context.Context, c *Certificate) (*Enrollment, error) {
	v, _ := viewer.From(ctx)
	if c.enrollment == nil || !v.Permissions.HasAny(lifecycle.ViewEnrollments, lifecycle.ViewOwnEnrollments) {
		return nil, nil
	}
	byCertificate, err := batch.Load(ctx, c.group, askRenewing{}, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Enrollment, error) {
		type row struct{ of, enrollment uuid.UUID }
		found, err := readAll(ctx, i.read, `SELECT e.replaces_certificate_id, e.id FROM enrollments e WHERE e.replaces_certificate_id = ANY($1)
AND e.status IN `+inActive+` AND (e.expires_at > $2 OR e.status = 'LOCKED' OR e.issuance = 'REQUESTED')`,
			[]any{pq.Array(ids), i.store.Now(ctx)}, nil, func(r *row) []any { return []any{&r.of, &r.enrollment} })
		if err != nil {
			return nil, fmt.Errorf("find who asks for the successors of certificates: %w", err)
		}
		asked := make([]id.ID, len(found))
		for n, r := range found {
			asked[n] = id.Of(id.Enrollment, r.enrollment)
		}
		enrollments, err := i.EnrollmentsByID(ctx, asked, nil)
		byCertificate := make(map[uuid.UUID]*Enrollment, len(found))
		for n, r := range found {
			byCertificate[r.of] = enrollments[asked[n]]
		}
		return byCertificate, err
	})
	return byCertificate[c.ID.UUID], err
}

// ReplacedBy is the certificate's successor; nil before it is issued. Of several, one
// that was not revoked, and then the one that came last.
func (i *Inventory) ReplacedBy(ctx context.Context, c *Certificate, want Fields) (*Certificate, error) {
	if !maySeeCertificates(ctx) || c.enrollment == nil {
		return nil, nil
	}
	return i.beside(ctx, c.group, c.ID.UUID, "successors", want, `SELECT DISTINCT ON (e.replaces_certificate_id) e.replaces_certificate_id, %s
FROM enrollments e JOIN certificates c ON c.enrollment_id = e.id WHERE e.replaces_certificate_id = ANY($1) AND %s
ORDER BY e.replaces_certificate_id, c.status = 'REVOKED', c.created_at DESC, c.id DESC`)
}

// ReplacesOfCertificate is the certificate whose successor it is; nil when it is
// none's.
func (i *Inventory) ReplacesOfCertificate(ctx context.Context, c *Certificate, want Fields) (*Certificate, error) {
	if !maySeeCertificates(ctx) || c.enrollment == nil {
		return nil, nil
	}
	return i.beside(ctx, c.group, c.ID.UUID, "predecessors", want, `SELECT n.id, %s
FROM certificates n JOIN enrollments e ON e.id = n.enrollment_id JOIN certificates c ON c.id = e.replaces_certificate_id WHERE n.id = ANY($1) AND %s`)
}

// ReplacesOfEnrollment is the certificate whose successor the enrollment asks for; nil
// when it renews none, and without VIEW_CERTIFICATES.
func (i *Inventory) ReplacesOfEnrollment(ctx context.Context, e *Enrollment, want Fields) (*Certificate, error) {
	if !maySeeCertificates(ctx) || e.replaces == nil {
		return nil, nil
	}
	return i.beside(ctx, e.group, e.ID.UUID, "replaced", want, `SELECT e.id, %s
FROM enrollments e JOIN certificates c ON c.id = e.replaces_certificate_id WHERE e.id = ANY($1) AND %s`)
}

// beside is the certificate c of a statement that stands beside a thing of a group:
// the statement names first the thing's row, one of $1, then the columns, and has
// room for the condition of what the viewer may see. The whole group is answered by
// one statement.
func (i *Inventory) beside(ctx context.Context, group *batch.Group, thing uuid.UUID, question string, want Fields, statement string) (*Certificate, error) {
	byThing, err := batch.Load(ctx, group, fmt.Sprint(question, want), func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Certificate, error) {
		// Asked once for the group and not by each thing: it may take a statement.
		sc, err := i.scopes.Of(ctx)
		if err != nil {
			return nil, err
		}
		columns := pick(certificateColumns, want)
		filled := fmt.Sprintf(statement, strings.Join(expressions(columns), ", "), scope.Condition("c.business_unit_id", 2))
		found, err := readAll(ctx, i.read, filled, []any{pq.Array(ids), sc.Arg()}, ofChild(columns), func(c *child[Certificate]) []any { return []any{&c.parent} })
		if err != nil {
			return nil, fmt.Errorf("read the %s of certificates: %w", question, err)
		}
		all, byThing := make([]*Certificate, len(found)), make(map[uuid.UUID]*Certificate, len(found))
		for n, c := range found {
			all[n], byThing[c.parent] = &c.of, &c.of
		}
		certificatesTogether(i.store.Now(ctx), all)
		return byThing, nil
	})
	return byThing[thing], err
}
