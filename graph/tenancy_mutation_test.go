package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// TestNobodyChangesWhatLiesInAnotherBusinessUnit tries every mutation that names
// something by its id on the things of another business unit: it answers as for
// an id that never was.
func TestNobodyChangesWhatLiesInAnotherBusinessUnit(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	c.Purchase(lifecycle.User, lifecycle.Device)
	ours, theirs := newTenant(t, c.World, "alpaca"), newTenant(t, c.World, "zebra")
	outsider := world.In(world.Person("alpaca-eve", lifecycle.Roles...), ours.key)
	insider := world.In(world.Person("zebra-eve", lifecycle.Roles...), theirs.key)
	w := newWalker(t)
	theirThings := &inputs{t: t, schema: w.schema, ids: map[id.Kind]string{}}
	never := &inputs{t: t, schema: w.schema, ids: map[id.Kind]string{}}
	for _, kind := range id.Kinds {
		never.ids[kind] = id.New(kind).String()
		if of := theirs.ids[kind]; len(of) > 0 {
			theirThings.ids[kind] = of[0]
		}
	}
	theirThings.ids[id.Enrollment] = theirs.pending.String()

	changes := func() int {
		return column[int](t, c.admin, `SELECT count(*) FROM audit_entries WHERE business_unit_id = $1 AND outcome = 'SUCCESS'`, theirs.unit.UUID)[0]
	}
	before := changes()
	for _, m := range mutations(w.schema) {
		input, names := theirThings.of(m)
		if !names {
			continue
		}
		document := w.mutation(m)
		a := c.ask(&outsider, document, map[string]any{"input": input})
		if len(a.Errors) > 0 {
			t.Errorf("%s: %s: %s", m.Name, a.Errors[0].Extensions.Code, a.Errors[0].Message)
			continue
		}
		codes, messages := refused(a.Data)
		want := []string{"NOT_FOUND"}
		if need, _ := lifecycle.MutationNeeds(m.Name); need.AllUnits {
			want = []string{"FORBIDDEN"}
		}
		if m.Name == "startBulkAction" { // each item is decided at its turn
			want = nil
			theyAreNotFound(t, c, outsider, a.Data)
			a.Data = nil
		}
		if !slices.Equal(codes, want) {
			t.Errorf("%s on what lies in another business unit: %v, want %v", m.Name, codes, want)
		}
		if shown := things(a.Data); len(shown) > 0 {
			t.Errorf("%s shows %v", m.Name, shown)
		}
		if shown := theirs.shownIn(a.body, theirs.few()...); len(shown) > 0 && !onlyNames(shown, input) {
			t.Errorf("%s shows %v", m.Name, shown)
		}
		empty, _ := never.of(m)
		_, same := refused(c.ask(&outsider, document, map[string]any{"input": empty}).Data)
		if !slices.Equal(withoutIDs(messages, theirThings.ids), withoutIDs(same, never.ids)) {
			t.Errorf("%s tells what lies elsewhere from what never was: %q and %q", m.Name, messages, same)
		}
	}
	if after := changes(); after != before {
		t.Errorf("%d things of another business unit were changed", after-before)
	}

	// The same inputs are good for somebody of that business unit.
	for _, m := range deletionsLast(w.schema) {
		input, names := theirThings.of(m)
		if need, _ := lifecycle.MutationNeeds(m.Name); !names || need.AllUnits {
			continue
		}
		if codes, messages := refused(c.data(insider, w.mutation(m), map[string]any{"input": input})); slices.Contains(codes, "NOT_FOUND") || slices.Contains(codes, "FORBIDDEN") {
			t.Errorf("%s within the business unit: %v", m.Name, messages)
		}
	}
	if changes() == before {
		t.Error("somebody of the business unit changed nothing, so that the test would notice nothing")
	}
}

// theyAreNotFound has the job that was started done: nothing is found, and no more is
// told of what lies elsewhere than of what never was.
func theyAreNotFound(t *testing.T, c *caller, by viewer.Viewer, started map[string]any) {
	t.Helper()
	work(t, c.World)
	shown, _ := started["startBulkAction"].(map[string]any)["job"].(map[string]any)
	if shown == nil {
		t.Fatalf("no job was started: %v", started)
	}
	job := c.data(by, `query($id: ID!) { job(id: $id) { status size succeeded outcomes { code count } results { totalCount nodes { code } } } }`, map[string]any{"id": shown["id"]})["job"]
	if got, want := fmt.Sprint(job), "map[outcomes:[map[code:NOT_FOUND count:1]] results:map[nodes:[map[code:NOT_FOUND]] totalCount:1] size:1 status:DONE succeeded:0]"; got != want {
		t.Errorf("the job on what lies elsewhere came to %s, want %s", got, want)
	}
}

// deletionsLast are the mutations in an order in which none takes away what another
// one is about.
func deletionsLast(schema *ast.Schema) []*ast.FieldDefinition {
	all := slices.Clone(mutations(schema))
	slices.SortStableFunc(all, func(a, b *ast.FieldDefinition) int {
		last := map[bool]int{true: 1}
		return last[strings.HasPrefix(a.Name, "delete")] - last[strings.HasPrefix(b.Name, "delete")]
	})
	return all
}

// onlyNames reports whether an answer shows no more than the ids that were asked.
func onlyNames(shown []string, input map[string]any) bool {
	return !slices.ContainsFunc(shown, func(one string) bool {
		for _, v := range input {
			if list, ok := v.([]any); ok && slices.Contains(list, any(one)) || v == any(one) {
				return false
			}
		}
		return true
	})
}

// withoutIDs are sentences with each id replaced by its kind.
func withoutIDs(sentences []string, ids map[id.Kind]string) []string {
	out := slices.Clone(sentences)
	for i := range out {
		for kind, one := range ids {
			out[i] = strings.ReplaceAll(out[i], one, string(kind))
		}
	}
	return out
}
