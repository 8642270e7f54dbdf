package graph_test

import (
	"bytes"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"gatehouse/graph"
	"gatehouse/internal/door"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// caller asks a world through the door, as a frontend does.
type caller struct {
	*world.World

	t    testing.TB
	door *door.Door
	// admin is the cluster's superuser in the world's database; nil where there is none.
	admin *sql.DB
	// made numbers what is made with a name of its own.
	made int
}

// newCaller makes a world and a way to ask it.
func newCaller(t testing.TB, options ...func(*store.Options)) *caller {
	t.Helper()
	return asking(t, world.New(t, options...))
}

// asking is a way to ask a world. The walks send documents that no person
// would write: their limits are the test's own.
func asking(t testing.TB, w *world.World) *caller {
	t.Helper()
	limits := door.DefaultLimits()
	limits.Tokens, limits.Fields, limits.Depth, limits.ListItems, limits.Cost = 1e6, 1e6, 100, 1e5, 1e12
	api := &graph.API{Units: w.Units, Licences: w.Licences, Profiles: w.Profiles, Inventory: w.Inventory, Log: w.Log,
		Views: w.Views, Jobs: w.Jobs, Exports: w.Exports, Webhooks: w.Webhooks, Feed: w.Feed}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	d, err := door.New(door.Options{Schema: api.Schema(), Limits: limits, Present: graph.Presenter(log), Log: log, Extension: graph.Session{Pin: w.Store.Pin, Begin: w.Feed.Begin}})
	if err != nil {
		t.Fatal(err)
	}
	c := &caller{World: w, t: t, door: d}
	if w.DB != nil {
		c.admin = w.DB.Admin(t)
	}
	return c
}

// answer is what came back.
type answer struct {
	Data   map[string]any
	Errors []topLevel
	// body is the whole of it, request the id under which it was asked.
	body, request string
}

// topLevel is a top-level error.
type topLevel struct {
	Message    string
	Path       []any
	Extensions struct{ Code, RequestID string }
}

// ask sends a document as the viewer; as nobody when it is nil.
func (c *caller) ask(v *viewer.Viewer, document string, variables map[string]any) answer {
	c.t.Helper()
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		c.t.Fatal(err)
	}
	a := answer{request: rand.Text()}
	ctx := viewer.WithRequest(c.t.Context(), viewer.Request{ID: a.request, Address: "192.0.2.1"})
	if v != nil {
		ctx = viewer.With(ctx, *v)
	}
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	recorded := httptest.NewRecorder()
	c.door.ServeHTTP(recorded, r)
	a.body = recorded.Body.String()
	if err := json.Unmarshal(recorded.Body.Bytes(), &a); err != nil {
		c.t.Fatalf("the answer is no JSON: %v\n%.500s", err, a.body)
	}
	return a
}

// data is the data of an answer that must have no error.
func (c *caller) data(v viewer.Viewer, document string, variables map[string]any) map[string]any {
	c.t.Helper()
	a := c.ask(&v, document, variables)
	if len(a.Errors) > 0 {
		c.t.Fatalf("%.300s: %s: %s", document, a.Errors[0].Extensions.Code, a.Errors[0].Message)
	}
	return a.Data
}
