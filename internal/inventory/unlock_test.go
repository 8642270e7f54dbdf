package inventory_test

import (
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

func TestALockedCodeIsUnlocked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.byCode()
	fresh, stale, live := w.locked(under, "fresh"), w.locked(under, "stale"), w.invited(under, "live")
	w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, stale.UUID, morning)
	code1, secret1 := w.secretsOf(fresh)
	p, err := w.Inventory.UnlockMany(w.as(manager), inventory.UnlockEnrollmentsInput{IDs: []id.ID{stale, live, fresh}, Comment: ptr("It was me")})
	granted(t, err)
	granted(t, nil, p.UserErrors...)
	for n, want := range []struct {
		e      id.ID
		code   refusal.Code
		status lifecycle.Status
		told   string
		active int
		seat   string
	}{
		{stale, "", lifecycle.Expired, "LOCKED > EXPIRED", 0, "stale"},
		{live, refusal.InvalidState, lifecycle.Created, "", 1, "live"},
		{fresh, "", lifecycle.Created, "LOCKED > CREATED", 1, "fresh"},
	} {
		r := p.Results[n]
		if r.ID != want.e || code(r.UserErrors) != want.code || r.Enrollment.Status != want.status {
			t.Errorf("%s: %v, %s", want.seat, r.UserErrors, r.Enrollment.Status)
		}
		if active, _ := w.active(want.seat); active != want.active {
			t.Errorf("%s: the seat counts %d; want %d", want.seat, active, want.active)
		}
		if want.code != "" {
			continue
		}
		if told := w.told(want.e, audit.Unlock); told["status"] != want.told || told["attempts"] != "5 > 0" || len(told) != 2 || w.comment(want.e, audit.Unlock) != "It was me" {
			t.Errorf("%s: the entry tells %v", want.seat, told)
		}
	}
	if code2, secret2 := w.secretsOf(fresh); code2 != code1 || secret2 != secret1 {
		t.Error("the code or the link is another")
	}
	one, err := w.Inventory.Unlock(w.as(manager), inventory.UnlockEnrollmentInput{ID: w.locked(under, "seen"), ExpectedVersion: ptr(9)})
	granted(t, err)
	refused(t, one.UserErrors, refusal.Conflict)
	w.honest()
}
