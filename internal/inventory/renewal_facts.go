package inventory

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/lifecycle"
)

// renewalFacts reads what decides about the successors of certificates, by one
// statement: under their locks for the mutation, without for the lists of actions.
// The status, and who asks, are the caller's to add.
//
// A successor is asked for under the profile and for the seat that the certificate
// was issued for: where that seat was deleted, or the certificate is no longer on
// it, the seat counts as deleted. The renewal window is the profile's present one. A
// successor is a valid certificate that was issued for an enrollment that replaces
// this one; on a seat of a type that holds one, also any other valid one that ends
// later. One that was revoked does not stand in the way of another.
func renewalFacts(ctx context.Context, q querier, certificates []uuid.UUID, now time.Time) (map[uuid.UUID]lifecycle.CertificateFacts, error) {
	type row struct {
		id        uuid.UUID
		opens     *time.Time
		authority *lifecycle.Issuer
		lifecycle.CertificateFacts
	}
	found, err := readAll(ctx, q, `SELECT c.id, c.authority, e.id IS NOT NULL, s.id IS NULL, p.archived_at IS NOT NULL, c.not_after - p.renewal_window_seconds * interval '1 second',
  `+hasSuccessor+`, COALESCE(beside.n > 0, FALSE),
  EXISTS (SELECT FROM enrollments a WHERE a.profile_id = e.profile_id AND a.business_unit_id = e.business_unit_id AND a.seat_type = e.seat_type AND a.seat_key = e.seat_key
    AND a.status IN `+inActive+` AND (a.expires_at > $2 OR a.status = 'LOCKED' OR a.issuance = 'REQUESTED'))
FROM certificates c LEFT JOIN enrollments e ON e.id = c.enrollment_id LEFT JOIN certificate_profiles p ON p.id = e.profile_id
LEFT JOIN seats s ON s.id = e.seat_row_id AND s.id = c.seat_row_id AND s.deleted_at IS NULL
`+besideIt+`
WHERE c.id = ANY($1)`, []any{pq.Array(certificates), now, pq.Array(holdingSeveral())}, nil, func(r *row) []any {
		return []any{&r.id, &r.authority, &r.Enrolled, &r.SeatDeleted, &r.ProfileArchived, &r.opens, &r.Replaced, &r.SeatFull, &r.ActiveExists}
	})
	if err != nil {
		return nil, fmt.Errorf("read what decides about the successors of certificates: %w", err)
	}
	facts := make(map[uuid.UUID]lifecycle.CertificateFacts, len(found))
	for _, r := range found {
		if r.authority != nil {
			r.Authority = *r.authority
		}
		if r.opens != nil {
			r.RenewalOpens = r.opens.UTC()
			r.InRenewalWindow = !now.Before(r.RenewalOpens)
		}
		facts[r.id] = r.CertificateFacts
	}
	return facts, nil
}

const (
	// hasSuccessor is the SQL of whether certificate c has a successor that is valid at
	// the instant $2. It looks at besideIt.
	hasSuccessor = `(COALESCE(beside.later > 0, FALSE) OR EXISTS (SELECT FROM enrollments r JOIN certificates n ON n.enrollment_id = r.id
    WHERE r.replaces_certificate_id = c.id AND n.status IN ('ISSUED', 'SUSPENDED') AND n.not_after > $2))`
	// besideIt counts the other certificates that are valid at the instant $2 on seat s
	// of certificate c, and those of them that end later; only where the seat's type is
	// none of $3, which hold several.
	besideIt = `LEFT JOIN LATERAL (SELECT count(*) AS n, count(*) FILTER (WHERE o.not_after > c.not_after) AS later FROM certificates o
  WHERE o.seat_row_id = s.id AND o.id <> c.id AND o.status IN ('ISSUED', 'SUSPENDED') AND o.not_after > $2) beside ON s.seat_type <> ALL($3)`
)

// holdingSeveral are the seat types whose seats hold several valid certificates at
// once.
func holdingSeveral() (types []string) {
	for _, t := range lifecycle.SeatTypes {
		if t.HoldsSeveral() {
			types = append(types, string(t))
		}
	}
	return types
}
