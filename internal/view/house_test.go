package view_test

import (
	"context"
	"database/sql"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
	"gatehouse/internal/testdb"
	"gatehouse/internal/view"
	"gatehouse/internal/viewer"
)

// house is a database with saved views on it, and two business units: red with three
// seats, blue with one.
type house struct {
	*view.Views
	units      *businessunit.Units
	inventory  *inventory.Inventory
	admin      *sql.DB
	red, blue  id.ID
	statements atomic.Int64
}

func newHouse(t *testing.T) *house {
	t.Helper()
	db := testdb.New(t)
	h := &house{admin: db.Admin(t)}
	s, err := store.Open(store.Options{URL: db.AppURL, Now: func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) },
		OnStatement: func(context.Context, string) { h.statements.Add(1) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	scopes, err := scope.NewResolver(s.Read())
	if err != nil {
		t.Fatal(err)
	}
	keys, err := sealed.New()
	if err != nil {
		t.Fatal(err)
	}
	h.units = businessunit.New(s, scopes)
	log := auditlog.New(s, scopes)
	h.inventory = inventory.New(s, keys, scopes, h.units, profile.New(s, scopes, h.units), log, inventory.Options{})
	h.Views = view.New(s, scopes, h.units, h.inventory, log)
	licences := licence.New(s, scopes, h.units)
	if _, err := licences.SetPurchased(as(t, boss), licence.SetPurchasedSeatsInput{SeatType: lifecycle.User, Unlimited: new(true)}); err != nil {
		t.Fatal(err)
	}
	for _, u := range []struct {
		key   string
		into  *id.ID
		seats []string
	}{{"red", &h.red, []string{"r1", "r2", "r3"}}, {"blue", &h.blue, []string{"b1"}}} {
		p, err := h.units.Create(as(t, boss), businessunit.CreateBusinessUnitInput{Key: u.key, Name: "Unit " + u.key})
		granted(t, err, p.UserErrors)
		*u.into = p.BusinessUnit.ID
		given, err := licences.Allocate(as(t, boss), licence.AllocateSeatsInput{BusinessUnitID: *u.into, SeatType: lifecycle.User, Allocated: 9})
		granted(t, err, given.UserErrors)
		in := inventory.CreateSeatsInput{BusinessUnitID: *u.into, SeatType: lifecycle.User}
		for _, s := range u.seats {
			in.Seats = append(in.Seats, &inventory.NewSeat{SeatID: s, Name: new("Seat " + s)})
		}
		made, err := h.inventory.CreateSeats(as(t, boss), in)
		granted(t, err, made.UserErrors)
	}
	return h
}

// The people of these tests.
var (
	boss  = person("boss", lifecycle.Admin)
	anna  = person("anna", lifecycle.Approver, "red")
	ben   = person("ben", lifecycle.Approver, "red", "blue")
	blue  = person("blue", lifecycle.Approver, "blue")
	rita  = person("rita", lifecycle.Requester, "red")
	audit = person("audit", lifecycle.Auditor)
)

// person is somebody with a role, in the named business units or, of none named, in
// all.
func person(subject string, role lifecycle.Role, units ...string) viewer.Viewer {
	return viewer.New("https://id.example.com", subject, "Name of "+subject, subject+"@example.com",
		[]lifecycle.Role{role}, viewer.Units{All: len(units) == 0, Names: units})
}

func as(t *testing.T, v viewer.Viewer) context.Context { return viewer.With(t.Context(), v) }

func granted(t *testing.T, err error, nos []*refusal.Refusal) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, no := range nos {
		t.Fatal(no)
	}
}

// seats is a list of seats that a search narrows; of no text, all of them.
func seats(search string) view.ListInput {
	in := &inventory.SeatListInput{}
	if search != "" {
		in.Search = &search
	}
	return view.ListInput{Seats: in}
}

func (h *house) save(t *testing.T, who viewer.Viewer, in view.SaveViewInput) *view.View {
	t.Helper()
	p, err := h.Save(as(t, who), in)
	if err != nil {
		t.Fatal(err)
	}
	granted(t, err, p.UserErrors)
	if p.View == nil {
		t.Fatal("a saved view cannot be seen by who saved it")
	}
	return p.View
}

// one is the number that a statement answers.
func (h *house) one(t *testing.T, statement string, args ...any) (n int) {
	t.Helper()
	if err := h.admin.QueryRowContext(t.Context(), statement, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
