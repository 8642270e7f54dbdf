package graph_test

import (
	"strings"
	"testing"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/live"
	"gatehouse/internal/world"
)

// The cursor of an operation is taken before anything that stands beside it: root
// fields are read side by side, and a cursor that is younger than its list would let
// what happened between the two be neither shown nor told.
func TestTheCursorOfAnOperationIsOlderThanItsLists(t *testing.T) {
	t.Parallel()
	s := &statements{}
	c := newCaller(t, s.observe)
	c.Purchase(lifecycle.User)
	c.Request(world.Person("rob", lifecycle.Requester), c.Profile(c.Unit("here").ID, "staff").ID, "seat")
	if _, _, err := c.Store.Number(t.Context(), 1000); err != nil {
		t.Fatal(err)
	}
	var data map[string]any
	texts := s.during(func() {
		data = c.data(world.Boss(), `{ enrollments { nodes { id } } eventCursor }`, nil)
	})
	if len(texts) < 2 || !strings.Contains(texts[0], "FROM events") {
		t.Errorf("the first of its statements is %.80q", texts)
	}
	text, _ := data["eventCursor"].(string)
	if at, err := live.ParseCursor(text); err != nil || at == 0 {
		t.Errorf("the cursor is %q: %d, %v", text, at, err)
	}
	if texts := s.during(func() { c.data(world.Boss(), `{ enrollments { nodes { id } } }`, nil) }); strings.Contains(strings.Join(texts, "\n"), "FROM events") {
		t.Error("who asks for no cursor pays for one")
	}
}
