package door

import (
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// literal refuses a value written in the document that nests too deep or lists
// too many items.
func (c *check) literal(value *ast.Value) error {
	depth, err := c.nesting(value)
	if err == nil && depth > c.limits.ValueDepth {
		err = at(tooMuch("A value in the document nests %d lists and objects inside one another; the limit is %d.", depth, c.limits.ValueDepth), value.Position)
	}
	return err
}

// nesting is how many lists and objects stand inside one another in a value.
func (c *check) nesting(value *ast.Value) (int, error) {
	if value == nil || (value.Kind != ast.ListValue && value.Kind != ast.ObjectValue) {
		return 0, nil
	}
	if n := len(value.Children); value.Kind == ast.ListValue && n > c.limits.ListItems {
		return 0, at(tooMuch("A list in the document has %d items; the limit is %d. Send them in several requests.", n, c.limits.ListItems), value.Position)
	}
	inner := 0
	for _, child := range value.Children {
		depth, err := c.nesting(child.Value)
		if err != nil {
			return 0, err
		}
		inner = max(inner, depth)
	}
	return inner + 1, nil
}

// CheckVariables refuses variables that nest too deep or list too many items.
// The limits are those of the values written in a document, so that moving a
// value from one place to the other changes nothing.
func CheckVariables(variables map[string]any, limits Limits) error {
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		depth, longest := measure(variables[name])
		if longest > limits.ListItems {
			return tooMuch("Variable $%s has a list of %d items; the limit is %d. Send them in several requests.", name, longest, limits.ListItems)
		}
		if depth > limits.ValueDepth {
			return tooMuch("Variable $%s nests %d lists and objects inside one another; the limit is %d.", name, depth, limits.ValueDepth)
		}
	}
	return nil
}

// measure is how many lists and objects stand inside one another in a decoded
// JSON value, and the length of its longest list.
func measure(value any) (depth, longest int) {
	inner := func(item any) {
		d, l := measure(item)
		depth, longest = max(depth, d), max(longest, l)
	}
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			inner(item)
		}
		return depth + 1, max(longest, len(v))
	case map[string]any:
		for _, item := range v {
			inner(item)
		}
		return depth + 1, longest
	}
	return 0, 0
}
