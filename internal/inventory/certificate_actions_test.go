package inventory_test

import (
	"fmt"
	"slices"
	"testing"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
)

// What the viewer is told of RENEW is what renewCertificate answers, code and
// sentence.
func TestRenewalsAreWhatWasForetold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 30)
	for n, c := range []struct {
		name string
		make func(under, one, seat id.ID)
		want refusal.Code
	}{
		{"in the window", func(_, _, _ id.ID) {}, ""},
		{"before a window that has become shorter", func(under, _, _ id.ID) {
			w.past(`UPDATE certificate_profiles SET renewal_window_seconds = 86400 WHERE id = $1`, under.UUID)
		}, refusal.OutsideRenewalWindow},
		{"on hold", func(_, one, _ id.ID) { w.suspend(one) }, refusal.InvalidState},
		{"revoked", func(_, one, _ id.ID) { w.revoke(one) }, refusal.InvalidState},
		{"being renewed", func(_, one, _ id.ID) { w.renewed(one) }, refusal.ActiveEnrollmentExists},
		{"renewed", func(_, one, _ id.ID) { w.takes(w.guest(w.renewed(one))) }, refusal.AlreadyReplaced},
		{"its successor was revoked", func(_, one, _ id.ID) { w.revoke(w.takes(w.guest(w.renewed(one)))) }, ""},
		{"beside one that ends earlier", func(_, one, seat id.ID) { w.link(seat, w.ends(one).Add(-day)) }, refusal.SeatHasCertificate},
		{"its seat was deleted", func(_, _, seat id.ID) { w.delete(boss, seat, false) }, refusal.SeatDeleted},
		{"its profile is archived", func(under, _, _ id.ID) {
			p, err := w.Profiles.Archive(w.as(boss), profile.ArchiveCertificateProfileInput{ID: under})
			granted(t, err)
			granted(t, nil, p.UserErrors...)
		}, refusal.ProfileArchived},
	} {
		under := w.profile(ending(renewable(lifecycle.Device)))
		seatID := fmt.Sprint("device-", n)
		one := w.issued(under, lifecycle.Device, seatID)
		c.make(under, one, w.seatOf(seatID))
		seen := w.sees(manager, one)
		can, err := w.Inventory.CertificateActions(w.as(manager), seen)
		granted(t, err)
		cannot, err := w.Inventory.UnavailableCertificateActions(w.as(manager), seen)
		granted(t, err)
		told, sentence := refusal.Code("NOT LISTED"), ""
		if slices.Contains(can, lifecycle.CertificateActRenew) {
			told = ""
		}
		for _, u := range cannot {
			if u.Action == lifecycle.CertificateActRenew {
				told, sentence = u.Code, u.Message
			}
		}
		p := w.renew(manager, inventory.RenewCertificateInput{ID: one})
		if got := code(p.UserErrors); told != c.want || got != c.want || got != "" && p.UserErrors[0].Message != sentence {
			t.Errorf("%s: foretold %q (%s), answered %v; want %q", c.name, told, sentence, p.UserErrors, c.want)
		}
	}
	w.honest()
}
