package inventory

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/page"
)

// EnrollmentIDs are the ids of the enrollments that Enrollments lists, in its order:
// most of them and one more at the most, which tells that there are more. A filter is
// never too broad for it, since it reads to the end; a search may be. Refused:
// FORBIDDEN, INVALID, SEARCH_TOO_BROAD.
func (i *Inventory) EnrollmentIDs(ctx context.Context, in EnrollmentListInput, most int) ([]uuid.UUID, error) {
	m, err := i.wholeEnrollments(ctx, in)
	if err != nil || m == nil {
		return nil, err
	}
	return i.ids(ctx, *m, most)
}

// EachEnrollment gives the enrollments that Enrollments lists to each, in its order,
// some at a time, whole but for what nested fields read. In a snapshot (store.Snapshot)
// they are of one state. Refused as EnrollmentIDs.
func (i *Inventory) EachEnrollment(ctx context.Context, in EnrollmentListInput, each func([]*Enrollment) error) error {
	m, err := i.wholeEnrollments(ctx, in)
	if err != nil || m == nil {
		return err
	}
	sel := selectionOf(Fields{
		"version": true, "issuance": true, "authenticationMethod": true, "enrollmentMethod": true, "caType": true, "seatType": true, "seatId": true, "name": true,
		"email": true, "requesterComment": true, "approvalsRequired": true, "approvalsGiven": true, "attempts": true, "allowedAttempts": true, "issuer": true,
		"round": true, "requester": true, "reason": true, "profileName": true, "businessUnitName": true,
	})
	statement := fmt.Sprintf("SELECT %s FROM enrollments e%s WHERE e.id = ANY($1::uuid[])", strings.Join(expressions(sel.columns), ", "), sel.joins)
	return eachOf(ctx, i, *m, func(ctx context.Context, ids []uuid.UUID) ([]*Enrollment, error) {
		es, err := readAll(ctx, i.read, statement, []any{pq.Array(ids)}, sel.columns, nil)
		if err != nil {
			return nil, fmt.Errorf("read enrollments one after the other: %w", err)
		}
		i.together(ctx, es)
		return es, nil
	}, func(e *Enrollment) uuid.UUID { return e.ID.UUID }, each)
}

// CountEnrollments is how many enrollments Enrollments lists, up to page.MaxCount;
// capped when there are more. Refused as Enrollments.
func (i *Inventory) CountEnrollments(ctx context.Context, in EnrollmentListInput) (n int, capped bool, err error) {
	l, err := i.enrollmentsAsked(ctx, in)
	if err != nil {
		return 0, false, err
	}
	if some, err := i.openEnrollments(ctx, l); err != nil || !some {
		return 0, false, err
	}
	n, err = i.countEnrollments(ctx, l)
	return min(n, page.MaxCount), n > page.MaxCount, err
}

// wholeEnrollments is a list to be read to its end; nil when nothing can be in it.
func (i *Inventory) wholeEnrollments(ctx context.Context, in EnrollmentListInput) (*page.Merge, error) {
	l, err := i.enrollmentsAsked(ctx, in)
	if err != nil {
		return nil, err
	}
	if some, err := i.openEnrollments(ctx, l); err != nil || !some {
		return nil, err
	}
	for _, way := range l.ways() {
		if way.few() {
			if holds, err := way.holds(ctx, i.read, page.Window{}, 0, 0); err != nil {
				return nil, err
			} else if !holds {
				continue
			}
		}
		return &way.merge, nil
	}
	return nil, nil
}
