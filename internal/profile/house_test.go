package profile_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
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
	profiles   *profile.Profiles
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
	h.profiles = profile.New(s, scopes, h.units)
	return h
}

// as is the context of a person with a role, in the named business units or, of
// none named, in all.
func as(t *testing.T, role lifecycle.Role, units ...string) context.Context {
	return viewer.With(t.Context(), viewer.New("https://id.example.com", "ada", "Ada", "ada@example.com",
		[]lifecycle.Role{role}, viewer.Units{All: len(units) == 0, Names: units}))
}

// unit adds a business unit.
func (h *house) unit(t *testing.T, key string, approvers ...string) id.ID {
	t.Helper()
	p, err := h.units.Create(as(t, lifecycle.Admin), businessunit.CreateBusinessUnitInput{Key: key, Name: "Unit " + key, ApproverEmails: approvers})
	if err != nil || len(p.UserErrors) > 0 {
		t.Fatalf("create %s: %v %+v", key, err, p)
	}
	return p.BusinessUnit.ID
}

// usual is a profile of a business unit that says nothing about its rules.
func usual(unit id.ID, name string) profile.CreateCertificateProfileInput {
	return profile.CreateCertificateProfileInput{
		BusinessUnitID: unit, Name: name, SeatType: lifecycle.User, CaType: lifecycle.Private,
		AuthenticationMethod: lifecycle.ManualApproval, EnrollmentMethod: lifecycle.CSR,
	}
}

func (h *house) create(t *testing.T, in profile.CreateCertificateProfileInput) *profile.CertificateProfile {
	t.Helper()
	p, err := h.profiles.Create(as(t, lifecycle.ProfileManager), in)
	if err != nil || len(p.UserErrors) > 0 || p.CertificateProfile == nil {
		t.Fatalf("create %s: %v %+v", in.Name, err, p)
	}
	return p.CertificateProfile
}

func (h *house) archive(t *testing.T, i id.ID) {
	t.Helper()
	p, err := h.profiles.Archive(as(t, lifecycle.ProfileManager), profile.ArchiveCertificateProfileInput{ID: i})
	if err != nil || len(p.UserErrors) > 0 {
		t.Fatalf("archive %s: %v %+v", i, err, p)
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
