package job

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

func TestEnqueueIsPartOfItsTransaction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.server(Options{Handlers: map[string]Handler{"work": nothing}})
	broken := errors.New("broken")
	_, err := s.queue.store.Do(viewer.With(t.Context(), viewer.TheSystem()), store.Cause{Action: audit.StartBulkAction, Resource: audit.Job},
		func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
			if _, err := s.queue.Enqueue(ctx, tx, Work{Kind: "work"}); err != nil {
				return store.Outcome{}, err
			}
			return store.Outcome{}, broken
		})
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if n := s.runDue(); n != 0 {
		t.Errorf("%d jobs of a transaction that was rolled back were done", n)
	}
	if len(s.queue.bell) != 0 {
		t.Error("a transaction that was rolled back woke the worker")
	}
}

func TestEnqueueTakesOneStatement(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.server(Options{})
	var counts []int64
	for _, n := range []int{5, 500} {
		before := s.statements.Load()
		work := make([]Work, n)
		for i := range work {
			work[i] = Work{Kind: "work", Payload: map[string]int{"n": i}}
		}
		if ids := s.enqueue(work...); len(ids) != n {
			t.Errorf("%d ids for %d jobs", len(ids), n)
		}
		counts = append(counts, s.statements.Load()-before)
	}
	if counts[0] != counts[1] || counts[0] != 1 {
		t.Errorf("5 jobs took %d statements, 500 took %d; want 1 each", counts[0], counts[1])
	}
}

func TestWhoAJobActsAs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	unit := uuid.New()
	var seen viewer.Viewer
	var request viewer.Request
	var got Job
	s := w.server(Options{Handlers: map[string]Handler{"work": func(ctx context.Context, j Job) error {
		seen, _ = viewer.From(ctx)
		request, got = viewer.RequestFrom(ctx), j
		return nil
	}}})
	ida := viewer.New("https://idp", "ida", "Ida", "ida@example.com", []lifecycle.Role{lifecycle.SeatManager}, viewer.Units{Names: []string{"sales"}})
	tests := []struct {
		name string
		made viewer.Viewer
		own  bool
		want viewer.Viewer
	}{
		{"with its maker's rights", ida, true, ida},
		{"as the system, whoever made it", ida, false, viewer.TheSystem()},
		{"as the system, which made it", viewer.TheSystem(), true, viewer.TheSystem()},
	}
	for _, test := range tests {
		row := s.enqueueAs(test.made, Work{Kind: "work", Payload: map[string]string{"seat": "seat_1"}, BusinessUnit: unit, AsViewer: test.own})[0]
		if n := s.runDue(); n != 1 {
			t.Fatalf("%s: %d jobs were done", test.name, n)
		}
		if !reflect.DeepEqual(seen, test.want) {
			t.Errorf("%s: it acts as\n%+v, want\n%+v", test.name, seen, test.want)
		}
		if want := id.Of(id.Job, row); request.ID != want.String() || got.ID != want || got.Attempt != 1 || got.BusinessUnit != unit || string(got.Payload) != `{"seat": "seat_1"}` {
			t.Errorf("%s: the handler sees %+v in request %q", test.name, got, request.ID)
		}
	}
	_, err := actorOf(viewer.Viewer{Kind: viewer.EndUser})
	if err == nil || !strings.Contains(err.Error(), "END_USER") {
		t.Errorf("somebody without a login lends a job their rights: %v", err)
	}
}

func TestAnUnreadableActorIsNotTheSystem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.server(Options{Handlers: map[string]Handler{"work": func(context.Context, Job) error {
		t.Error("it was done")
		return nil
	}}})
	for _, kept := range []string{`null`, `{}`, `[1]`, `"ida"`} {
		row := s.enqueue(Work{Kind: "work"})[0]
		if _, err := w.admin.Exec(`UPDATE jobs SET actor = $2 WHERE id = $1`, row, kept); err != nil {
			t.Fatal(err)
		}
		s.runDue()
		if got := w.row(row); got.status != failed || got.lastError != "It cannot be read who it acts for." {
			t.Errorf("actor %s: the job is %s: %q", kept, got.status, got.lastError)
		}
	}
}

func TestRightsAreCarriedOnForADayAtMost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tries := 0
	s := w.server(Options{Handlers: map[string]Handler{"work": func(context.Context, Job) error { tries++; return nil }}})
	ida := viewer.New("https://idp", "ida", "Ida", "", []lifecycle.Role{lifecycle.SeatManager}, viewer.Units{All: true})
	late := s.enqueueAs(ida, Work{Kind: "work", AsViewer: true, At: w.clock.now().Add(Life)})[0]
	own := s.enqueueAs(ida, Work{Kind: "work", At: w.clock.now().Add(Life)})[0]
	w.clock.pass(Life - time.Microsecond)
	if s.runDue(); tries != 0 {
		t.Fatal("a job was done before its time")
	}
	w.clock.pass(time.Microsecond)
	s.runDue()
	if got := w.row(late); got.status != failed || !strings.Contains(got.lastError, "24 hours") || got.finished == nil {
		t.Errorf("a job with a person's rights of yesterday is %s: %q", got.status, got.lastError)
	}
	if got := w.row(own); got.status != done || tries != 1 {
		t.Errorf("the system's own job is %s after %d tries", got.status, tries)
	}
}
