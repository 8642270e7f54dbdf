package auditlog_test

import (
	"context"
	"database/sql"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/auditlog"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
	"gatehouse/internal/testdb"
	"gatehouse/internal/viewer"
)

// noon is when the tests' log begins.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// world is a database with a log in it.
type world struct {
	t          *testing.T
	log        *auditlog.Log
	db         *sql.DB
	statements atomic.Int64
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db := testdb.New(t)
	w := &world{t: t, db: db.Admin(t)}
	s, err := store.Open(store.Options{URL: db.AppURL, OnStatement: func(context.Context, string) { w.statements.Add(1) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	scopes, err := scope.NewResolver(s.Read())
	if err != nil {
		t.Fatal(err)
	}
	w.log = auditlog.New(s, scopes)
	return w
}

// line is an entry to be written; what is left out is ordinary.
type line struct {
	after    time.Duration // since noon
	actor    string
	action   audit.Action
	resource audit.Resource
	thing    uuid.UUID
	unit     uuid.UUID
	code     string // of a refusal
	request  string
}

// write adds an entry and returns its id.
func (w *world) write(l line) uuid.UUID {
	w.t.Helper()
	row := uuid.Must(uuid.NewV7())
	outcome := audit.Success
	if l.code != "" {
		outcome = audit.Refused
	}
	if l.actor == "" {
		l.actor = "anna"
	}
	if l.action == "" {
		l.action = audit.UpdateSeat
	}
	if l.resource == "" {
		l.resource = audit.Seat
	}
	if l.request == "" {
		l.request = "req-1"
	}
	w.exec(`INSERT INTO audit_entries (id, at, actor_kind, actor_issuer, actor_subject, actor_name, actor_roles, action, resource_type,
		resource_id, business_unit_id, outcome, code, request_id, client_address, comment, changes)
		VALUES ($1, $2, 'USER', 'https://idp', $3, 'Anna', '["APPROVER"]', $4, $5, NULLIF($6, $10::uuid), NULLIF($7, $10::uuid), $8, $9, $11, '192.0.2.7', 'as agreed',
		'[{"field": "name", "before": null, "after": "Printer"}]')`,
		row, noon.Add(l.after), l.actor, l.action, l.resource, l.thing, l.unit, outcome, l.code, uuid.Nil, l.request)
	return row
}

// exec writes what the log refers to, without the triggers that would ask for
// the entries and parents of each row.
func (w *world) exec(statement string, args ...any) {
	w.t.Helper()
	tx, err := w.db.Begin()
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.Exec(`SET LOCAL session_replication_role = replica`); err != nil {
		w.t.Fatal(err)
	}
	if _, err := tx.Exec(statement, args...); err != nil {
		w.t.Fatalf("%s: %v", strings.Fields(statement)[:3], err)
	}
	if err := tx.Commit(); err != nil {
		w.t.Fatal(err)
	}
}

// enrollment adds an enrollment of a seat.
func (w *world) enrollment(seat uuid.UUID) uuid.UUID {
	w.t.Helper()
	row := uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO enrollments (id, created_at, updated_at, business_unit_id, profile_id, seat_row_id, seat_type, seat_id, seat_key, ca_type,
		authentication_method, enrollment_method, status, expires_at, promise)
		VALUES ($1, $2, $2, $3, $3, $4, 'USER', 'anna', 'anna', 'PRIVATE', 'MANUAL_APPROVAL', 'CSR', 'REJECTED', $2, '{}')`, row, noon, uuid.New(), seat)
	return row
}

// certificate adds a certificate of a seat.
func (w *world) certificate(seat uuid.UUID) uuid.UUID {
	w.t.Helper()
	row := uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO certificates (id, created_at, updated_at, business_unit_id, seat_row_id, status, source, serial, subject, issuer, not_before, not_after, sha256, der, issued, names)
		VALUES ($1, $2, $2, $3, $4, 'ISSUED', 'ISSUED', '01', 'CN=anna', 'CN=CA', $2, $2, '00', '', TRUE, '{}')`, row, noon, uuid.New(), seat)
	return row
}

// as is a context in which somebody with a role asks, for some business units or
// for all ("*").
func as(t *testing.T, role lifecycle.Role, units ...string) context.Context {
	t.Helper()
	all := len(units) == 1 && units[0] == "*"
	return viewer.With(t.Context(), viewer.New("https://idp", "ida", "Ida", "", []lifecycle.Role{role}, viewer.Units{All: all, Names: units}))
}

// ids are the entries of a page, in its order.
func ids(entries []*auditlog.Entry) []uuid.UUID {
	out := make([]uuid.UUID, len(entries))
	for i, e := range entries {
		out[i] = e.ID.UUID
	}
	return out
}
