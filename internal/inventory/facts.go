package inventory

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/batch"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

// surroundings is what decides about the enrollments of a page and stands on
// other rows than theirs: which of them the viewer has approved in this round,
// and which have lost their place to another active enrollment.
type surroundings struct {
	decided map[uuid.UUID]bool
	taken   map[uuid.UUID]bool
}

// factsOf are what the actions of an enrollment are decided by: the same facts
// as the mutations decide by, read without their locks.
func (i *Inventory) factsOf(ctx context.Context, e *Enrollment) (lifecycle.EnrollmentFacts, error) {
	v, _ := viewer.From(ctx)
	f := lifecycle.EnrollmentFacts{
		Status: e.Status, Method: e.AuthenticationMethod, CA: e.CaType, EnrollmentMethod: e.EnrollmentMethod,
		Requester: v.Is(e.requester.Issuer, e.requester.Subject),
		OwnEmail:  v.HasEmail(e.Email, e.holder.seatEmail),
		Approvals: e.ApprovalsGiven, Required: e.ApprovalsRequired,
		TimePassed:  !i.store.Now(ctx).Before(e.ExpiresAt),
		SeatDeleted: e.holder.seatDeleted, ProfileArchived: e.holder.archived,
		Issuing:     e.issuance != nil && *e.issuance == lifecycle.IssuanceRequested,
		Permissions: v.Permissions,
	}
	// Both exist in these statuses only, so that most pages need no further read.
	if e.Status != lifecycle.PendingSecondApproval && e.Status != lifecycle.Expired {
		return f, nil
	}
	around, err := batch.Load(ctx, e.group, askSurroundings{}, i.surroundings)
	f.Decided, f.ActiveExists = around.decided[e.ID.UUID], around.taken[e.ID.UUID]
	return f, err
}

// surroundings reads them for a whole page by one statement.
func (i *Inventory) surroundings(ctx context.Context, ids []uuid.UUID) (surroundings, error) {
	v, _ := viewer.From(ctx)
	around := surroundings{decided: map[uuid.UUID]bool{}, taken: map[uuid.UUID]bool{}}
	found, err := i.read.Query(ctx, `SELECT e.id, true FROM approvals a JOIN enrollments e ON e.id = a.enrollment_id AND e.round = a.round
WHERE a.enrollment_id = ANY($1) AND a.issuer = $2 AND a.subject = $3
UNION ALL
SELECT e.id, false FROM enrollments e WHERE e.id = ANY($1) AND EXISTS (
  SELECT FROM enrollments o WHERE o.profile_id = e.profile_id AND o.business_unit_id = e.business_unit_id AND o.seat_type = e.seat_type
  AND o.seat_key = e.seat_key AND o.id <> e.id AND o.status IN `+inActive+` AND (o.expires_at > $4 OR o.status = 'LOCKED' OR o.issuance = 'REQUESTED'))`,
		pq.Array(ids), v.Issuer, v.Subject, i.store.Now(ctx))
	if err != nil {
		return around, fmt.Errorf("read what decides about enrollments: %w", err)
	}
	defer func() { _ = found.Close() }()
	for found.Next() {
		var u uuid.UUID
		var decided bool
		if err := found.Scan(&u, &decided); err != nil {
			return around, fmt.Errorf("read what decides about enrollments: %w", err)
		}
		if decided {
			around.decided[u] = true
		} else {
			around.taken[u] = true
		}
	}
	return around, found.Err()
}

// EnrollmentActions lists what the viewer may do with an enrollment now.
func (i *Inventory) EnrollmentActions(ctx context.Context, e *Enrollment) ([]lifecycle.EnrollmentAction, error) {
	f, err := i.factsOf(ctx, e)
	if err != nil {
		return nil, err
	}
	return lifecycle.Can(f), nil
}

// UnavailableEnrollmentActions lists what the viewer may not do with it now, and why.
func (i *Inventory) UnavailableEnrollmentActions(ctx context.Context, e *Enrollment) ([]*lifecycle.UnavailableEnrollmentAction, error) {
	f, err := i.factsOf(ctx, e)
	if err != nil {
		return nil, err
	}
	_, cannot := lifecycle.Available(f)
	return pointers(cannot), nil
}

// IsMine reports whether the viewer made the request.
func (i *Inventory) IsMine(ctx context.Context, e *Enrollment) bool {
	v, _ := viewer.From(ctx)
	return v.Is(e.requester.Issuer, e.requester.Subject)
}

// The questions about seats that stand on other rows than theirs.
type (
	askIssuing   struct{}
	askRenewable struct{}
)

// seatFactsOf are what the actions of a seat are decided by.
func (i *Inventory) seatFactsOf(ctx context.Context, s *Seat) (lifecycle.SeatFacts, error) {
	v, _ := viewer.From(ctx)
	f := s.facts(v)
	if s.Status == lifecycle.SeatEnrolled || s.Status == lifecycle.SeatConsumed {
		issuing, err := batch.Load(ctx, s.group, askIssuing{}, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
			return i.which(ctx, `SELECT DISTINCT seat_row_id FROM enrollments WHERE seat_row_id = ANY($1) AND issuance = 'REQUESTED'`, pq.Array(ids))
		})
		if err != nil {
			return f, fmt.Errorf("read what is being issued for seats: %w", err)
		}
		f.Issuing = issuing[s.ID.UUID]
	}
	if f.HasActiveCertificates && !s.SeatType.HoldsSeveral() {
		renewable, err := batch.Load(ctx, s.group, askRenewable{}, i.renewable)
		if err != nil {
			return f, fmt.Errorf("read which seats may have a successor of their certificate: %w", err)
		}
		f.InRenewalWindow = renewable[s.ID.UUID]
	}
	return f, nil
}

// renewable are the seats whose certificate is so near its end that a profile, to
// which they could be linked, admits its successor.
func (i *Inventory) renewable(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
	return i.which(ctx, `SELECT s.id FROM seats s
CROSS JOIN LATERAL (SELECT max(c.not_after) AS at, count(*) AS n FROM certificates c WHERE c.seat_row_id = s.id AND c.status IN ('ISSUED', 'SUSPENDED') AND c.not_after > $2) AS ends
CROSS JOIN LATERAL (SELECT max(p.renewal_window_seconds) AS seconds FROM certificate_profiles p
  WHERE p.business_unit_id = s.business_unit_id AND p.seat_type = s.seat_type AND p.authentication_method = 'ENROLLMENT_CODE' AND p.archived_at IS NULL) AS widest
WHERE s.id = ANY($1) AND (ends.at IS NULL OR ends.n = 1 AND ends.at - widest.seconds * interval '1 second' <= $2)`, pq.Array(ids), i.store.Now(ctx))
}

// which are the rows that a statement's only column names.
func (i *Inventory) which(ctx context.Context, statement string, args ...any) (map[uuid.UUID]bool, error) {
	found, err := i.read.Query(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = found.Close() }()
	rows := map[uuid.UUID]bool{}
	for found.Next() {
		var u uuid.UUID
		if err := found.Scan(&u); err != nil {
			return nil, err
		}
		rows[u] = true
	}
	return rows, found.Err()
}

// SeatActions lists what the viewer may do with a seat now.
func (i *Inventory) SeatActions(ctx context.Context, s *Seat) ([]lifecycle.SeatAction, error) {
	f, err := i.seatFactsOf(ctx, s)
	if err != nil {
		return nil, err
	}
	return lifecycle.CanSeat(f), nil
}

// UnavailableSeatActions lists what the viewer may not do with it now, and why.
func (i *Inventory) UnavailableSeatActions(ctx context.Context, s *Seat) ([]*lifecycle.UnavailableSeatAction, error) {
	f, err := i.seatFactsOf(ctx, s)
	if err != nil {
		return nil, err
	}
	_, cannot := lifecycle.AvailableSeat(f)
	return pointers(cannot), nil
}

// pointers are what the executor wants of a list of structs.
func pointers[T any](values []T) []*T {
	out := make([]*T, len(values))
	for i := range values {
		out[i] = &values[i]
	}
	return out
}
