package inventory_test

import (
	"strings"
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

func TestTheFormOfASeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 50)
	for _, c := range []struct {
		name  string
		kind  lifecycle.SeatType
		seat  inventory.NewSeat
		want  refusal.Code
		field string
	}{
		{"255 characters", lifecycle.User, inventory.NewSeat{SeatID: strings.Repeat("é", 255)}, "", ""},
		{"255 characters within spaces", lifecycle.User, inventory.NewSeat{SeatID: "  " + strings.Repeat("b", 255) + "\u00a0"}, "", ""},
		{"256 characters", lifecycle.User, inventory.NewSeat{SeatID: strings.Repeat("é", 256)}, refusal.Invalid, "seatId"},
		{"256 code points that compose to 128", lifecycle.User, inventory.NewSeat{SeatID: strings.Repeat("u\u0308", 128)}, "", ""},
		{"nothing", lifecycle.User, inventory.NewSeat{SeatID: ""}, refusal.Invalid, "seatId"},
		{"spaces", lifecycle.User, inventory.NewSeat{SeatID: " \u3000 "}, refusal.Invalid, "seatId"},
		{"a NUL", lifecycle.User, inventory.NewSeat{SeatID: "a\x00b"}, refusal.Invalid, "seatId"},
		{"an escape sequence", lifecycle.User, inventory.NewSeat{SeatID: "a\x1b[31mb"}, refusal.Invalid, "seatId"},
		{"two lines", lifecycle.User, inventory.NewSeat{SeatID: "a\nb"}, refusal.Invalid, "seatId"},
		{"bytes that are no UTF-8", lifecycle.User, inventory.NewSeat{SeatID: "a\xffb"}, refusal.Invalid, "seatId"},
		{"a NUL in the seatId and a bad name", lifecycle.User, inventory.NewSeat{SeatID: "a\x00b", Name: ptr("a\nb")}, refusal.Invalid, "name"},
		{"a NUL in the name", lifecycle.User, inventory.NewSeat{SeatID: "named", Name: ptr("a\x00b")}, refusal.Invalid, "name"},
		{"a bad e-mail address", lifecycle.User, inventory.NewSeat{SeatID: "mailed", Email: ptr("ada at example.org")}, refusal.Invalid, "email"},
		{"a phone number", lifecycle.User, inventory.NewSeat{SeatID: "called", Phone: ptr("+49 30 1234")}, "", ""},
		{"a phone number of a device", lifecycle.Device, inventory.NewSeat{SeatID: "called", Phone: ptr("+49 30 1234")}, refusal.Invalid, "phone"},
		{"an imported one", lifecycle.Imported, inventory.NewSeat{SeatID: "imported"}, refusal.WrongSeatType, "seatType"},
	} {
		one, err := w.Inventory.CreateSeat(w.as(boss), inventory.CreateSeatInput{
			BusinessUnitID: w.unit, SeatType: c.kind, SeatID: c.seat.SeatID, Name: c.seat.Name, Email: c.seat.Email, Phone: c.seat.Phone,
		})
		if err != nil || code(one.UserErrors) != c.want || (one.Seat == nil) != (c.want != "") {
			t.Errorf("%s: %v %+v; want %q", c.name, err, one, c.want)
			continue
		}
		if c.want != "" && strings.Join(one.UserErrors[0].Field, ".") != "input."+c.field {
			t.Errorf("%s points at %v", c.name, one.UserErrors[0].Field)
		}
		// Among several the same seat is refused at its own place, and its neighbour is made.
		if c.want != refusal.Invalid {
			continue
		}
		many, err := w.Inventory.CreateSeats(w.as(boss), inventory.CreateSeatsInput{BusinessUnitID: w.unit, SeatType: c.kind, Seats: []*inventory.NewSeat{{SeatID: "beside " + strings.ReplaceAll(c.name, " ", "-")}, &c.seat}})
		granted(t, err)
		if code(many.Results[0].UserErrors) != "" || code(many.Results[1].UserErrors) != c.want || strings.Join(many.Results[1].UserErrors[0].Field, ".") != "input.seats.1."+c.field {
			t.Errorf("%s among several: %v, %v", c.name, many.Results[0].UserErrors, many.Results[1].UserErrors)
		}
	}
	w.honest()
}

func TestWhatTheSameSeatIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	other := w.newUnit("sales", 20)
	made := func(unit id.ID, kind lifecycle.SeatType, seatID string) refusal.Code {
		p, err := w.Inventory.CreateSeat(w.as(boss), inventory.CreateSeatInput{BusinessUnitID: unit, SeatType: kind, SeatID: seatID})
		granted(t, err)
		return code(p.UserErrors)
	}
	for _, c := range []struct {
		unit   id.ID
		kind   lifecycle.SeatType
		seatID string
		want   refusal.Code
	}{
		{w.unit, lifecycle.User, "Zoë", ""},
		{w.unit, lifecycle.User, "ZOE\u0308", refusal.Duplicate}, // upper case, decomposed
		{w.unit, lifecycle.User, " zoë ", refusal.Duplicate},
		{w.unit, lifecycle.User, "Zoe", ""},
		{w.unit, lifecycle.Device, "zoë", ""},
		{other, lifecycle.User, "zoë", ""},
		{w.unit, lifecycle.User, "oﬀice", ""}, // a ligature is a character of its own: NFC, not NFKC
		{w.unit, lifecycle.User, "office", ""},
		{w.unit, lifecycle.User, "\u212bngstrom", ""}, // ANGSTROM SIGN is Å in NFC
		{w.unit, lifecycle.User, "ångstrom", refusal.Duplicate},
		{w.unit, lifecycle.User, "straße", ""},
		{w.unit, lifecycle.User, "STRAẞE", refusal.Duplicate},
		{w.unit, lifecycle.User, "STRASSE", ""}, // lower case, not case folding
	} {
		if got := made(c.unit, c.kind, c.seatID); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.kind, c.seatID, got, c.want)
		}
	}
	// Lists find it however it is spelled.
	p, err := w.Inventory.Seats(w.as(looker), page.Args{}, inventory.SeatListInput{Filter: &inventory.SeatFilter{SeatIDs: []string{"ZOE\u0308", " zoë", "never made"}}})
	granted(t, err)
	if len(p.Edges) != 3 {
		t.Errorf("%d seats are found, want the three of both units and types", len(p.Edges))
	}
	twice, err := w.Inventory.CreateSeats(w.as(boss), inventory.CreateSeatsInput{BusinessUnitID: w.unit, SeatType: lifecycle.Device, Seats: []*inventory.NewSeat{{SeatID: "Twin"}, {SeatID: "tWIN"}, {SeatID: "zoË"}}})
	granted(t, err)
	if code(twice.Results[0].UserErrors) != "" || code(twice.Results[1].UserErrors) != refusal.Duplicate || code(twice.Results[2].UserErrors) != refusal.Duplicate {
		t.Errorf("twins in one call: %v %v %v", twice.Results[0].UserErrors, twice.Results[1].UserErrors, twice.Results[2].UserErrors)
	}
	w.honest()
}

func TestSeatsThatAreRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	seats := func(n int) []*inventory.NewSeat {
		list := make([]*inventory.NewSeat, n)
		for i := range list {
			list[i] = &inventory.NewSeat{SeatID: strings.Repeat("x", i%200+1)}
		}
		return list
	}
	for _, c := range []struct {
		name string
		in   inventory.CreateSeatsInput
		by   lifecycle.Role
		want refusal.Code
	}{
		{"none", inventory.CreateSeatsInput{BusinessUnitID: w.unit, SeatType: lifecycle.User}, lifecycle.SeatManager, refusal.Invalid},
		{"1,001", inventory.CreateSeatsInput{BusinessUnitID: w.unit, SeatType: lifecycle.User, Seats: seats(1001)}, lifecycle.SeatManager, refusal.TooMany},
		{"no such unit", inventory.CreateSeatsInput{BusinessUnitID: id.New(id.BusinessUnit), SeatType: lifecycle.User, Seats: seats(1)}, lifecycle.SeatManager, refusal.NotFound},
		{"of a type that is found", inventory.CreateSeatsInput{BusinessUnitID: w.unit, SeatType: lifecycle.Discovery, Seats: seats(1)}, lifecycle.SeatManager, refusal.WrongSeatType},
		{"by an approver", inventory.CreateSeatsInput{BusinessUnitID: w.unit, SeatType: lifecycle.User, Seats: seats(1)}, lifecycle.Approver, refusal.Forbidden},
	} {
		before := w.entries(id.ID{}, audit.CreateSeat, audit.Refused)
		p, err := w.Inventory.CreateSeats(w.as(person("sam", c.by)), c.in)
		granted(t, err)
		if code(p.UserErrors) != c.want || len(p.Results) != 0 {
			t.Errorf("%s: %+v, want %s", c.name, p, c.want)
		}
		if n := w.entries(id.ID{}, audit.CreateSeat, audit.Refused) - before; n != 1 {
			t.Errorf("%s left %d entries of the refusal", c.name, n)
		}
	}
	if n := w.count(`SELECT count(*) FROM seats`); n != 0 {
		t.Errorf("%d seats were made", n)
	}
}
