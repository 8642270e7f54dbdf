package graph_test

import (
	"database/sql"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/period"
	"gatehouse/internal/profile"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// tenant is a business unit full of things, each of whose texts holds its key.
type tenant struct {
	key  string
	unit id.ID
	// ids are the public ids of all that belongs to it, by kind.
	ids map[id.Kind][]string
	// pending is a request that waits, of which everything can be asked.
	pending id.ID
	// job and webhook are its own, which name no business unit in a column of theirs.
	job, webhook id.ID
	// formed are texts of its certificates that have a form of their own, by the
	// filter's field.
	formed map[string][]string
}

// everyRole is somebody with all roles in all business units.
func everyRole() viewer.Viewer { return world.Person("eve", lifecycle.Roles...) }

// rita asks for certificates in every business unit.
func rita() viewer.Viewer { return world.Person("rita", lifecycle.Requester) }

// newTenant fills a business unit: seats of two types, profiles of both methods
// and an archived one, requests in every status that people bring about, one that
// expired and one whose expiry is not written yet, an invitation that was redeemed,
// certificates that came in every way and stand in every status, notes, decisions,
// mails, and refused attempts.
func newTenant(t testing.TB, w *world.World, key string) *tenant {
	t.Helper()
	one, two := world.Person(key+"-anna", lifecycle.Admin), world.Person(key+"-ben", lifecycle.Approver)
	n := &tenant{key: key, unit: w.Unit(key).ID}
	w.Allocate(n.unit, lifecycle.User, 20)
	w.Allocate(n.unit, lifecycle.Device, 5)
	w.Seats(n.unit, lifecycle.User, key+"-seat-1", key+"-seat-2")
	w.Seats(n.unit, lifecycle.Device, key+"-device")
	short := period.Period(time.Hour / time.Second)
	quick := w.Profile(n.unit, key+" quick", func(in *profile.CreateCertificateProfileInput) { in.Expiry = &short })
	open := w.Profile(n.unit, key+" open")
	strict := w.Profile(n.unit, key+" strict", world.Approvals(2), world.WithCSR, func(in *profile.CreateCertificateProfileInput) {
		text := "For " + key
		in.Description, in.ApproverEmails, in.ManagerEmails = &text, []string{key + "-a@example.com"}, []string{key + "-m@example.com"}
	})
	code := w.Profile(n.unit, key+" code", func(in *profile.CreateCertificateProfileInput) {
		in.AuthenticationMethod, in.Validity = lifecycle.EnrollmentCode, new(days(8*24*time.Hour))
	})
	old := w.Profile(n.unit, key+" old")
	if p, err := w.Profiles.Archive(w.As(one), profile.ArchiveCertificateProfileInput{ID: old.ID}); err != nil || len(p.UserErrors) > 0 {
		t.Fatal(err, p)
	}
	w.Request(rita(), quick.ID, key+"-expired")
	w.Clock.Pass(2 * time.Hour)
	if _, err := w.Inventory.ExpireDue(t.Context(), 100); err != nil {
		t.Fatal(err)
	}
	w.Request(rita(), quick.ID, key+"-due")
	w.Clock.Pass(2 * time.Hour)
	n.pending = w.Request(rita(), open.ID, key+"-pending").ID
	w.Note(two, n.pending, "A note about "+key)
	w.TakeUp(two, w.Request(rita(), open.ID, key+"-taken").ID)
	half := w.Request(rita(), strict.ID, key+"-seat-1", w.CSR(key+" half")).ID
	w.Approve(two, key+" is fine", half)
	w.Approve(two, key+" is good", w.Request(rita(), open.ID, key+"-new").ID, w.Request(rita(), open.ID, key+"-seat-2").ID)
	w.Reject(two, key+" is wrong", w.Request(rita(), open.ID, key+"-rejected").ID)
	taken := w.Request(rita(), open.ID, key+"-withdrawn").ID
	if p, err := w.Inventory.Withdraw(w.As(rita()), inventory.WithdrawEnrollmentInput{ID: taken}); err != nil || len(p.UserErrors) > 0 {
		t.Fatal(err, p)
	}
	n.certificates(t, w, n.redeemed(t, w, w.Seats(n.unit, lifecycle.User, key+"-seat-3")[0].ID, code.ID))
	if p, err := w.Inventory.CreateSeat(w.As(one), inventory.CreateSeatInput{BusinessUnitID: n.unit, SeatType: lifecycle.User, SeatID: key + "-seat-1"}); err != nil || len(p.UserErrors) != 1 {
		t.Fatal("a seat that exists was made again", err)
	}
	renamed := "Renamed " + key
	if p, err := w.Units.Update(w.As(one), businessunit.UpdateBusinessUnitInput{ID: n.unit, Name: &renamed}); err != nil || len(p.UserErrors) > 0 {
		t.Fatal(err, p)
	}
	n.lists(t, w)
	n.ids = idsOf(t, w.DB.Admin(t), n.unit)
	n.ids[id.Job], n.ids[id.Webhook] = []string{n.job.String()}, []string{n.webhook.String()}
	return n
}

// kindsOfTables says by which kind of public id the rows of a table are known.
// Empty: by none, and the walk looks for their texts alone.
var kindsOfTables = map[string]id.Kind{
	"seat_allocations": id.Allocation, "certificate_profiles": id.Profile, "seats": id.Seat, "enrollments": id.Enrollment,
	"approvals": id.Approval, "enrollment_notes": id.Note, "certificates": id.Certificate, "audit_entries": id.AuditEntry,
	"mails": id.Mail, "certificate_locations": "", "events": "", "jobs": "", "seat_usage_days": "", "issuances": "", "open_requests": "",
	"enrollment_texts": "", "saved_views": id.View, "webhook_deliveries": "",
}

// idsOf are the public ids of all rows that name the business unit, of whatever
// table; of the zero id, those of the log that name none.
func idsOf(t testing.TB, db *sql.DB, unit id.ID) map[id.Kind][]string {
	t.Helper()
	ids := map[id.Kind][]string{}
	if !unit.IsZero() {
		ids[id.BusinessUnit] = []string{unit.String()}
	}
	for _, table := range column[string](t, db, `SELECT table_name::text FROM information_schema.columns WHERE column_name = 'business_unit_id' AND table_schema = 'public'`) {
		kind, known := kindsOfTables[table]
		if !known {
			t.Fatalf("The table %s has a business_unit_id, and the tenancy walk does not know by which ids its rows are seen; add it to kindsOfTables in graph/tenants_test.go.", table)
		}
		if kind == "" {
			continue
		}
		condition, args := " IS NULL", []any{}
		if !unit.IsZero() {
			condition, args = " = $1", []any{unit.UUID}
		}
		for _, u := range column[uuid.UUID](t, db, `SELECT id FROM `+table+` WHERE business_unit_id`+condition, args...) {
			ids[kind] = append(ids[kind], id.Of(kind, u).String())
		}
	}
	return ids
}

// column reads a statement's only column.
func column[T any](t testing.TB, db *sql.DB, statement string, args ...any) []T {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), statement, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []T
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// all are the tenant's ids.
func (n *tenant) all() []string {
	var all []string
	for _, kind := range id.Kinds {
		all = append(all, n.ids[kind]...)
	}
	return all
}

// few are the tenant's ids, one of each kind.
func (n *tenant) few() []string {
	var few []string
	for _, kind := range id.Kinds {
		few = append(few, n.ids[kind][:min(1, len(n.ids[kind]))]...)
	}
	return few
}

// known is what somebody may know of the tenant.
func (n *tenant) known() recipes {
	return recipes{ids: n.all(), few: n.few(), formed: n.formed, strings: []string{n.key, n.key + "-seat-1", n.key + "-pending", n.key + "-anna", n.key + "-ben"}}
}

// shownIn are which of the tenant's ids and texts stand in a text, but for those
// that the caller has named.
func (n *tenant) shownIn(text string, named ...string) []string {
	var shown []string
	for _, one := range append(n.all(), n.key) {
		if strings.Contains(text, one) && !slices.Contains(named, one) {
			shown = append(shown, one)
		}
	}
	return shown
}
