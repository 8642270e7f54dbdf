package inventory_test

import (
	"slices"
	"testing"

	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/period"
	"gatehouse/internal/profile"
)

func TestWhatALinkLeadsTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 9)
	under := w.profile(byCode(profile.RuleChanges{CodeLength: ptr(7), CodeAlphabet: ptr(lifecycle.Digits), AllowedAttempts: ptr(4), Validity: ptr(30 * period.Day), AllowedKeys: []lifecycle.KeyKind{lifecycle.ECP384}}))
	guest := w.invite(under, lifecycle.User, "guest")
	see := func(token string) *inventory.Invitation {
		t.Helper()
		v, err := w.Inventory.Invitation(t.Context(), token)
		granted(t, err)
		return v
	}
	v := see(guest.token)
	if v == nil || v.AuthenticationMethod != lifecycle.EnrollmentCode || v.EnrollmentMethod != lifecycle.BrowserPKCS12 || v.Issuer != lifecycle.IssuerBuiltIn ||
		v.BusinessUnitName != "Unit research" || v.ProfileName == "" || v.SeatType != lifecycle.User || v.SeatID != "guest" || v.Name != "Name of guest" ||
		*v.CodeLength != 7 || *v.CodeAlphabet != lifecycle.Digits || *v.AttemptsLeft != 4 || !slices.Equal(v.AllowedKeys, []lifecycle.KeyKind{lifecycle.ECP384}) ||
		!v.NeedsCsr || v.Validity != 30*period.Day || v.ApprovalsMissing != 0 || v.Reason != nil || v.Issuance != nil || v.Certificate != nil {
		t.Errorf("the invitation shows %+v", v)
	}
	w.set(v.ExpiresAt)
	if got := see(guest.token).Status; got != lifecycle.Expired {
		t.Errorf("at its end it is %s", got)
	}
	w.set(morning)

	e := w.request(rita, w.profile(rules{changes: profile.RuleChanges{ApprovalsRequired: ptr(2)}}), "asked")
	status := w.opened(e, "token_cipher")
	for _, c := range []struct {
		act     func()
		status  lifecycle.Status
		missing int
	}{
		{func() {}, lifecycle.Pending, 2},
		{func() { w.approve(anna, e) }, lifecycle.PendingSecondApproval, 1},
		{func() { w.approve(ben, e) }, lifecycle.Approved, 0},
	} {
		c.act()
		v := see(status)
		if v.Status != c.status || v.ApprovalsMissing != c.missing || v.Redeems || v.CodeLength != nil || v.AttemptsLeft != nil || len(v.AllowedKeys) != len(lifecycle.KeyKinds) {
			t.Errorf("the request shows %+v", v)
		}
	}
	if v := see(w.picked(e).token); !v.Redeems || v.Status != lifecycle.Approved {
		t.Errorf("the pick-up link shows %+v", v)
	}

	rejected := w.request(rita, w.profile(rules{}), "rejected")
	p, err := w.Inventory.Reject(w.as(anna), inventory.RejectEnrollmentInput{ID: rejected, Reason: "Not this year."})
	granted(t, err)
	granted(t, nil, p.UserErrors...)
	if v := see(w.opened(rejected, "token_cipher")); v.Status != lifecycle.Rejected || v.Reason == nil || *v.Reason != "Not this year." {
		t.Errorf("the rejected request shows %+v", v)
	}

	for _, none := range []string{"", "x", guest.token[:21], guest.token + "A", "AAAAAAAAAAAAAAAAAAAAAA", " " + guest.token} {
		if v := see(none); v != nil {
			t.Errorf("the link %q shows %+v", none, v)
		}
	}
}
