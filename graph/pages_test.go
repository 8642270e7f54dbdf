package graph_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"gatehouse/internal/door"
)

// TestTheExamplesOfThePagesFit: what stands in docs/ as GraphQL is answered by this
// schema, within the limits of the door.
func TestTheExamplesOfThePagesFit(t *testing.T) {
	t.Parallel()
	sdl, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(sdl)})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	fitted := 0
	for _, name := range pages {
		page, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range example.FindAllStringSubmatch(string(page), -1) {
			fitted++
			document, err := gqlparser.LoadQueryWithRules(schema, found[1], nil)
			if err != nil {
				t.Errorf("%s: %v in\n%s", name, err, found[1])
				continue
			}
			if err := door.Check(document, door.DefaultLimits()); err != nil {
				t.Errorf("%s: %v in\n%s", name, err, found[1])
			}
		}
	}
	if fitted < 12 {
		t.Errorf("only %d examples were found", fitted)
	}
}
