package graph_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/world"
)

var (
	example   = regexp.MustCompile("(?s)```graphql\n(.*?)```")
	mentioned = regexp.MustCompile(`\$(\w+)[:)]?`)
)

// TestThePageAboutListsRuns: every example of docs/lists.md, in its order, each with
// what those before it have answered.
func TestThePageAboutListsRuns(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/lists.md")
	if err != nil {
		t.Fatal(err)
	}
	c := newCaller(t)
	c.Purchase(lifecycle.User)
	unit := c.Unit("research")
	c.Allocate(unit.ID, lifecycle.User, 5)
	c.Seats(unit.ID, lifecycle.User, "lab-1", "lab-2", "office-1")
	known := map[string]any{"unit": unit.ID.String()}
	ran := 0
	for _, found := range example.FindAllStringSubmatch(string(page), -1) {
		ran++
		document := found[1]
		variables := map[string]any{}
		for _, name := range mentioned.FindAllStringSubmatch(document, -1) {
			value, there := known[name[1]]
			if !there {
				t.Fatalf("nothing before it answers $%s:\n%s", name[1], document)
			}
			variables[name[1]] = value
		}
		data := c.data(world.Boss(), document, variables)
		switch {
		case data["saveView"] != nil:
			view, _ := data["saveView"].(map[string]any)["view"].(map[string]any)
			if view == nil || view["count"].(map[string]any)["count"] != 2.0 || view["isMine"] != true {
				t.Fatalf("saveView answers %v", data)
			}
			known["view"], known["filter"], known["orderBy"] = view["id"], view["filter"], view["orderBy"]
		case data["startBulkAction"] != nil:
			job, _ := data["startBulkAction"].(map[string]any)["job"].(map[string]any)
			if job == nil || job["size"] != 2.0 {
				t.Fatalf("startBulkAction answers %v", data)
			}
			known["job"] = job["id"]
		case strings.Contains(document, "ThroughAView"):
			if seats := data["seats"].(map[string]any); seats["totalCount"] != 2.0 {
				t.Errorf("through the view there are %v", seats)
			}
		case strings.Contains(document, "Again"):
			if seats := data["seats"].(map[string]any)["nodes"].([]any); len(seats) != 3 {
				t.Errorf("by its filter there are %v", seats)
			}
		case strings.Contains(document, "ToURL"):
			known["state"] = data["listState"].(map[string]any)["state"]
		case strings.Contains(document, "FromURL"):
			state := data["listState"].(map[string]any)
			if state["systemView"] != "PENDING_APPROVAL" || len(state["columns"].([]any)) != 2 || len(state["problems"].([]any)) != 0 {
				t.Errorf("the state says %v", state)
			}
		}
	}
	if ran < 10 {
		t.Errorf("only %d examples were found", ran)
	}
}
