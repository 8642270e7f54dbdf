package businessunit_test

import (
	"context"
	"testing"
	"time"

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
	db       *testdb.DB
	store    *store.Store
	units    *businessunit.Units
	licences *licence.Licences
}

var morning = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{db: testdb.New(t)}
	s, err := store.Open(store.Options{URL: h.db.AppURL, Now: func() time.Time { return morning }})
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

func (h *house) unit(t *testing.T, key string) *businessunit.BusinessUnit {
	t.Helper()
	return h.create(t, businessunit.CreateBusinessUnitInput{Key: key, Name: "Unit " + key})
}

func (h *house) create(t *testing.T, in businessunit.CreateBusinessUnitInput) *businessunit.BusinessUnit {
	t.Helper()
	p, err := h.units.Create(as(t, lifecycle.Admin), in)
	if err != nil || len(p.UserErrors) > 0 || p.BusinessUnit == nil {
		t.Fatalf("create %s: %v %+v", in.Key, err, p)
	}
	return p.BusinessUnit
}

// allocate gives a business unit licences, which keep it from being deleted.
func (h *house) allocate(ctx context.Context, unit id.ID, n int) (*licence.AllocationPayload, error) {
	if _, err := h.licences.SetPurchased(ctx, licence.SetPurchasedSeatsInput{SeatType: lifecycle.User, Unlimited: new(true)}); err != nil {
		return nil, err
	}
	return h.licences.Allocate(ctx, licence.AllocateSeatsInput{BusinessUnitID: unit, SeatType: lifecycle.User, Allocated: n})
}

func (h *house) remove(t *testing.T, unit id.ID) {
	t.Helper()
	p, err := h.units.Delete(as(t, lifecycle.Admin), businessunit.DeleteBusinessUnitInput{ID: unit})
	if err != nil || len(p.UserErrors) > 0 {
		t.Fatalf("delete %s: %v %+v", unit, err, p)
	}
}

// entries counts the audit entries of an action with an outcome.
func (h *house) entries(t *testing.T, action, outcome string) (n int) {
	t.Helper()
	if err := h.db.Admin(t).QueryRow(`SELECT count(*) FROM audit_entries WHERE action = $1 AND outcome = $2`, action, outcome).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
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

// everything is the scope of those who see all.
var everything = scope.Scope{All: true}

// asSystem is the context of the server itself.
func asSystem(t *testing.T) context.Context { return viewer.With(t.Context(), viewer.TheSystem()) }

// waitsForALock returns when some session of the database waits for a lock.
func (h *house) waitsForALock(t *testing.T) {
	t.Helper()
	admin := h.db.Admin(t)
	for {
		var waiting bool
		err := admin.QueryRowContext(t.Context(), `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`).Scan(&waiting)
		if err != nil {
			t.Error(err)
			return
		}
		if waiting {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}
