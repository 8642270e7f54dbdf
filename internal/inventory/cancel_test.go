package inventory_test

import (
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

func TestAnInvitationIsTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 8)
	under := w.byCode()
	created, locked, due := w.invited(under, "created"), w.locked(under, "locked"), w.lapsed(under, "due")
	request := w.request(rita, w.profile(rules{}), "request")
	token := w.token(created)
	p, err := w.Inventory.CancelMany(w.as(manager), inventory.CancelEnrollmentsInput{IDs: []id.ID{created, request, locked, due}, Reason: "She has left us"})
	granted(t, err)
	granted(t, nil, p.UserErrors...)
	for n, c := range []struct {
		e    id.ID
		told string
		seat string
	}{{created, "CREATED > REJECTED", "created"}, {request, "", ""}, {locked, "LOCKED > REJECTED", "locked"}, {due, "EXPIRED > REJECTED", "due"}} {
		r := p.Results[n]
		if c.told == "" {
			refused(t, r.UserErrors, refusal.WrongMethod)
			continue
		}
		if r.ID != c.e || len(r.UserErrors) > 0 || r.Enrollment.Status != lifecycle.Rejected || r.Enrollment.Reason() == nil || *r.Enrollment.Reason() != "She has left us" {
			t.Errorf("%s: %v, %+v", c.seat, r.UserErrors, r.Enrollment)
		}
		if told := w.told(c.e, audit.Cancel); told["status"] != c.told || told["reason"] != " > She has left us" || w.comment(c.e, audit.Cancel) != "She has left us" {
			t.Errorf("%s: the entry tells %v", c.seat, told)
		}
		if active, status := w.active(c.seat); active != 0 || status != lifecycle.SeatCreated {
			t.Errorf("%s: the seat counts %d and is %s", c.seat, active, status)
		}
		if w.mailed(c.e, lifecycle.MailRejected) != "" {
			t.Errorf("%s: somebody is mailed", c.seat)
		}
	}
	if w.token(created) != token {
		t.Error("the link is another: the page could not say that the invitation was taken back")
	}
	for _, c := range []struct {
		name string
		in   inventory.CancelEnrollmentInput
		want refusal.Code
	}{
		{"without a reason", inventory.CancelEnrollmentInput{ID: created, Reason: "  "}, refusal.Invalid},
		{"a second time", inventory.CancelEnrollmentInput{ID: created, Reason: "again"}, refusal.InvalidState},
		{"of another version", inventory.CancelEnrollmentInput{ID: w.invited(under, "other"), Reason: "no", ExpectedVersion: ptr(2)}, refusal.Conflict},
	} {
		p, err := w.Inventory.Cancel(w.as(manager), c.in)
		granted(t, err)
		if code(p.UserErrors) != c.want {
			t.Errorf("%s: %v", c.name, p.UserErrors)
		}
	}
	w.honest()
}
