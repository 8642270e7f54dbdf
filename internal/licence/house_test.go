package licence_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
	"gatehouse/internal/testdb"
	"gatehouse/internal/viewer"
)

// house is a database with the use cases on it.
type house struct {
	db         *testdb.DB
	store      *store.Store
	units      *businessunit.Units
	licences   *licence.Licences
	statements atomic.Int64
}

var morning = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{db: testdb.New(t)}
	s, err := store.Open(store.Options{
		URL: h.db.AppURL, Now: func() time.Time { return morning }, OnStatement: func(context.Context, string) { h.statements.Add(1) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	scopes, err := scope.NewResolver(s.Read())
	if err != nil {
		t.Fatal(err)
	}
	h.store, h.units = s, businessunit.New(s, scopes)
	h.licences = licence.New(s, scopes, h.units)
	return h
}

// as is the context of a person with a role, in the named business units or, of
// none named, in all.
func as(t *testing.T, role lifecycle.Role, units ...string) context.Context {
	return viewer.With(t.Context(), viewer.New("https://id.example.com", "ada", "Ada", "ada@example.com",
		[]lifecycle.Role{role}, viewer.Units{All: len(units) == 0, Names: units}))
}

// unit adds a business unit with so many licences of the type allocated, from a
// pool that has them.
func (h *house) unit(t *testing.T, key string, kind lifecycle.SeatType, allocated int) id.ID {
	t.Helper()
	ctx := as(t, lifecycle.Admin)
	p, err := h.units.Create(ctx, businessunit.CreateBusinessUnitInput{Key: key, Name: "Unit " + key})
	if err != nil || len(p.UserErrors) > 0 {
		t.Fatalf("create %s: %v %v", key, err, p)
	}
	h.purchase(t, kind, nil)
	if allocated > 0 {
		h.allocate(t, p.BusinessUnit.ID, kind, allocated)
	}
	return p.BusinessUnit.ID
}

func (h *house) purchase(t *testing.T, kind lifecycle.SeatType, n *int) {
	t.Helper()
	p, err := h.licences.SetPurchased(as(t, lifecycle.Admin), licence.SetPurchasedSeatsInput{SeatType: kind, Purchased: n, Unlimited: ptr(n == nil)})
	if err != nil || len(p.UserErrors) > 0 {
		t.Fatalf("purchase: %v %v", err, p)
	}
}

func (h *house) allocate(t *testing.T, unit id.ID, kind lifecycle.SeatType, n int) *licence.SeatAllocation {
	t.Helper()
	p, err := h.licences.Allocate(as(t, lifecycle.Admin), licence.AllocateSeatsInput{BusinessUnitID: unit, SeatType: kind, Allocated: n})
	if err != nil || len(p.UserErrors) > 0 {
		t.Fatalf("allocate: %v %v", err, p)
	}
	return p.SeatAllocation
}

// within runs a transaction of the system's own.
func (h *house) within(ctx context.Context, fn func(context.Context, *store.Tx) error) error {
	ctx = viewer.With(ctx, viewer.TheSystem())
	_, err := h.store.Do(ctx, store.Cause{Action: audit.CreateSeat, Resource: audit.Seat}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		return store.Outcome{}, fn(ctx, tx)
	})
	return err
}

// seat takes a licence and adds a seat for it; the grant says whether there was one.
func (h *house) seat(ctx context.Context, pool licence.Pool, name string) (licence.Grant, error) {
	var grant licence.Grant
	err := h.within(ctx, func(ctx context.Context, tx *store.Tx) error {
		grants, err := licence.Take(ctx, tx, []licence.Want{{Pool: pool, N: 1}})
		if err != nil {
			return err
		}
		if grant = grants[pool]; grant.Got == 0 {
			return nil
		}
		row := uuid.Must(uuid.NewV7())
		_, err = tx.Insert(ctx, audit.Seat, "", []store.Row{{
			"id": row, "version": 1, "created_at": tx.Now(), "updated_at": tx.Now(), "business_unit_id": pool.Unit, "seat_type": pool.Type,
			"seat_id": name, "seat_key": strings.ToLower(name), "name": "", "email": "", "phone": "", "status": lifecycle.SeatCreated,
			"consumed": false, "active_enrollments": 0, "valid_certificates": 0, "unused_since": tx.Now(), "search_text": "",
		}})
		tx.Record(audit.Entry{ID: row})
		return err
	})
	return grant, err
}

func (h *house) seats(t *testing.T, pool licence.Pool, n int) {
	t.Helper()
	for i := range n {
		if g, err := h.seat(t.Context(), pool, fmt.Sprintf("Seat-%02d", i)); err != nil || g.Got != 1 {
			t.Fatalf("seat %d: %+v %v", i, g, err)
		}
	}
}

// count reads one number as the superuser, past everything.
func (h *house) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	if err := h.db.Admin(t).QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// honest fails unless every counter equals its rows.
func (h *house) honest(t *testing.T) {
	t.Helper()
	differences, err := licence.Verify(t.Context(), h.store.DB())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range differences {
		t.Error(d)
	}
}

// only is the one refusal of a payload.
func only(t *testing.T, nos []*refusal.Refusal) *refusal.Refusal {
	t.Helper()
	if len(nos) != 1 {
		t.Fatalf("%d refusals: %v", len(nos), nos)
	}
	return nos[0]
}

func ptr[T any](v T) *T { return &v }
