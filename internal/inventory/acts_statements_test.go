package inventory_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
)

func TestTheStatementsOfTheActsDoNotGrow(t *testing.T) {
	t.Parallel()
	const few, many = 4, 150
	w := newWorld(t, 400)
	under, asks := w.byCode(of(lifecycle.Device)), w.profile(reviewed)
	seats := inventory.CreateSeatsInput{BusinessUnitID: w.unit, SeatType: lifecycle.Device}
	for n := range few + many {
		seats.Seats = append(seats.Seats, &inventory.NewSeat{SeatID: fmt.Sprintf("device-%03d", n), Email: ptr("devices@example.org")})
	}
	made, err := w.Inventory.CreateSeats(w.as(boss), seats)
	granted(t, err)
	enroll := inventory.EnrollSeatsInput{ProfileID: under}
	for _, r := range made.Results {
		enroll.Seats = append(enroll.Seats, &inventory.SeatToEnroll{ID: r.Seat.ID})
	}
	enrolled, err := w.Inventory.EnrollSeats(w.as(manager), enroll)
	granted(t, err)
	var codes, requests []id.ID
	for n, r := range enrolled.Results {
		codes = append(codes, r.Enrollment.ID)
		requests = append(requests, w.request(rita, asks, fmt.Sprintf("user-%03d", n)))
	}
	lapse := func(ids []id.ID) {
		for _, e := range ids {
			w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, e.UUID, morning)
		}
	}
	lock := func(ids []id.ID) {
		for _, e := range ids {
			w.past(`UPDATE enrollments SET status = 'LOCKED', attempts = allowed_attempts WHERE id = $1`, e.UUID)
		}
	}
	asTheyAre := func([]id.ID) {}
	comment := ptr("By the hundred")
	var statements atomic.Int64
	told := func(context.Context, string) { statements.Add(1) }
	w.onStatement.Store(&told)
	for _, c := range []struct {
		name   string
		ids    []id.ID
		before func([]id.ID)
		act    func(ctx context.Context, ids []id.ID) (*inventory.EnrollmentsPayload, error)
	}{
		{"resend invitations", codes, asTheyAre, func(ctx context.Context, ids []id.ID) (*inventory.EnrollmentsPayload, error) {
			return w.Inventory.ResendMany(ctx, inventory.ResendEnrollmentsInput{IDs: ids, Comment: comment})
		}},
		{"resend expired invitations", codes, lapse, func(ctx context.Context, ids []id.ID) (*inventory.EnrollmentsPayload, error) {
			return w.Inventory.ResendMany(ctx, inventory.ResendEnrollmentsInput{IDs: ids, Comment: comment})
		}},
		{"reset", codes, lapse, func(ctx context.Context, ids []id.ID) (*inventory.EnrollmentsPayload, error) {
			return w.Inventory.ResetMany(ctx, inventory.ResetEnrollmentsInput{IDs: ids, NewCode: ptr(true), Comment: comment})
		}},
		{"unlock", codes, lock, func(ctx context.Context, ids []id.ID) (*inventory.EnrollmentsPayload, error) {
			return w.Inventory.UnlockMany(ctx, inventory.UnlockEnrollmentsInput{IDs: ids, Comment: comment})
		}},
		{"cancel", codes, asTheyAre, func(ctx context.Context, ids []id.ID) (*inventory.EnrollmentsPayload, error) {
			return w.Inventory.CancelMany(ctx, inventory.CancelEnrollmentsInput{IDs: ids, Reason: *comment})
		}},
		{"resend requests", requests, asTheyAre, func(ctx context.Context, ids []id.ID) (*inventory.EnrollmentsPayload, error) {
			return w.Inventory.ResendMany(ctx, inventory.ResendEnrollmentsInput{IDs: ids, Comment: comment})
		}},
		{"resend expired requests", requests, lapse, func(ctx context.Context, ids []id.ID) (*inventory.EnrollmentsPayload, error) {
			return w.Inventory.ResendMany(ctx, inventory.ResendEnrollmentsInput{IDs: ids, Comment: comment})
		}},
		{"approve", requests, asTheyAre, func(ctx context.Context, ids []id.ID) (*inventory.EnrollmentsPayload, error) {
			return w.Inventory.ApproveMany(ctx, inventory.ApproveEnrollmentsInput{IDs: ids, Comment: comment})
		}},
		{"resend approvals", requests, asTheyAre, func(ctx context.Context, ids []id.ID) (*inventory.EnrollmentsPayload, error) {
			return w.Inventory.ResendApprovalMany(ctx, inventory.ResendApprovalEmailsInput{IDs: ids, Comment: comment})
		}},
	} {
		counted := func(ids []id.ID) int64 {
			c.before(ids)
			before := statements.Load()
			p, err := c.act(w.as(boss), ids)
			granted(t, err)
			granted(t, nil, p.UserErrors...)
			for n, r := range p.Results {
				if len(r.UserErrors) > 0 || r.ID != ids[n] {
					t.Fatalf("%s, %d: %v", c.name, n, r.UserErrors)
				}
			}
			return statements.Load() - before
		}
		if a, b := counted(c.ids[:few]), counted(c.ids[few:]); a != b || a == 0 || a > 20 {
			t.Errorf("%s: %d statements for %d, %d for %d", c.name, a, few, b, many)
		}
	}
	w.honest()
}
