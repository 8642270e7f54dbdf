package inventory_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
)

// approvedFor is an approved request for a seat that its approval made.
func (w *world) approvedFor(under id.ID, seatID string) id.ID {
	w.t.Helper()
	e := w.request(rita, under, seatID)
	if got := w.approve(anna, e).Status; got != lifecycle.Approved {
		w.t.Fatalf("the request for %s is %s", seatID, got)
	}
	return e
}

// sweep writes down what is due and returns how many.
func (w *world) sweep() int {
	w.t.Helper()
	n, err := w.Inventory.ExpireDue(w.t.Context(), 100)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// liveSeats is how many live seats there are with a key.
func (w *world) liveSeats(key string) int {
	w.t.Helper()
	return w.count(`SELECT count(*) FROM seats WHERE seat_key = $1 AND deleted_at IS NULL`, key)
}

func TestTheInstantOfExpiry(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	under := w.profile(rules{changes: profile.RuleChanges{ApprovalsRequired: ptr(2)}})
	pending := w.request(rita, under, "pending")
	second := w.request(rita, under, "second")
	w.approve(anna, second)
	working := w.request(rita, under, "working")
	moved, err := w.Inventory.ChangeStatus(w.as(anna), inventory.ChangeEnrollmentStatusInput{ID: working, Status: lifecycle.InProgress})
	granted(t, err)
	granted(t, nil, moved.UserErrors...)
	ends := w.enrollment(pending).ExpiresAt
	if want := morning.Add(10 * day); !ends.Equal(want) {
		t.Fatalf("a request expires at %s, want %s", ends, want)
	}
	listed := func(view inventory.EnrollmentView) ([]string, int) {
		p, err := w.Inventory.Enrollments(w.as(anna), page.Args{}, inventory.EnrollmentListInput{View: &view}, nil)
		granted(t, err)
		n, err := p.TotalCount(w.as(anna))
		granted(t, err)
		return sorted(seatIDs(p.Nodes())), n
	}
	all := []string{"pending", "second", "working"}
	for _, c := range []struct {
		name    string
		at      time.Time
		expired bool
	}{
		{"a microsecond before", ends.Add(-time.Microsecond), false},
		{"at its very time", ends, true},
		{"a year later", ends.Add(365 * day), true},
	} {
		w.set(c.at)
		for _, v := range []struct {
			view inventory.EnrollmentView
			live []string
			due  []string
		}{
			{inventory.ViewAll, all, all},
			{inventory.ViewExpired, nil, all},
			{inventory.ViewPendingApproval, all[:2], nil},
			{inventory.ViewInProgress, all[2:], nil},
			{inventory.ViewNeedsMyApproval, []string{"pending", "working"}, nil},
			{inventory.ViewExpiringSoon, all, nil},
		} {
			want := v.live
			if c.expired {
				want = v.due
			}
			if got, n := listed(v.view); !slices.Equal(got, want) || n != len(want) {
				t.Errorf("%s: %s shows %v and counts %d; want %v", c.name, v.view, got, n, want)
			}
		}
		for _, e := range []id.ID{pending, second, working} {
			found := w.enrollment(e)
			if got := found.Status == lifecycle.Expired; got != c.expired {
				t.Errorf("%s: %s reads as %s", c.name, found.SeatID, found.Status)
			}
			can, err := w.Inventory.EnrollmentActions(w.as(clara), found)
			granted(t, err)
			if got := slices.Contains(can, lifecycle.ActApprove); got == c.expired {
				t.Errorf("%s: availableActions of %s are %v", c.name, found.SeatID, can)
			}
		}
	}
	// Nothing above has written anything.
	if n := w.entries(id.ID{}, audit.Expire, audit.Success); n != 0 {
		t.Errorf("reading left %d entries of expiry", n)
	}
}

func TestWhoLocksADueOneWritesItsExpiryFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	under := w.profile(rules{})
	for _, c := range []struct {
		name   string
		action audit.Action
		act    func(e id.ID) (*inventory.EnrollmentPayload, error)
	}{
		{"approve", audit.Approve, func(e id.ID) (*inventory.EnrollmentPayload, error) {
			return w.Inventory.Approve(w.as(anna), inventory.ApproveEnrollmentInput{ID: e})
		}},
		{"reject", audit.Reject, func(e id.ID) (*inventory.EnrollmentPayload, error) {
			return w.Inventory.Reject(w.as(anna), inventory.RejectEnrollmentInput{ID: e, Reason: "late"})
		}},
		{"withdraw", audit.Withdraw, func(e id.ID) (*inventory.EnrollmentPayload, error) {
			return w.Inventory.Withdraw(w.as(rita), inventory.WithdrawEnrollmentInput{ID: e})
		}},
		{"changeStatus", audit.ChangeStatus, func(e id.ID) (*inventory.EnrollmentPayload, error) {
			return w.Inventory.ChangeStatus(w.as(anna), inventory.ChangeEnrollmentStatusInput{ID: e, Status: lifecycle.InProgress})
		}},
		{"addNote", audit.AddNote, func(e id.ID) (*inventory.EnrollmentPayload, error) {
			return w.Inventory.AddNote(w.as(anna), inventory.AddEnrollmentNoteInput{ID: e, Text: "late"})
		}},
	} {
		w.set(morning)
		e := w.request(rita, under, c.name)
		w.set(morning.Add(10 * day))
		p, err := c.act(e)
		granted(t, err)
		refused(t, p.UserErrors, refusal.InvalidState)
		if p.Enrollment == nil || p.Enrollment.Status != lifecycle.Expired || p.Enrollment.Version != 2 {
			t.Errorf("%s shows %+v", c.name, p.Enrollment)
		}
		rows, err := w.admin.Query(`SELECT actor_kind || ' ' || action || ' ' || outcome FROM audit_entries WHERE resource_id = $1 ORDER BY id OFFSET 1`, e.UUID)
		granted(t, err)
		var trail []string
		for rows.Next() {
			var line string
			granted(t, rows.Scan(&line))
			trail = append(trail, line)
		}
		granted(t, rows.Err())
		rows.Close()
		want := []string{"SYSTEM EXPIRE SUCCESS", fmt.Sprintf("USER %s REFUSED", c.action)}
		if !slices.Equal(trail, want) {
			t.Errorf("%s leaves %v, want %v", c.name, trail, want)
		}
	}
	w.honest()
}

func TestApproversRaceWithTheSweep(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	under := w.profile(rules{})
	for round := range 5 {
		w.set(morning)
		e := w.request(rita, under, fmt.Sprintf("user-%d", round))
		w.set(morning.Add(10 * day))
		codes := make([]refusal.Code, 4)
		together(6, func(n int) {
			if n >= len(codes) {
				if _, err := w.Inventory.ExpireDue(t.Context(), 100); err != nil {
					t.Error(err)
				}
				return
			}
			p, err := w.Inventory.Approve(w.as(person(fmt.Sprintf("approver%d", n), lifecycle.Approver)), inventory.ApproveEnrollmentInput{ID: e})
			if err != nil {
				t.Error(err)
				return
			}
			codes[n] = code(p.UserErrors)
		})
		if got := tally(codes); got[refusal.InvalidState] != len(codes) {
			t.Errorf("answers %v; an expired request is INVALID_STATE to everybody", codes)
		}
		if n := w.entries(e, audit.Expire, audit.Success); n != 1 {
			t.Errorf("%d entries of one expiry", n)
		}
	}
	w.honest()
}

func TestSweepsAtOnceWriteEachExpiryOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 40)
	under := w.profile(rules{})
	for n := range 30 {
		w.request(rita, under, fmt.Sprintf("user-%02d", n))
	}
	w.set(morning.Add(10 * day))
	counts := make([]int, 6)
	together(len(counts), func(n int) {
		var err error
		if counts[n], err = w.Inventory.ExpireDue(t.Context(), 20); err != nil {
			t.Error(err)
		}
	})
	counts = append(counts, w.sweep())
	total := 0
	for _, n := range counts {
		total += n
	}
	if total != 30 || w.entries(id.ID{}, audit.Expire, audit.Success) != 30 {
		t.Errorf("the sweeps say they wrote %v, and %d entries are there; want 30 in all", counts, w.entries(id.ID{}, audit.Expire, audit.Success))
	}
	if system := w.count(`SELECT count(*) FROM audit_entries WHERE action = 'EXPIRE' AND actor_kind = 'SYSTEM' AND actor_issuer = 'gatehouse'`); system != 30 {
		t.Errorf("%d of the entries name the system", system)
	}
	if again := w.sweep(); again != 0 {
		t.Errorf("another sweep wrote %d more", again)
	}
	w.honest()
}

func TestNothingExpiresWhileACAIsAtWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	e := w.approvedFor(w.profile(rules{}), "ada")
	w.past(`UPDATE enrollments SET issuance = 'REQUESTED', issuance_since = $2 WHERE id = $1`, e.UUID, morning)
	w.set(morning.Add(60 * day))
	if n := w.sweep(); n != 0 {
		t.Errorf("the sweep wrote %d", n)
	}
	if got := w.enrollment(e).Status; got != lifecycle.Approved {
		t.Errorf("it reads as %s", got)
	}
}
