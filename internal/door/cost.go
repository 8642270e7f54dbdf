package door

import (
	"encoding/json"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// What an operation costs, told in extensions.cost of every answer:
//
//   - a field with fields of its own costs 1, and what stands in it; one without costs nothing;
//   - in a connection, what stands in it counts once for each element that is asked for (first
//     or last, 25 when neither is said); its edges and pageInfo cost nothing, totalCount 10;
//   - the count of a saved view costs 10 too, and those of a list's system views 100;
//   - in a list that is asked for by a list of ids, it counts once for each id;
//   - each mutation costs 10, and what stands in its payload; of one that has results, what
//     stands in these counts once for each item of its input.
//
// It is an upper bound: of the fragments on several types one is executed, and a
// list may be shorter. The cost of a subscription is that of one message, which is made
// anew for each change, and uncounted: it may cost 100.
const (
	perMutation = 10
	perCount    = 10
	// systemViews is about how many of them a list has.
	systemViews = 10
	// mostPerMessage is what a message of a subscription may cost.
	mostPerMessage = 100
	// perPage is how many elements a connection has that does not say, and mostPerPage
	// the most that any has: what asks for more is refused by the connection itself.
	perPage     = 25
	mostPerPage = 100
	// immense is where adding up stops: nobody needs to know how far beyond it.
	immense = int64(1e12)
)

// costOf is what an operation costs with its variables. It visits each selection
// once: what a fragment costs is computed when it is first met. The document must
// have passed Check and validation, the variables CheckVariables and coercion.
func costOf(op *ast.OperationDefinition, variables map[string]any) int64 {
	c := &costing{variables: variables, fragments: map[*ast.FragmentDefinition]price{}}
	return c.set(op.SelectionSet).once
}

// afford is what an operation costs with its variables, and the most that it may; what
// costs more is refused.
func (l Limits) afford(op *ast.OperationDefinition, variables map[string]any) (cost, most int64, err error) {
	cost, most = costOf(op, variables), int64(l.Cost)
	if op.Operation == ast.Subscription {
		if most = min(most, mostPerMessage); cost > most {
			return cost, most, tooMuch("A message of the %s costs %d; the limit is %d. Ask for less in each, and for the rest by a query.", name(op), cost, most)
		}
	}
	if cost > most {
		return cost, most, tooMuch("The %s costs %d; the limit is %d. Ask for fewer elements at once (first), or for fewer objects in each.", name(op), cost, most)
	}
	return cost, most, nil
}

// costing is one reckoning.
type costing struct {
	variables map[string]any
	// fragments are the prices of those that were met.
	fragments map[*ast.FragmentDefinition]price
}

// price is what a selection costs: once, and for each element of the connection, or
// each item of the mutation's input, that it stands in.
type price struct{ once, each int64 }

func (p *price) add(other price) {
	p.once = min(p.once+other.once, immense)
	p.each = min(p.each+other.each, immense)
}

func (c *costing) set(set ast.SelectionSet) price {
	var sum price
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if c.asked(s.Directives) {
				sum.add(c.field(s))
			}
		case *ast.InlineFragment:
			if c.asked(s.Directives) {
				sum.add(c.set(s.SelectionSet))
			}
		case *ast.FragmentSpread:
			if s.Definition != nil && c.asked(s.Directives) {
				sum.add(c.spread(s.Definition))
			}
		}
	}
	return sum
}

func (c *costing) spread(f *ast.FragmentDefinition) price {
	p, known := c.fragments[f]
	if !known {
		p = c.set(f.SelectionSet)
		c.fragments[f] = p
	}
	return p
}

func (c *costing) field(f *ast.Field) price {
	within := ""
	if f.ObjectDefinition != nil {
		within = f.ObjectDefinition.Name
	}
	ofConnection := strings.HasSuffix(within, "Connection")
	switch {
	case within == "Mutation":
		payload := c.set(f.SelectionSet)
		return price{once: min(perMutation+payload.once+c.items(f)*payload.each, immense)}
	case len(f.SelectionSet) == 0 && ofConnection && f.Name == "totalCount":
		return price{once: perCount}
	case len(f.SelectionSet) == 0 || f.Definition == nil:
		return price{}
	}
	inner, of := c.set(f.SelectionSet), f.Definition.Type
	switch {
	case of.Name() == "ListCount" && within == "SystemView":
		return price{once: systemViews * perCount}
	case of.Name() == "ListCount":
		return price{once: perCount}
	case ofConnection && f.Name == "edges":
		return price{each: inner.once}
	case ofConnection && of.Elem != nil:
		return price{each: 1 + inner.once}
	case of.Name() == "PageInfo":
		return inner
	case strings.HasSuffix(of.Name(), "Connection"):
		return price{once: min(1+inner.once+c.elements(f)*inner.each, immense)}
	case of.Elem != nil && f.Name == "results" && strings.HasSuffix(within, "Payload"):
		return price{each: 1 + inner.once}
	case of.Elem != nil:
		return price{once: min(c.items(f)*(1+inner.once), immense)}
	}
	return price{once: 1 + inner.once}
}

// elements is how many elements a connection is asked for.
func (c *costing) elements(f *ast.Field) int64 {
	for _, name := range []string{"first", "last"} {
		if argument := f.Arguments.ForName(name); argument != nil {
			if n, ok := number(c.value(argument.Value)); ok {
				return max(1, min(n, mostPerPage))
			}
		}
	}
	return perPage
}

// items is the length of the longest list among a field's arguments, and at least 1.
func (c *costing) items(f *ast.Field) int64 {
	most := 1
	for _, argument := range f.Arguments {
		_, longest := measure(c.value(argument.Value))
		most = max(most, longest)
	}
	return int64(most)
}

// asked reports whether @skip and @include let a selection be.
func (c *costing) asked(directives ast.DirectiveList) bool {
	for _, directive := range directives {
		argument := directive.Arguments.ForName("if")
		if argument == nil {
			continue
		}
		if on, ok := c.value(argument.Value).(bool); ok && on == (directive.Name == "skip") {
			return false
		}
	}
	return true
}

// value is an argument's value; nil for one that says nothing.
func (c *costing) value(v *ast.Value) any {
	if v == nil {
		return nil
	}
	value, err := v.Value(c.variables)
	if err != nil {
		return nil // coercion refuses it
	}
	return value
}

// number reads an Int as documents and variables bring it.
func number(value any) (int64, bool) {
	switch n := value.(type) {
	case int64:
		return n, true
	case int:
		return int64(n), true
	case float64:
		return int64(n), true
	case json.Number:
		i, err := n.Int64()
		return i, err == nil
	}
	return 0, false
}
