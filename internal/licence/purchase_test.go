package licence_test

import (
	"strings"
	"testing"

	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

func TestSetPurchased(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.unit(t, "research", lifecycle.User, 5)
	h.unit(t, "sales", lifecycle.Device, 0)
	for _, c := range []struct {
		name    string
		role    lifecycle.Role
		units   []string
		in      licence.SetPurchasedSeatsInput
		code    refusal.Code
		says    string
		version int // of the pool afterwards; 0: not shown
	}{
		{"a figure", lifecycle.Admin, nil, licence.SetPurchasedSeatsInput{SeatType: lifecycle.Server, Purchased: ptr(100)}, "", "", 2},
		{"the figure that it has", lifecycle.Admin, nil, licence.SetPurchasedSeatsInput{SeatType: lifecycle.Organization, Purchased: ptr(0)}, "", "", 1},
		{"without a limit", lifecycle.Admin, nil, licence.SetPurchasedSeatsInput{SeatType: lifecycle.Unified, Unlimited: ptr(true)}, "", "", 2},
		{"unlimited again", lifecycle.Admin, nil, licence.SetPurchasedSeatsInput{SeatType: lifecycle.Discovery, Unlimited: ptr(true)}, "", "", 1},
		{"a negative figure", lifecycle.Admin, nil, licence.SetPurchasedSeatsInput{SeatType: lifecycle.Imported, Purchased: ptr(-1)}, refusal.Invalid, "The figure is -1; 0 to", 1},
		{"no figure", lifecycle.Admin, nil, licence.SetPurchasedSeatsInput{SeatType: lifecycle.Organization}, refusal.Invalid, "or unlimited: true", 1},
		{"a figure and no limit", lifecycle.Admin, nil, licence.SetPurchasedSeatsInput{SeatType: lifecycle.Organization, Purchased: ptr(7), Unlimited: ptr(true)}, refusal.Invalid, "either 7 or unlimited", 1},
		{"below what is allocated", lifecycle.Admin, nil, licence.SetPurchasedSeatsInput{SeatType: lifecycle.User, Purchased: ptr(3)}, refusal.NoLicenceLeft,
			"5 USER licences are allocated to business units, 2 more than the 3 to be purchased", 2},
		{"of another version", lifecycle.Admin, nil, licence.SetPurchasedSeatsInput{SeatType: lifecycle.Device, Purchased: ptr(3), ExpectedVersion: ptr(1)}, refusal.Conflict, "(version 2, you sent 1)", 2},
		{"without the permission", lifecycle.SeatManager, nil, licence.SetPurchasedSeatsInput{SeatType: lifecycle.Imported, Purchased: ptr(3)}, refusal.Forbidden, "MANAGE_LICENSES", 1},
		{"for some business units only", lifecycle.Admin, []string{"research"}, licence.SetPurchasedSeatsInput{SeatType: lifecycle.Imported, Purchased: ptr(3)}, refusal.Forbidden, `"*"`, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, err := h.licences.SetPurchased(as(t, c.role, c.units...), c.in)
			if err != nil {
				t.Fatal(err)
			}
			if c.code == "" && len(p.UserErrors) > 0 || c.code != "" && (only(t, p.UserErrors).Code != c.code || !strings.Contains(p.UserErrors[0].Message, c.says)) {
				t.Errorf("refused: %v", p.UserErrors)
			}
			if (p.SeatLicense == nil) != (c.version == 0) || p.SeatLicense != nil && p.SeatLicense.Version != c.version {
				t.Errorf("shown: %+v", p.SeatLicense)
			}
			if c.code == "" && (p.SeatLicense.Purchased == nil) != (c.in.Purchased == nil) {
				t.Errorf("purchased: %v", p.SeatLicense.Purchased)
			}
		})
	}
}
