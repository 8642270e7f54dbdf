package businessunit_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

func TestCreate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.create(t, businessunit.CreateBusinessUnitInput{Key: "research-eu", Name: "  Research EU ", ApproverEmails: []string{"ada@example.com"}})
	if u.Key != "research-eu" || u.Name != "Research EU" || u.IsDefault || u.Version != 1 || u.DeletedAt != nil ||
		!slices.Equal(u.ApproverEmails, []string{"ada@example.com"}) || u.ManagerEmails == nil || !u.CreatedAt.Equal(morning) {
		t.Errorf("%+v", u)
	}
	h.remove(t, h.unit(t, "gone").ID)
	refused := 0
	for _, c := range []struct {
		name  string
		who   func(*testing.T) context.Context
		in    businessunit.CreateBusinessUnitInput
		code  refusal.Code
		field string
	}{
		{"a key with a capital letter", admin, businessunit.CreateBusinessUnitInput{Key: "Sales", Name: "Sales"}, refusal.Invalid, "input.key"},
		{"a key that is too long", admin, businessunit.CreateBusinessUnitInput{Key: strings.Repeat("a", 65), Name: "Sales"}, refusal.Invalid, "input.key"},
		{"a name of spaces", admin, businessunit.CreateBusinessUnitInput{Key: "sales", Name: "  "}, refusal.Invalid, "input.name"},
		{"an approver that is no address", admin, businessunit.CreateBusinessUnitInput{Key: "sales", Name: "Sales", ApproverEmails: []string{"ada"}}, refusal.Invalid, "input.approverEmails.0"},
		{"a manager that is no address", admin, businessunit.CreateBusinessUnitInput{Key: "sales", Name: "Sales", ManagerEmails: []string{"ada"}}, refusal.Invalid, "input.managerEmails.0"},
		{"a key that is taken", admin, businessunit.CreateBusinessUnitInput{Key: "research-eu", Name: "Sales"}, refusal.Duplicate, "input.key"},
		{"a key that was used before", admin, businessunit.CreateBusinessUnitInput{Key: "gone", Name: "Sales"}, refusal.Duplicate, "input.key"},
		{"without the permission", func(t *testing.T) context.Context { return as(t, lifecycle.SeatManager) }, businessunit.CreateBusinessUnitInput{Key: "sales", Name: "Sales"}, refusal.Forbidden, ""},
		{"for some business units only", func(t *testing.T) context.Context { return as(t, lifecycle.Admin, "default") }, businessunit.CreateBusinessUnitInput{Key: "sales", Name: "Sales"}, refusal.Forbidden, ""},
	} {
		refused++
		p, err := h.units.Create(c.who(t), c.in)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if no := only(t, p.UserErrors); no.Code != c.code || strings.Join(no.Field, ".") != c.field || p.BusinessUnit != nil {
			t.Errorf("%s: %v beside %+v", c.name, no, p.BusinessUnit)
		}
	}
	if n := h.entries(t, "CREATE_BUSINESS_UNIT", "REFUSED"); n != refused {
		t.Errorf("%d refused attempts in the audit, want %d", n, refused)
	}
}

func admin(t *testing.T) context.Context { return as(t, lifecycle.Admin) }

func TestUpdate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u, gone := h.unit(t, "research"), h.unit(t, "gone")
	h.remove(t, gone.ID)
	for _, c := range []struct {
		name    string
		units   []string
		in      businessunit.UpdateBusinessUnitInput
		code    refusal.Code
		version int // afterwards; 0: nothing is shown
		called  string
	}{
		{"the name", []string{"research"}, businessunit.UpdateBusinessUnitInput{ID: u.ID, Name: ptr("Science"), ExpectedVersion: ptr(1)}, "", 2, "Science"},
		{"nothing", nil, businessunit.UpdateBusinessUnitInput{ID: u.ID}, "", 2, "Science"},
		{"what it is already", nil, businessunit.UpdateBusinessUnitInput{ID: u.ID, Name: ptr("Science"), ApproverEmails: []string{}}, "", 2, "Science"},
		{"the addresses", nil, businessunit.UpdateBusinessUnitInput{ID: u.ID, ApproverEmails: []string{"a@example.com"}, ManagerEmails: []string{"b@example.com"}}, "", 3, "Science"},
		{"no addresses any more", nil, businessunit.UpdateBusinessUnitInput{ID: u.ID, ApproverEmails: []string{}}, "", 4, "Science"},
		{"of another version", nil, businessunit.UpdateBusinessUnitInput{ID: u.ID, Name: ptr("x"), ExpectedVersion: ptr(3)}, refusal.Conflict, 4, "Science"},
		{"an empty name", nil, businessunit.UpdateBusinessUnitInput{ID: u.ID, Name: ptr("")}, refusal.Invalid, 4, "Science"},
		{"another's", []string{"default"}, businessunit.UpdateBusinessUnitInput{ID: u.ID, Name: ptr("x")}, refusal.NotFound, 0, ""},
		{"a deleted one", nil, businessunit.UpdateBusinessUnitInput{ID: gone.ID, Name: ptr("x")}, refusal.NotFound, 0, ""},
		{"what is no business unit", nil, businessunit.UpdateBusinessUnitInput{ID: id.Of(id.Seat, u.ID.UUID), Name: ptr("x")}, refusal.NotFound, 0, ""},
	} {
		p, err := h.units.Update(as(t, lifecycle.Admin, c.units...), c.in)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if c.code == "" && len(p.UserErrors) > 0 || c.code != "" && only(t, p.UserErrors).Code != c.code {
			t.Errorf("%s: %v", c.name, p.UserErrors)
		}
		if shown := p.BusinessUnit; (shown == nil) != (c.version == 0) || shown != nil && (shown.Version != c.version || shown.Name != c.called) {
			t.Errorf("%s: shown %+v", c.name, shown)
		}
	}
	if n := h.entries(t, "UPDATE_BUSINESS_UNIT", "SUCCESS"); n != 3 {
		t.Errorf("%d entries for 3 changes", n)
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var standard id.ID
	list, err := h.units.First(admin(t))
	if err != nil || len(list) != 1 {
		t.Fatalf("%d business units at first: %v", len(list), err)
	}
	standard = list[0].ID
	full, empty := h.unit(t, "full"), h.unit(t, "empty")
	if _, err := h.allocate(admin(t), full.ID, 3); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		units []string
		in    businessunit.DeleteBusinessUnitInput
		code  refusal.Code
		says  string
	}{
		{"the default one", nil, businessunit.DeleteBusinessUnitInput{ID: standard}, refusal.BusinessUnitIsDefault, "cannot be deleted"},
		{"one with licences", nil, businessunit.DeleteBusinessUnitInput{ID: full.ID}, refusal.BusinessUnitNotEmpty, "Unit full still has allocated licences. To delete it, allocate 0 licences to it first."},
		{"of another version", nil, businessunit.DeleteBusinessUnitInput{ID: empty.ID, ExpectedVersion: ptr(2)}, refusal.Conflict, "version 1"},
		{"one's own, when it is not all", []string{"empty"}, businessunit.DeleteBusinessUnitInput{ID: empty.ID}, refusal.Forbidden, `"*"`},
		{"an empty one", nil, businessunit.DeleteBusinessUnitInput{ID: empty.ID, ExpectedVersion: ptr(1)}, "", ""},
		{"a deleted one", nil, businessunit.DeleteBusinessUnitInput{ID: empty.ID}, refusal.NotFound, "There is no business unit " + empty.ID.String()},
	} {
		p, err := h.units.Delete(as(t, lifecycle.Admin, c.units...), c.in)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if c.code == "" {
			if len(p.UserErrors) > 0 || p.BusinessUnit == nil || p.BusinessUnit.DeletedAt == nil || p.BusinessUnit.Version != 2 {
				t.Errorf("%s: %v %+v", c.name, p.UserErrors, p.BusinessUnit)
			}
		} else if no := only(t, p.UserErrors); no.Code != c.code || !strings.Contains(no.Message, c.says) {
			t.Errorf("%s: %v", c.name, no)
		}
	}
	if u, err := h.units.One(admin(t), empty.ID); err != nil || u == nil || u.DeletedAt == nil {
		t.Errorf("a deleted one by its id: %+v %v", u, err)
	}
	if _, err := h.allocate(admin(t), full.ID, 0); err != nil {
		t.Fatal(err)
	}
	h.remove(t, full.ID) // emptied
}

// Somebody allocates while somebody else deletes: whoever comes second is
// refused, and a deleted business unit never has licences.
func TestNothingSlipsIntoADeletedBusinessUnit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := admin(t)
	for range 8 {
		unit := h.unit(t, "unit-"+uuid.NewString()).ID
		deleted, allocated := make(chan []*refusal.Refusal, 1), make(chan []*refusal.Refusal, 1)
		go func() {
			p, err := h.units.Delete(ctx, businessunit.DeleteBusinessUnitInput{ID: unit})
			if err != nil {
				t.Error(err)
				p = &businessunit.Payload{}
			}
			deleted <- p.UserErrors
		}()
		go func() {
			p, err := h.allocate(ctx, unit, 1)
			if err != nil {
				t.Error(err)
				p = &licence.AllocationPayload{}
			}
			allocated <- p.UserErrors
		}()
		d, a := <-deleted, <-allocated
		switch {
		case len(d) == 0 && len(a) == 1 && a[0].Code == refusal.NotFound:
		case len(a) == 0 && len(d) == 1 && d[0].Code == refusal.BusinessUnitNotEmpty:
		default:
			t.Errorf("deleting: %v; allocating: %v", d, a)
		}
	}
}

// A business unit that is held is not deleted before the holder has ended, and
// the deletion then sees what the holder added; a change of its name does not
// wait.
func TestHold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	unit, gone := h.unit(t, "research"), h.unit(t, "gone")
	h.remove(t, gone.ID)
	ctx := asSystem(t)
	deleted := make(chan []*refusal.Refusal, 1)
	_, err := h.store.Do(ctx, store.Cause{Action: "CREATE_SEAT", Resource: "SEAT"}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		held, err := businessunit.Hold(ctx, tx, everything, unit.ID.UUID, gone.ID.UUID, uuid.New())
		if err != nil {
			return store.Outcome{}, err
		}
		if len(held) != 1 || held[unit.ID.UUID].Name != "Unit research" {
			t.Errorf("held: %+v", held)
		}
		if p, err := h.units.Update(admin(t), businessunit.UpdateBusinessUnitInput{ID: unit.ID, Name: ptr("Science")}); err != nil || len(p.UserErrors) > 0 {
			t.Errorf("renaming what is held: %v %+v", err, p)
		}
		go func() {
			p, err := h.units.Delete(admin(t), businessunit.DeleteBusinessUnitInput{ID: unit.ID})
			if err != nil {
				t.Error(err)
				p = &businessunit.Payload{}
			}
			deleted <- p.UserErrors
		}()
		h.waitsForALock(t)
		select {
		case <-deleted:
			t.Error("deleted while it was held")
		default:
		}
		return store.Outcome{}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if nos := <-deleted; len(nos) > 0 {
		t.Errorf("deleting what nobody holds any more: %v", nos)
	}
}
