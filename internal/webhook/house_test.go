package webhook_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
	"gatehouse/internal/testdb"
	"gatehouse/internal/viewer"
	"gatehouse/internal/webhook"
)

// morning is when every test begins.
var morning = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// world is a database with webhooks on it, a receiver, and a clock that the test
// moves.
type world struct {
	*webhook.Webhooks
	t          *testing.T
	store      *store.Store
	units      *businessunit.Units
	admin      *sql.DB
	now        atomic.Int64
	statements atomic.Int64
	keys       *sealed.Keys
	scopes     *scope.Resolver
	receiver   *receiver
	log        lockedText
	logger     *slog.Logger
	research   id.ID
	sales      id.ID
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db := testdb.New(t)
	w := &world{t: t, admin: db.Admin(t), receiver: newReceiver(t)}
	w.now.Store(morning.UnixMicro())
	w.logger = slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(w.log.text.String())
		}
	})
	var err error
	w.store, err = store.Open(store.Options{URL: db.AppURL, Now: w.clock, OnStatement: func(context.Context, string) { w.statements.Add(1) }, Log: w.logger})
	must(t, err)
	t.Cleanup(func() { _ = w.store.Close() })
	w.scopes, err = scope.NewResolver(w.store.Read())
	must(t, err)
	w.keys, err = sealed.New()
	must(t, err)
	w.units = businessunit.New(w.store, w.scopes)
	w.Webhooks = w.server()
	w.research, w.sales = w.unit("research"), w.unit("sales")
	w.number()
	return w
}

// server is another server on the same database.
func (w *world) server() *webhook.Webhooks {
	return webhook.New(w.store, w.keys, w.scopes, job.NewQueue(w.store), webhook.Options{AllowPrivate: true, Roots: w.receiver.roots})
}

func (w *world) clock() time.Time { return time.UnixMicro(w.now.Load()).UTC() }

// pass moves the clock.
func (w *world) pass(d time.Duration) { w.now.Add(d.Microseconds()) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The people of these tests.
var (
	boss     = person("boss", lifecycle.Admin)
	resident = person("resident", lifecycle.Admin, "research")
	seller   = person("seller", lifecycle.Admin, "sales")
	auditor  = person("auditor", lifecycle.Auditor)
)

// person is somebody with a role in every business unit, or in the named ones.
func person(name string, role lifecycle.Role, units ...string) viewer.Viewer {
	return viewer.New("https://id.example.com", name, strings.ToUpper(name[:1])+name[1:], name+"@example.com",
		[]lifecycle.Role{role}, viewer.Units{All: len(units) == 0, Names: units})
}

// as is the context of somebody.
func (w *world) as(v viewer.Viewer) context.Context { return viewer.With(w.t.Context(), v) }

// system is that of the server itself.
func (w *world) system() context.Context { return w.as(viewer.TheSystem()) }

func (w *world) unit(key string) id.ID {
	w.t.Helper()
	p, err := w.units.Create(w.as(boss), businessunit.CreateBusinessUnitInput{Key: key, Name: "Unit " + key})
	if err != nil || len(p.UserErrors) > 0 {
		w.t.Fatalf("%v %+v", err, p)
	}
	return p.BusinessUnit.ID
}

// create makes a webhook at a path of the receiver.
func (w *world) create(v viewer.Viewer, path string, in webhook.CreateWebhookInput) *webhook.Webhook {
	w.t.Helper()
	in.URL = w.receiver.URL + path
	p, err := w.Create(w.as(v), in)
	if err != nil || len(p.UserErrors) > 0 || p.Webhook == nil || p.Secret == nil {
		w.t.Fatalf("create at %s: %v %+v", path, err, p)
	}
	w.receiver.knows(w.t, path, *p.Secret)
	return p.Webhook
}

// event is a change of something, as the server writes it.
type event struct {
	action   audit.Action
	resource audit.Resource
	unit     id.ID
	profile  id.ID
	before   lifecycle.Status
	status   lifecycle.Status
}

// happen writes events, numbers them, and returns their things' ids.
func (w *world) happen(events ...event) []uuid.UUID {
	w.t.Helper()
	var things []uuid.UUID
	for _, e := range events {
		thing := uuid.Must(uuid.NewV7())
		things = append(things, thing)
		_, err := w.admin.Exec(`INSERT INTO events (id, at, action, resource_type, resource_id, business_unit_id, changes, profile_id, status_before, status)
VALUES ($1, $2, $3, $4, $5, NULLIF($6, '00000000-0000-0000-0000-000000000000')::uuid, '[]', NULLIF($7, '00000000-0000-0000-0000-000000000000')::uuid, $8, $9)`,
			uuid.Must(uuid.NewV7()), w.clock(), e.action, e.resource, thing, e.unit.UUID.String(), e.profile.UUID.String(), e.before, e.status)
		must(w.t, err)
	}
	w.number()
	return things
}

// number gives every event its position.
func (w *world) number() {
	w.t.Helper()
	for {
		n, busy, err := w.store.Number(w.t.Context(), 1000)
		must(w.t, err)
		if n == 0 && !busy {
			return
		}
	}
}

// approvals are events of enrollments in a business unit.
func approvals(unit id.ID, n int) []event {
	return slices.Repeat([]event{{action: audit.Approve, resource: audit.Enrollment, unit: unit, before: lifecycle.Pending, status: lifecycle.Approved}}, n)
}

// gather queues what there is.
func (w *world) gather() {
	w.t.Helper()
	must(w.t, job.Batches(100, w.Gather)(w.system()))
}

// deliver gathers and has rounds until nothing is due; it returns how many there were.
func (w *world) deliver() int {
	w.t.Helper()
	worker, err := job.New(job.NewQueue(w.store), job.Options{Log: w.logger, Handlers: map[string]job.Handler{webhook.DeliverJob: w.Deliver}})
	must(w.t, err)
	rounds := 0
	for {
		w.gather()
		n, err := worker.RunDue(w.t.Context())
		must(w.t, err)
		if rounds += n; n == 0 {
			return rounds
		}
	}
}

// sent are the deliveries of a webhook, the oldest first.
func (w *world) sent(v viewer.Viewer, one *webhook.Webhook, statuses ...lifecycle.DeliveryStatus) []*webhook.WebhookDelivery {
	w.t.Helper()
	c, err := w.Deliveries(w.as(v), one, pageOf(100), statuses)
	must(w.t, err)
	all := c.Nodes()
	slices.Reverse(all)
	return all
}

// read is a webhook as somebody sees it; nil when it does not exist for them.
func (w *world) seen(v viewer.Viewer, one id.ID) *webhook.Webhook {
	w.t.Helper()
	found, err := w.ByIDs(w.as(v), []uuid.UUID{one.UUID})
	must(w.t, err)
	return found[one.UUID]
}

// refused says with which code, and at which field, something was refused.
func refused(t *testing.T, what string, err error, errs []*refusal.Refusal, code refusal.Code) {
	t.Helper()
	if err != nil || len(errs) != 1 || errs[0].Code != code {
		t.Errorf("%s: %v %v, want %s", what, err, errs, code)
	}
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

// receiver takes messages at any path, and checks each by the specification's library.
type receiver struct {
	*httptest.Server
	t     *testing.T
	roots *x509.CertPool

	mu sync.Mutex
	// secrets are those of the webhooks, by path.
	secrets map[string]*standardwebhooks.Webhook
	// answers are the status codes of each path; 200 is usual.
	answers map[string]int
	taken   []taken
	// during is called while a message is being answered; nil: nothing is.
	during func(path string)
}

// taken is a message that arrived.
type taken struct {
	path, id, stamp string
	body            struct {
		Type      string         `json:"type"`
		Timestamp time.Time      `json:"timestamp"`
		Data      map[string]any `json:"data"`
	}
	raw string
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{t: t, secrets: map[string]*standardwebhooks.Webhook{}, answers: map[string]int{}, roots: x509.NewCertPool()}
	r.Server = httptest.NewTLSServer(r)
	t.Cleanup(r.Close)
	r.roots.AddCert(r.Certificate())
	return r
}

// knows tells it a webhook's secret.
func (r *receiver) knows(t *testing.T, path, secret string) {
	t.Helper()
	verifier, err := standardwebhooks.NewWebhook(secret)
	must(t, err)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secrets[path] = verifier
}

// answer sets what is answered at a path from now on.
func (r *receiver) answer(path string, status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers[path] = status
}

// ServeHTTP takes a message.
func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	raw, err := io.ReadAll(q.Body)
	m := taken{path: q.URL.Path, id: q.Header.Get("webhook-id"), stamp: q.Header.Get("webhook-timestamp"), raw: string(raw)}
	r.mu.Lock()
	verifier, status, during := r.secrets[m.path], r.answers[m.path], r.during
	r.mu.Unlock()
	if err != nil || verifier == nil || verifier.VerifyIgnoringTimestamp(raw, q.Header) != nil || json.Unmarshal(raw, &m.body) != nil {
		r.t.Errorf("a message to %s is not signed with its secret, or is no JSON: %v %s", m.path, err, raw)
	}
	r.mu.Lock()
	r.taken = append(r.taken, m)
	r.mu.Unlock()
	if during != nil {
		during(m.path)
	}
	if status != 0 {
		w.WriteHeader(status)
	}
}

// messages are those that arrived at a path, and are forgotten.
func (r *receiver) messages(path string) []taken {
	r.mu.Lock()
	defer r.mu.Unlock()
	var there, rest []taken
	for _, m := range r.taken {
		if m.path == path {
			there = append(there, m)
		} else {
			rest = append(rest, m)
		}
	}
	r.taken = rest
	return there
}

// ids are the ids of messages, sorted.
func ids(all []taken) []string {
	out := make([]string, len(all))
	for n, m := range all {
		out[n] = m.id
	}
	slices.Sort(out)
	return out
}

func pageOf(n int) page.Args { return page.Args{First: &n} }

// told is a webhook of some kinds of things.
func told(of ...audit.Resource) webhook.CreateWebhookInput {
	return webhook.CreateWebhookInput{Filter: &webhook.WebhookFilter{ResourceTypes: of}}
}
