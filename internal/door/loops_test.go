package door

import (
	"errors"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// housing is a schema in which lists lead back to themselves.
const housing = `
type Query { houses: HouseConnection! house: House rooms: [Room!]! }
type HouseConnection { nodes: [House!]! edges: [HouseEdge!]! }
type HouseEdge { node: House! }
type House { id: ID! rooms: [Room!]! next: House names: [String!]! neighbours: HouseConnection! }
type Room { id: ID! house: House! }`

func TestAListInsideItself(t *testing.T) {
	t.Parallel()
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: housing})
	if err != nil {
		t.Fatal(err)
	}
	docs, err := newDocuments(schema, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, document string
		refused        bool
	}{
		{"a list", `{houses{nodes{rooms{id}}}}`, false},
		{"an owner of its own elements", `{houses{nodes{rooms{house{id}}}}}`, false},
		{"another list of the same things", `{rooms{house{rooms{id}}}}`, false},
		{"the same list twice, side by side", `{house{rooms{id} next{rooms{id}}}}`, false},
		{"both forms of one page", `{houses{nodes{id} edges{node{id}}}}`, false},
		{"a list of words, again and again", `{house{names next{names next{names}}}}`, false},
		{"a list in itself", `{house{rooms{house{rooms{id}}}}}`, true},
		{"a page in itself", `{house{neighbours{nodes{neighbours{nodes{id}}}}}}`, true},
		{"a page in itself, by its edges", `{house{neighbours{edges{node{next{neighbours{edges{node{id}}}}}}}}}`, true},
		{"by a fragment", `{house{rooms{house{...R}}}} fragment R on House{rooms{id}}`, true},
		{"by an inline fragment", `{house{rooms{... on Room{house{... on House{rooms{id}}}}}}}`, true},
		{"under another name", `{house{rooms{house{others:rooms{id}}}}}`, true},
		{"in an operation that is not run", `query A{house{id}} query B{house{rooms{house{rooms{id}}}}}`, true},
	} {
		_, err := docs.load(row.document)
		var no *Refusal
		if errors.As(err, &no) != row.refused || no != nil && (no.Code != LimitExceeded || no.Line == 0) || no == nil && err != nil {
			t.Errorf("%s: %v", row.name, err)
		}
	}
}
