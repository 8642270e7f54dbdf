package inventory_test

import (
	"fmt"
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
)

func TestTwoApproversAndOneRejecterComeToOneOutcome(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	under := w.profile(rules{})
	for round := range 8 { // so that each of the three is the fastest now and then
		e := w.request(rita, under, fmt.Sprintf("user-%d", round))
		codes := make([]refusal.Code, 3)
		together(3, func(n int) {
			var p *inventory.EnrollmentPayload
			var err error
			switch n {
			case 0:
				p, err = w.Inventory.Approve(w.as(anna), inventory.ApproveEnrollmentInput{ID: e})
			case 1:
				p, err = w.Inventory.Approve(w.as(ben), inventory.ApproveEnrollmentInput{ID: e})
			case 2:
				p, err = w.Inventory.Reject(w.as(clara), inventory.RejectEnrollmentInput{ID: e, Reason: "not ours"})
			}
			if err != nil {
				t.Error(err)
				return
			}
			codes[n] = code(p.UserErrors)
			if p.Enrollment == nil || p.Enrollment.Status != lifecycle.Approved && p.Enrollment.Status != lifecycle.Rejected {
				t.Errorf("caller %d was shown %+v instead of the enrollment as it now is", n, p.Enrollment)
			}
		})
		if got := tally(codes); got[""] != 1 || got[refusal.InvalidState] != 2 {
			t.Fatalf("answers %v; want one yes and two INVALID_STATE", codes)
		}
		wantStatus, won := lifecycle.Approved, w.entries(e, audit.Approve, audit.Success)
		if codes[2] == "" {
			wantStatus, won = lifecycle.Rejected, w.entries(e, audit.Reject, audit.Success)
		}
		if got := w.enrollment(e).Status; got != wantStatus || won != 1 {
			t.Errorf("the enrollment is %s with %d entries of it, want %s and 1", got, won, wantStatus)
		}
		if n := w.count(`SELECT count(*) FROM audit_entries WHERE resource_id = $1 AND action IN ('APPROVE', 'REJECT')`, e.UUID); n != 3 {
			t.Errorf("%d entries of decisions; want one that counted and two that were refused", n)
		}
		if n := w.count(`SELECT count(*) FROM approvals WHERE enrollment_id = $1`, e.UUID); n != 1 {
			t.Errorf("%d decisions are kept, want 1", n)
		}
	}
	w.honest()
}

func TestOfManyApproversExactlyAsManyCountAsAreAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	for _, required := range []int{1, 2, 5} {
		e := w.request(rita, w.profile(rules{changes: profile.RuleChanges{ApprovalsRequired: &required}}), fmt.Sprintf("user-%d", required))
		codes := make([]refusal.Code, 12)
		together(len(codes), func(n int) {
			// Half of them try twice: with two tabs open, nobody counts twice.
			p, err := w.Inventory.Approve(w.as(person(fmt.Sprintf("approver%d", n%8), lifecycle.Approver)), inventory.ApproveEnrollmentInput{ID: e})
			if err != nil {
				t.Error(err)
				return
			}
			codes[n] = code(p.UserErrors)
		})
		got := tally(codes)
		if got[""] != required || got[refusal.InvalidState]+got[refusal.AlreadyDecided] != len(codes)-required {
			t.Errorf("of %d: answers %v", required, got)
		}
		if now := w.enrollment(e); now.Status != lifecycle.Approved || now.ApprovalsGiven != required {
			t.Errorf("of %d: the enrollment is %s with %d approvals", required, now.Status, now.ApprovalsGiven)
		}
		if people := w.count(`SELECT count(DISTINCT subject) FROM approvals WHERE enrollment_id = $1`, e.UUID); people != required {
			t.Errorf("of %d: %d different people approved", required, people)
		}
	}
	w.honest()
}

func TestApprovalsRaceForTheLastLicences(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	profiles := []id.ID{w.profile(rules{}), w.profile(rules{}), w.profile(rules{})}
	var all []id.ID
	for n := range 18 { // 18 people, one of them under two profiles: 18 seats for 10 licences
		all = append(all, w.request(rita, profiles[n%3], fmt.Sprintf("user-%02d", n)))
	}
	all = append(all, w.request(rita, profiles[1], "user-00"))

	yes := make([]int, 6)
	together(len(yes), func(n int) {
		ids := make([]id.ID, len(all)) // each asks for all, beginning elsewhere
		for k := range all {
			ids[k] = all[(k+n*3)%len(all)]
		}
		p, err := w.Inventory.ApproveMany(w.as(person(fmt.Sprintf("approver%d", n), lifecycle.Approver)), inventory.ApproveEnrollmentsInput{IDs: ids})
		if err != nil {
			t.Error(err)
			return
		}
		for _, r := range p.Results {
			switch code(r.UserErrors) {
			case "":
				yes[n]++
			case refusal.NoSeatLeft, refusal.InvalidState:
			default:
				t.Errorf("caller %d: %v", n, r.UserErrors)
			}
		}
	})
	total := 0
	for _, n := range yes {
		total += n
	}
	approved := w.count(`SELECT count(*) FROM enrollments WHERE status = 'APPROVED'`)
	seats := w.count(`SELECT count(*) FROM seats WHERE deleted_at IS NULL`)
	if total != approved || seats != 10 || approved < 10 || approved > 11 {
		t.Errorf("%d answers of yes, %d approved, %d seats; want as many answers as approvals, and 10 seats", total, approved, seats)
	}
	if left := w.count(`SELECT count(*) FROM enrollments WHERE status = 'PENDING' AND seat_row_id IS NULL AND approvals = 0 AND version = 1`); left != len(all)-approved {
		t.Errorf("%d requests are as they were; want the other %d", left, len(all)-approved)
	}
	w.honest()
}

func TestAnApprovalAndCreateSeatMakeTheSameSeatOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 40)
	under := w.profile(rules{})
	for round := range 8 {
		name := fmt.Sprintf("user-%d", round)
		e := w.request(rita, under, name)
		together(3, func(n int) {
			if n < 2 {
				p, err := w.Inventory.CreateSeat(w.as(boss), inventory.CreateSeatInput{BusinessUnitID: w.unit, SeatType: lifecycle.User, SeatID: name})
				if err != nil || code(p.UserErrors) != "" && code(p.UserErrors) != refusal.Duplicate {
					t.Errorf("createSeat: %v %+v", err, p)
				}
				return
			}
			p, err := w.Inventory.Approve(w.as(anna), inventory.ApproveEnrollmentInput{ID: e})
			if err != nil || len(p.UserErrors) > 0 {
				t.Errorf("approve: %v %+v", err, p)
			}
		})
		if seats := w.count(`SELECT count(*) FROM seats WHERE seat_key = $1 AND deleted_at IS NULL`, name); seats != 1 {
			t.Fatalf("%d live seats %s", seats, name)
		}
		if linked := w.count(`SELECT count(*) FROM enrollments e JOIN seats s ON s.id = e.seat_row_id WHERE e.id = $1 AND s.seat_key = $2 AND s.status = 'ENROLLED'`, e.UUID, name); linked != 1 {
			t.Errorf("the enrollment of %s is not linked to its seat", name)
		}
	}
	if created := w.count(`SELECT created FROM seat_allocations WHERE business_unit_id = $1 AND seat_type = 'USER'`, w.unit.UUID); created != 8 {
		t.Errorf("%d licences were taken for 8 seats", created)
	}
	w.honest()
}

func TestOneOfManyRequestsGetsThePlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	under := w.profile(rules{})
	codes := make([]refusal.Code, 16)
	together(len(codes), func(n int) {
		name := "ada"
		if n%2 == 1 {
			name = "ADA"
		}
		p, err := w.Inventory.Request(w.as(rita), inventory.RequestEnrollmentInput{ProfileID: under, SeatID: name})
		if err != nil {
			t.Error(err)
			return
		}
		codes[n] = code(p.UserErrors)
	})
	if got := tally(codes); got[""] != 1 || got[refusal.ActiveEnrollmentExists] != 15 {
		t.Errorf("answers %v; want one request and 15 ACTIVE_ENROLLMENT_EXISTS", got)
	}
	if made, not := w.entries(id.ID{}, audit.Request, audit.Success), w.entries(id.ID{}, audit.Request, audit.Refused); made != 1 || not != 15 {
		t.Errorf("%d entries of requests and %d of refusals; want 1 and 15", made, not)
	}
	w.honest()
}
