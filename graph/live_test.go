package graph_test

import (
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"

	"gatehouse/graph"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/live"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// stream subscribes past the door, so that a test decides when a message is resolved.
func (c *caller) stream(v viewer.Viewer, document string) (next func(into any)) {
	c.t.Helper()
	api := &graph.API{Licences: c.Licences, Inventory: c.Inventory, Jobs: c.Jobs, Feed: c.Feed}
	e := executor.New(api.Schema())
	e.SetErrorPresenter(graph.Presenter(slog.New(slog.DiscardHandler)))
	e.Use(graph.Session{Pin: c.Store.Pin})
	ctx := graphql.StartOperationTrace(c.As(v))
	operation, list := e.CreateOperationContext(ctx, &graphql.RawParams{Query: document})
	if len(list) > 0 {
		c.t.Fatal(list)
	}
	responses, ctx := e.DispatchOperation(ctx, operation)
	return func(into any) {
		c.t.Helper()
		r := responses(ctx)
		if r == nil || len(r.Errors) > 0 {
			c.t.Fatalf("the stream gave %+v", r)
		}
		if err := json.Unmarshal(r.Data, into); err != nil {
			c.t.Fatal(err)
		}
	}
}

// TestAMessageShowsThePresent: what happened is told as it was, and the enrollment as
// it is when the message is resolved, though the subscription began long ago.
func TestAMessageShowsThePresent(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	go c.Feed.Run(t.Context(), c.DB.AppURL, nil)
	c.Purchase(lifecycle.User)
	unit := c.Unit("here").ID
	staff := c.Profile(unit, "staff")
	next := c.stream(world.Boss(), `subscription { enrollmentChanged { cursor change action status enrollmentId enrollment { id status availableActions } } }`)
	one := c.Request(world.Person("rob", lifecycle.Requester), staff.ID, "seat").ID
	c.Clock.Pass(365 * 24 * time.Hour)
	var message struct {
		EnrollmentChanged struct {
			Cursor, Change, Action, Status, EnrollmentID string
			Enrollment                                   struct {
				ID, Status       string
				AvailableActions []string
			}
		}
	}
	next(&message)
	e := message.EnrollmentChanged
	if _, err := live.ParseCursor(e.Cursor); err != nil || e.Change != "ENTERED" || e.Action != "REQUEST" || e.Status != "PENDING" || e.EnrollmentID != one.String() {
		t.Errorf("the event is told as %+v (%v)", e, err)
	}
	if e.Enrollment.ID != one.String() || e.Enrollment.Status != "EXPIRED" {
		t.Errorf("the enrollment is shown as %+v, and its time has passed", e.Enrollment)
	}
	for _, a := range e.Enrollment.AvailableActions {
		if a == "APPROVE" {
			t.Error("an expired request could be approved")
		}
	}
}
