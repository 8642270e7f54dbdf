package inventory_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// ada is a seat with everything that a seat can have.
func (w *world) ada() *inventory.Seat {
	w.t.Helper()
	p, err := w.Inventory.CreateSeat(w.as(boss), inventory.CreateSeatInput{
		BusinessUnitID: w.unit, SeatType: lifecycle.User, SeatID: "ada", Name: ptr("Ada Lovelace"), Email: ptr("ada@example.org"), Phone: ptr("+44 20 1815"),
	})
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	return p.Seat
}

// buried marks a seat as deleted, with its licence given back.
func (w *world) buried(s *inventory.Seat) {
	w.t.Helper()
	w.past(`UPDATE seats SET deleted_at = $2, status = 'DELETED' WHERE id = $1`, s.ID.UUID, morning)
	w.past(`UPDATE seat_allocations SET created = created - 1 WHERE seat_type = $1 AND business_unit_id = (SELECT business_unit_id FROM seats WHERE id = $2)`, string(s.SeatType), s.ID.UUID)
}

// told is what the newest entry about a thing tells of its changes, "before > after" by field.
func (w *world) told(about id.ID, action audit.Action) map[string]string {
	w.t.Helper()
	var text []byte
	if err := w.admin.QueryRow(`SELECT changes FROM audit_entries WHERE resource_id = $1 AND action = $2 ORDER BY id DESC LIMIT 1`, about.UUID, string(action)).Scan(&text); err != nil {
		w.t.Fatal(err)
	}
	var changes []audit.Change
	if err := json.Unmarshal(text, &changes); err != nil {
		w.t.Fatal(err)
	}
	fields := map[string]string{}
	for _, c := range changes {
		before, after := "", ""
		if c.Before != nil {
			before = *c.Before
		}
		if c.After != nil {
			after = *c.After
		}
		fields[c.Field] = before + " > " + after
	}
	return fields
}

func TestWhatIsLeftOutStaysAndWhatIsEmptyGoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	for n, c := range []struct {
		name   string
		in     inventory.UpdateSeatInput
		want   [3]string
		told   map[string]string
		search string
	}{
		{"a new name", inventory.UpdateSeatInput{Name: ptr("  Ada King ")}, [3]string{"Ada King", "ada@example.org", "+44 20 1815"},
			map[string]string{"name": "Ada Lovelace > Ada King"}, "\n%s\nada@example.org\nada\nking"},
		{"no name", inventory.UpdateSeatInput{Name: ptr("")}, [3]string{"", "ada@example.org", "+44 20 1815"},
			map[string]string{"name": "Ada Lovelace > "}, "\n%s\nada@example.org"},
		{"a new address", inventory.UpdateSeatInput{Email: ptr("king@example.org")}, [3]string{"Ada Lovelace", "king@example.org", "+44 20 1815"},
			map[string]string{"email": "ada@example.org > king@example.org"}, "\n%s\nking@example.org\nada\nlovelace"},
		{"no address", inventory.UpdateSeatInput{Email: ptr(" ")}, [3]string{"Ada Lovelace", "", "+44 20 1815"},
			map[string]string{"email": "ada@example.org > "}, "\n%s\n\nada\nlovelace"},
		{"no phone", inventory.UpdateSeatInput{Phone: ptr("")}, [3]string{"Ada Lovelace", "ada@example.org", ""},
			map[string]string{"phone": "+44 20 1815 > "}, "\n%s\nada@example.org\nada\nlovelace"},
		{"everything", inventory.UpdateSeatInput{Name: ptr("B"), Email: ptr("b@example.org"), Phone: ptr("2")}, [3]string{"B", "b@example.org", "2"},
			map[string]string{"name": "Ada Lovelace > B", "email": "ada@example.org > b@example.org", "phone": "+44 20 1815 > 2"}, "\n%s\nb@example.org\nb"},
		{"one of three as it was", inventory.UpdateSeatInput{Name: ptr("B"), Email: ptr("ada@example.org"), Phone: ptr("2")}, [3]string{"B", "ada@example.org", "2"},
			map[string]string{"name": "Ada Lovelace > B", "phone": "+44 20 1815 > 2"}, "\n%s\nada@example.org\nb"},
	} {
		s := w.ada()
		w.past(`UPDATE seats SET seat_id = seat_id || $2, seat_key = seat_key || $2 WHERE id = $1`, s.ID.UUID, fmt.Sprint(n)) // room for the next one
		w.set(morning.Add(day))
		c.in.ID, c.in.ExpectedVersion = s.ID, &s.Version
		p, err := w.Inventory.UpdateSeat(w.as(seatsOnly), c.in)
		granted(t, err)
		granted(t, nil, p.UserErrors...)
		if got := [3]string{p.Seat.Name, p.Seat.Email, p.Seat.Phone}; got != c.want || p.Seat.Version != s.Version+1 || !p.Seat.UpdatedAt.Equal(morning.Add(day)) {
			t.Errorf("%s: %q, version %d of %s; want %q", c.name, got, p.Seat.Version, p.Seat.UpdatedAt, c.want)
		}
		if told := w.told(s.ID, audit.UpdateSeat); !maps.Equal(told, c.told) {
			t.Errorf("%s: the entry tells %v; want %v", c.name, told, c.told)
		}
		var search string
		granted(t, w.admin.QueryRow(`SELECT search_text FROM seats WHERE id = $1`, s.ID.UUID).Scan(&search))
		if want := fmt.Sprintf(c.search, fmt.Sprintf("ada%d", n)); search != want {
			t.Errorf("%s: a search looks through %q; want %q", c.name, search, want)
		}
		w.set(morning)
	}
	w.honest()
}

func TestAnEditThatChangesNothingIsDoneAndLeavesNoEntry(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	s := w.ada()
	for name, in := range map[string]inventory.UpdateSeatInput{
		"nothing given":      {},
		"what stands there":  {Name: ptr("Ada Lovelace"), Email: ptr("ada@example.org"), Phone: ptr("+44 20 1815")},
		"the same in spaces": {Name: ptr(" Ada Lovelace "), ExpectedVersion: &s.Version},
	} {
		in.ID = s.ID
		p, err := w.Inventory.UpdateSeat(w.as(boss), in)
		granted(t, err)
		granted(t, nil, p.UserErrors...)
		if p.Seat == nil || p.Seat.Version != s.Version || w.entries(s.ID, audit.UpdateSeat, audit.Success) != 0 {
			t.Errorf("%s: %+v, %d entries", name, p.Seat, w.entries(s.ID, audit.UpdateSeat, audit.Success))
		}
	}
}

func TestAnEditThatIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	w.newUnit("sales", 5)
	s, device, gone := w.ada(), w.seat(lifecycle.Device, "printer"), w.seat(lifecycle.User, "gone")
	w.buried(gone)
	for _, c := range []struct {
		name  string
		by    viewer.Viewer
		in    inventory.UpdateSeatInput
		want  refusal.Code
		field string
		says  string
		seat  bool // shown beside the refusal
	}{
		{"by who may only look", looker, inventory.UpdateSeatInput{ID: s.ID, Name: ptr("B")}, refusal.Forbidden, "", "MANAGE_SEATS", true},
		{"of a seat that never was", boss, inventory.UpdateSeatInput{ID: id.New(id.Seat), Name: ptr("B")}, refusal.NotFound, "input.id", "There is no seat seat_", false},
		{"of another business unit's", person("sam", lifecycle.SeatManager, "sales"), inventory.UpdateSeatInput{ID: s.ID, Name: ptr("B")}, refusal.NotFound, "input.id", "There is no seat " + s.ID.String(), false},
		{"of what is no seat", boss, inventory.UpdateSeatInput{ID: id.ID{Kind: id.Enrollment, UUID: s.ID.UUID}, Name: ptr("B")}, refusal.NotFound, "input.id", "There is no seat enr_", false},
		{"of a deleted seat", boss, inventory.UpdateSeatInput{ID: gone.ID, Name: ptr("B")}, refusal.SeatDeleted, "", "Create it anew", true},
		{"of another version", boss, inventory.UpdateSeatInput{ID: s.ID, Name: ptr("B"), ExpectedVersion: ptr(7)}, refusal.Conflict, "input.expectedVersion", "(version 1, you sent 7); read it again.", true},
		{"to a name too long", boss, inventory.UpdateSeatInput{ID: s.ID, Name: ptr(strings.Repeat("é", 256))}, refusal.Invalid, "input.name", "256 characters; 0 to 255 are allowed", true},
		{"to a name of two lines", boss, inventory.UpdateSeatInput{ID: s.ID, Name: ptr("a\nb")}, refusal.Invalid, "input.name", "U+000A", true},
		{"to what is no address", boss, inventory.UpdateSeatInput{ID: s.ID, Email: ptr("ada at example.org")}, refusal.Invalid, "input.email", "write the address alone", true},
		{"to a phone number too long", boss, inventory.UpdateSeatInput{ID: s.ID, Phone: ptr(strings.Repeat("1", 51))}, refusal.Invalid, "input.phone", "51 characters; 0 to 50 are allowed", true},
		{"of a device to a phone number", boss, inventory.UpdateSeatInput{ID: device.ID, Phone: ptr("1")}, refusal.Invalid, "input.phone", "only USER and UNIFIED seats", true},
	} {
		p, err := w.Inventory.UpdateSeat(w.as(c.by), c.in)
		granted(t, err)
		if code(p.UserErrors) != c.want || (p.Seat != nil) != c.seat {
			t.Errorf("%s: %v and %+v; want %s", c.name, p.UserErrors, p.Seat, c.want)
			continue
		}
		no := p.UserErrors[0]
		if strings.Join(no.Field, ".") != c.field || !strings.Contains(no.Message, c.says) {
			t.Errorf("%s: %v; want it at %q, with %q", c.name, no, c.field, c.says)
		}
	}
	if n := w.entries(id.ID{}, audit.UpdateSeat, audit.Refused); n != 11 {
		t.Errorf("%d entries of refused edits; want 11", n)
	}
	if n := w.count(`SELECT count(*) FROM seats WHERE version > 1`); n != 0 {
		t.Errorf("%d seats were changed by edits that were refused", n)
	}
	w.honest()
}

func TestOfManyEditorsOfOneVersionOneWins(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	s := w.ada()
	codes := make([]refusal.Code, 16)
	together(len(codes), func(n int) {
		p, err := w.Inventory.UpdateSeat(w.as(boss), inventory.UpdateSeatInput{ID: s.ID, Name: ptr(fmt.Sprintf("Editor %d", n)), ExpectedVersion: &s.Version})
		if err != nil {
			t.Error(err)
			return
		}
		codes[n] = code(p.UserErrors)
	})
	if got := tally(codes); got[""] != 1 || got[refusal.Conflict] != 15 {
		t.Errorf("answers %v; want one yes and 15 CONFLICT", got)
	}
	if winner := slices.Index(codes, ""); w.count(`SELECT count(*) FROM seats WHERE id = $1 AND name = $2 AND version = 2`, s.ID.UUID, fmt.Sprintf("Editor %d", winner)) != 1 {
		t.Errorf("the seat does not say what editor %d was told that it says", winner)
	}
	w.honest()
}

func TestAnEditUnderAKeyIsDoneOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	s := w.ada()
	for again := range 2 {
		p, err := w.Inventory.UpdateSeat(w.as(boss), inventory.UpdateSeatInput{ID: s.ID, Name: ptr("Ada King"), ExpectedVersion: &s.Version, IdempotencyKey: ptr("k")})
		granted(t, err)
		granted(t, nil, p.UserErrors...)
		if p.Replayed != (again == 1) || p.Seat.Name != "Ada King" || p.Seat.Version != s.Version+1 {
			t.Errorf("call %d: %+v", again, p)
		}
	}
}
