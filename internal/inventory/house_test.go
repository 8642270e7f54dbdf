package inventory_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/house"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/issuer"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
	"gatehouse/internal/testdb"
	"gatehouse/internal/viewer"
)

// morning is when every test begins.
var morning = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// day is what most of these tests let pass.
const day = 24 * time.Hour

// world is a database, the house on it, and a clock that the test moves.
type world struct {
	*house.House
	t     *testing.T
	admin *sql.DB
	now   atomic.Int64
	unit  id.ID
	keys  *sealed.Keys
	// ca is the certificate authority BUILT_IN.
	ca *testCA
	// log is what the store wrote to its log.
	log lockedText
	// onStatement, where it is set, is told each statement before it runs.
	onStatement atomic.Pointer[func(context.Context, string)]
}

// newWorld makes a business unit "research" with licences for so many USER and
// as many DEVICE seats.
func newWorld(t *testing.T, licences int) *world {
	t.Helper()
	db := testdb.New(t)
	w := &world{t: t, admin: db.Admin(t), keys: keyset(t), ca: newTestCA(t)}
	w.set(morning)
	s, err := store.Open(store.Options{
		URL: db.AppURL, MaxConnections: 32, Now: func() time.Time { return time.UnixMicro(w.now.Load()) },
		Log: slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		OnStatement: func(ctx context.Context, statement string) {
			if told := w.onStatement.Load(); told != nil {
				(*told)(ctx, statement)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if w.House, err = house.Open(s, w.keys, house.Options{Mails: true, PublicURL: "https://gatehouse.example.com",
		Issuers: map[lifecycle.Issuer]issuer.Issuer{lifecycle.IssuerBuiltIn: w.ca}, Patience: time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	w.unit = w.newUnit("research", licences)
	return w
}

// lockedText is a text that several goroutines add to.
type lockedText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write adds to it.
func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String is what was added so far.
func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// keyset is a keyset of the test's own.
func keyset(t *testing.T) *sealed.Keys {
	t.Helper()
	k, err := sealed.New()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// newUnit adds a business unit with licences.
func (w *world) newUnit(key string, licences int) id.ID {
	w.t.Helper()
	p, err := w.Units.Create(w.as(boss), businessunit.CreateBusinessUnitInput{Key: key, Name: "Unit " + key})
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	for _, kind := range []lifecycle.SeatType{lifecycle.User, lifecycle.Device} {
		bought, err := w.Licences.SetPurchased(w.as(boss), licence.SetPurchasedSeatsInput{SeatType: kind, Unlimited: new(true)})
		granted(w.t, err)
		granted(w.t, nil, bought.UserErrors...)
		if licences > 0 {
			given, err := w.Licences.Allocate(w.as(boss), licence.AllocateSeatsInput{BusinessUnitID: p.BusinessUnit.ID, SeatType: kind, Allocated: licences})
			granted(w.t, err)
			granted(w.t, nil, given.UserErrors...)
		}
	}
	return p.BusinessUnit.ID
}

// set puts the clock to an instant.
func (w *world) set(t time.Time) { w.now.Store(t.UnixMicro()) }

// The people of these tests.
var (
	boss      = person("boss", lifecycle.Admin)
	rita      = person("rita", lifecycle.Requester)
	manager   = person("manager", lifecycle.EnrollmentManager)
	anna      = person("anna", lifecycle.Approver)
	ben       = person("ben", lifecycle.Approver)
	clara     = person("clara", lifecycle.Approver)
	looker    = person("looker", lifecycle.ViewOnly)
	auditor   = person("auditor", lifecycle.Auditor)
	seatsOnly = person("seatsonly", lifecycle.SeatManager)
)

// person is somebody with a role in every business unit, or in the named ones.
func person(name string, role lifecycle.Role, units ...string) viewer.Viewer {
	return viewer.New("https://id.example.com", name, strings.ToUpper(name[:1])+name[1:], name+"@example.com",
		[]lifecycle.Role{role}, viewer.Units{All: len(units) == 0, Names: units})
}

// as is a context in which somebody asks.
func (w *world) as(v viewer.Viewer) context.Context { return viewer.With(w.t.Context(), v) }

// rules are what a test wants of a profile; what is left out is ordinary: USER
// seats, one approval, names without a CSR.
type rules struct {
	unit    id.ID
	kind    lifecycle.SeatType
	method  lifecycle.EnrollmentMethod
	auth    lifecycle.AuthenticationMethod
	changes profile.RuleChanges
}

var profileNumber atomic.Int64

// profile makes a certificate profile.
func (w *world) profile(r rules) id.ID {
	w.t.Helper()
	in := profile.CreateCertificateProfileInput{
		BusinessUnitID: w.unit, Name: fmt.Sprintf("Profile %d", profileNumber.Add(1)), SeatType: lifecycle.User, CaType: lifecycle.Private,
		AuthenticationMethod: lifecycle.ManualApproval, EnrollmentMethod: lifecycle.BrowserPKCS12, RuleChanges: r.changes,
	}
	if !r.unit.IsZero() {
		in.BusinessUnitID = r.unit
	}
	if r.kind != "" {
		in.SeatType = r.kind
	}
	if r.method != "" {
		in.EnrollmentMethod = r.method
	}
	if r.auth != "" {
		in.AuthenticationMethod = r.auth
	}
	p, err := w.Profiles.Create(w.as(boss), in)
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	return p.CertificateProfile.ID
}

// request asks for a certificate and expects a yes.
func (w *world) request(v viewer.Viewer, under id.ID, seatID string) id.ID {
	w.t.Helper()
	p, err := w.Inventory.Request(w.as(v), inventory.RequestEnrollmentInput{ProfileID: under, SeatID: seatID, Email: ptr(strings.ToLower(seatID) + "@example.org")})
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	if p.Enrollment == nil {
		return w.newest() // the requester may not see it
	}
	return p.Enrollment.ID
}

// newest is the enrollment that was made last.
func (w *world) newest() id.ID {
	w.t.Helper()
	e := id.ID{Kind: id.Enrollment}
	if err := w.admin.QueryRow(`SELECT id FROM enrollments ORDER BY id DESC LIMIT 1`).Scan(&e.UUID); err != nil {
		w.t.Fatal(err)
	}
	return e
}

// approve approves and expects a yes.
func (w *world) approve(v viewer.Viewer, e id.ID) *inventory.Enrollment {
	w.t.Helper()
	p, err := w.Inventory.Approve(w.as(v), inventory.ApproveEnrollmentInput{ID: e})
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	return p.Enrollment
}

// seat makes a seat and expects a yes.
func (w *world) seat(kind lifecycle.SeatType, seatID string) *inventory.Seat {
	w.t.Helper()
	p, err := w.Inventory.CreateSeat(w.as(boss), inventory.CreateSeatInput{BusinessUnitID: w.unit, SeatType: kind, SeatID: seatID})
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	return p.Seat
}

// enrollment is an enrollment as the boss sees it.
func (w *world) enrollment(e id.ID) *inventory.Enrollment {
	w.t.Helper()
	found, err := w.Inventory.Enrollment(w.as(boss), e, nil)
	if err != nil || found == nil {
		w.t.Fatalf("enrollment %s: %v %v", e, found, err)
	}
	return found
}

// count reads one number as the superuser, past everything.
func (w *world) count(query string, args ...any) (n int) {
	w.t.Helper()
	if err := w.admin.QueryRow(query, args...).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// entries is how many entries there are about a thing; of a zero id, about any.
func (w *world) entries(about id.ID, action audit.Action, outcome audit.Outcome) int {
	w.t.Helper()
	return w.count(`SELECT count(*) FROM audit_entries WHERE ($1 = '00000000-0000-0000-0000-000000000000'::uuid OR resource_id = $1) AND action = $2 AND outcome = $3`,
		about.UUID, action, outcome)
}

// honest fails unless every counter equals its rows and every change its entry.
func (w *world) honest() {
	w.t.Helper()
	differences, err := licence.Verify(w.t.Context(), w.Store.DB())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, d := range differences {
		w.t.Error(d)
	}
}

// past writes as the superuser what no use case of this part writes, without the
// triggers that ask for an entry.
func (w *world) past(statement string, args ...any) {
	w.t.Helper()
	tx, err := w.admin.Begin()
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.Exec(`SET LOCAL session_replication_role = replica`); err != nil {
		w.t.Fatal(err)
	}
	if _, err := tx.Exec(statement, args...); err != nil {
		w.t.Fatalf("%s: %v", statement, err)
	}
	if err := tx.Commit(); err != nil {
		w.t.Fatal(err)
	}
}

// granted fails at a fault and at a no.
func granted(t *testing.T, err error, nos ...*refusal.Refusal) {
	t.Helper()
	if err != nil || len(nos) > 0 {
		t.Fatalf("error %v, refusals %v", err, nos)
	}
}

// code is the code of the only refusal; empty for none.
func code(nos []*refusal.Refusal) refusal.Code {
	switch len(nos) {
	case 0:
		return ""
	case 1:
		return nos[0].Code
	}
	return refusal.Code(fmt.Sprint(nos))
}

// refused fails unless the one refusal has the code.
func refused(t *testing.T, nos []*refusal.Refusal, want refusal.Code) {
	t.Helper()
	if code(nos) != want {
		t.Fatalf("refusals %v; want %s", nos, want)
	}
}

// seatIDs are those of a page, in its order.
func seatIDs(es []*inventory.Enrollment) []string {
	out := make([]string, len(es))
	for i, e := range es {
		out[i] = e.SeatID
	}
	return out
}

// sorted is a sorted copy.
func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }

func ptr[T any](v T) *T { return &v }
