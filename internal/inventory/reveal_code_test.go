package inventory_test

import (
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

func TestACodeIsShownAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.byCode()
	for n, c := range []struct {
		name string
		e    id.ID
		want lifecycle.Status
	}{
		{"created", w.invited(under, "created"), lifecycle.Created},
		{"locked", w.locked(under, "locked"), lifecycle.Locked},
		{"due", w.lapsed(under, "due"), lifecycle.Expired},
	} {
		p, err := w.Inventory.RevealCode(w.as(manager), inventory.RevealEnrollmentCodeInput{ID: c.e, Comment: ptr("Asked on the telephone"), IdempotencyKey: ptr(c.name)})
		granted(t, err)
		granted(t, nil, p.UserErrors...)
		code, secret := w.secretsOf(c.e)
		if p.Code == nil || *p.Code != code || p.EnrollmentURL == nil || *p.EnrollmentURL != "https://gatehouse.example.com/enroll#"+secret {
			t.Errorf("%s: shown are a code that is the kept one: %v, and a link that is: %v", c.name, p.Code != nil && *p.Code == code, p.EnrollmentURL)
		}
		if p.Enrollment == nil || p.Enrollment.Status != c.want {
			t.Errorf("%s: the enrollment is %+v", c.name, p.Enrollment)
		}
		again, err := w.Inventory.RevealCode(w.as(manager), inventory.RevealEnrollmentCodeInput{ID: c.e, Comment: ptr("Asked on the telephone"), IdempotencyKey: ptr(c.name)})
		granted(t, err)
		if !again.Replayed || again.Code != nil || again.EnrollmentURL != nil || len(again.UserErrors) > 0 || again.Enrollment == nil {
			t.Errorf("%s: a repeat shows %+v", c.name, again)
		}
		if w.entries(c.e, audit.ViewCode, audit.Success) != 1 || w.comment(c.e, audit.ViewCode) != "Asked on the telephone" || len(w.told(c.e, audit.ViewCode)) > 0 {
			t.Errorf("%s: %d entries, %q", c.name, w.entries(c.e, audit.ViewCode, audit.Success), w.comment(c.e, audit.ViewCode))
		}
		if n == 0 {
			_, err := w.Inventory.RevealCode(w.as(manager), inventory.RevealEnrollmentCodeInput{ID: c.e})
			granted(t, err)
			if w.entries(c.e, audit.ViewCode, audit.Success) != 2 || w.enrollment(c.e).Version != 1 {
				t.Error("each time is in the audit log, and changes nothing")
			}
		}
	}
	w.honest()
}

func TestACodeThatIsNotShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	private, public := w.invited(w.byCode(), "private"), w.invited(w.byCode(public, mailsCode), "public")
	redeemed := w.invited(w.byCode(), "redeemed")
	w.past(`UPDATE enrollments SET status = 'REDEEMED' WHERE id = $1`, redeemed.UUID)
	w.past(`UPDATE seats SET active_enrollments = 0, status = 'CREATED' WHERE seat_key = 'redeemed'`)
	for _, c := range []struct {
		name string
		by   lifecycle.Role
		unit string
		e    id.ID
		want refusal.Code
	}{
		{"without the right", lifecycle.Approver, "*", private, refusal.Forbidden},
		{"from another business unit", lifecycle.EnrollmentManager, "sales", private, refusal.NotFound},
		{"under a public authority", lifecycle.Admin, "*", public, refusal.CodePrivateOnly},
		{"redeemed", lifecycle.Admin, "*", redeemed, refusal.InvalidState},
		{"of nothing", lifecycle.Admin, "*", id.New(id.Enrollment), refusal.NotFound},
	} {
		v := person("somebody", c.by)
		if c.unit != "*" {
			v = person("somebody", c.by, c.unit)
		}
		p, err := w.Inventory.RevealCode(w.as(v), inventory.RevealEnrollmentCodeInput{ID: c.e})
		granted(t, err)
		if code(p.UserErrors) != c.want || p.Code != nil || p.EnrollmentURL != nil {
			t.Errorf("%s: %v, shown %v; want %s and nothing", c.name, p.UserErrors, p.Code != nil, c.want)
		}
		if w.entries(c.e, audit.ViewCode, audit.Refused) == 0 || w.entries(c.e, audit.ViewCode, audit.Success) > 0 {
			t.Errorf("%s: the attempt has no entry", c.name)
		}
	}
	w.honest()
}
