package door

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// redemption is the mutation that needs no login and tries a secret.
const redemption = "redeemEnrollment"

// Check refuses a parsed document that passes one of the limits, or whose
// fragments contain themselves. It looks at every operation, the one that will
// be executed and the others, because its answer is kept with the document.
//
// It visits each selection once: what a fragment weighs is computed when it is
// first met and added wherever it is spread. So its time grows with the length
// of the document, whatever the document would become when written out. It must
// run before validation and before any limit that follows spreads again.
func Check(doc *ast.QueryDocument, limits Limits) error {
	c := &check{limits: limits, fragments: make(map[string]*fragment, len(doc.Fragments))}
	if n := len(doc.Operations); n > limits.Operations {
		return tooMuch("The document has %d operations; the limit is %d.", n, limits.Operations)
	}
	if err := c.define(doc.Fragments); err != nil {
		return err
	}
	for _, operation := range doc.Operations {
		if err := c.operation(operation); err != nil {
			return err
		}
	}
	return c.total()
}

// check is one pass over one document.
type check struct {
	limits    Limits
	fragments map[string]*fragment
	// path are the fragments being weighed, from the outermost in; one that is met
	// again contains itself.
	path    []string
	counted struct {
		aliases, fragments, directives, variables int
	}
}

// fragment is a fragment definition and, once met, its weight.
type fragment struct {
	definition *ast.FragmentDefinition
	state      state
	weight     weight
}

type state int

const (
	unseen state = iota
	underway
	known
)

// weight is what a selection set asks for when its fragments are written out.
type weight struct {
	depth       int // fields inside one another
	fields      int // fields at all levels
	top         int // fields at its own level
	redemptions int // those of top that try a code
}

func (w *weight) add(other weight) {
	w.depth = max(w.depth, other.depth)
	w.fields += other.fields
	w.top += other.top
	w.redemptions += other.redemptions
}

// define weighs every fragment, the ones that no operation spreads too: the
// validator walks them all.
func (c *check) define(list ast.FragmentDefinitionList) error {
	c.counted.fragments = len(list)
	for _, definition := range list {
		if c.fragments[definition.Name] != nil {
			return at(&Refusal{Code: BadUserInput, Message: fmt.Sprintf("The document defines fragment %s twice; give each fragment a name of its own.", definition.Name)}, definition.Position)
		}
		c.fragments[definition.Name] = &fragment{definition: definition}
	}
	for _, definition := range list {
		w, err := c.spread(definition.Name, definition.Position)
		if err != nil {
			return err
		}
		if w.depth > c.limits.Depth {
			return at(tooMuch("Fragment %s nests %d levels deep; the limit is %d.", definition.Name, w.depth, c.limits.Depth), definition.Position)
		}
	}
	return nil
}

// operation weighs one operation and holds it to the limits of an operation.
func (c *check) operation(op *ast.OperationDefinition) error {
	for _, variable := range op.VariableDefinitions {
		c.counted.variables++
		if err := c.directives(variable.Directives); err != nil {
			return err
		}
		if err := c.literal(variable.DefaultValue); err != nil {
			return err
		}
	}
	if err := c.directives(op.Directives); err != nil {
		return err
	}
	w, err := c.selections(op.SelectionSet)
	if err != nil {
		return err
	}
	if w.depth > c.limits.Depth {
		return tooMuch("The %s nests %d levels deep; the limit is %d.", name(op), w.depth, c.limits.Depth)
	}
	if w.top > c.limits.RootFields {
		return tooMuch("The %s has %d root fields; the limit is %d.", name(op), w.top, c.limits.RootFields)
	}
	if op.Operation != ast.Mutation {
		return nil
	}
	if w.redemptions > c.limits.Redemptions {
		return tooMuch("The %s calls %s %d times; the limit is %d in one request.", name(op), redemption, w.redemptions, c.limits.Redemptions)
	}
	if n := w.top - w.redemptions; n > c.limits.Mutations {
		return tooMuch("The %s calls %d mutations; the limit is %d in one request. Send the others in requests of their own, or use the plural form (approveEnrollments for approveEnrollment).", name(op), n, c.limits.Mutations)
	}
	return nil
}

// selections weighs a selection set. It refuses as soon as the weight passes
// the limit on depth or fields, so that no sum grows without bound.
func (c *check) selections(set ast.SelectionSet) (weight, error) {
	var sum weight
	for _, selection := range set {
		var (
			w   weight
			err error
		)
		switch s := selection.(type) {
		case *ast.Field:
			w, err = c.field(s)
		case *ast.InlineFragment:
			c.counted.fragments++
			if err = c.directives(s.Directives); err == nil {
				w, err = c.selections(s.SelectionSet)
			}
		case *ast.FragmentSpread:
			c.counted.fragments++
			if err = c.directives(s.Directives); err == nil {
				w, err = c.spread(s.Name, s.Position)
			}
		}
		if err != nil {
			return weight{}, err
		}
		sum.add(w)
		if sum.fields > c.limits.Fields {
			return weight{}, at(tooMuch("The document asks for %d or more fields once its fragments are written out; the limit is %d.", sum.fields, c.limits.Fields), selection.GetPosition())
		}
	}
	return sum, nil
}

// field weighs a field with what is selected inside it.
func (c *check) field(f *ast.Field) (weight, error) {
	if f.Alias != "" && f.Alias != f.Name {
		c.counted.aliases++
	}
	if err := c.directives(f.Directives); err != nil {
		return weight{}, err
	}
	if err := c.arguments(f.Arguments); err != nil {
		return weight{}, err
	}
	inner, err := c.selections(f.SelectionSet)
	if err != nil {
		return weight{}, err
	}
	w := weight{depth: inner.depth + 1, fields: inner.fields + 1, top: 1}
	if f.Name == redemption {
		w.redemptions = 1
	}
	return w, nil
}

// spread is the weight of a fragment, computed when it is first met. An unknown
// fragment weighs nothing: the validator says that it is unknown.
func (c *check) spread(name string, position *ast.Position) (weight, error) {
	f := c.fragments[name]
	switch {
	case f == nil:
		return weight{}, nil
	case f.state == known:
		return f.weight, nil
	case f.state == underway:
		return weight{}, at(&Refusal{
			Code:    BadUserInput,
			Message: fmt.Sprintf("Fragment %s contains itself (%s); remove one of these spreads.", name, strings.Join(append(c.path, name), " → ")),
		}, position)
	}
	f.state = underway
	c.path = append(c.path, name)
	if err := c.directives(f.definition.Directives); err != nil {
		return weight{}, err
	}
	w, err := c.selections(f.definition.SelectionSet)
	if err != nil {
		return weight{}, err
	}
	c.path = c.path[:len(c.path)-1]
	f.state, f.weight = known, w
	return w, nil
}

func (c *check) directives(list ast.DirectiveList) error {
	c.counted.directives += len(list)
	for _, directive := range list {
		if err := c.arguments(directive.Arguments); err != nil {
			return err
		}
	}
	return nil
}

func (c *check) arguments(list ast.ArgumentList) error {
	for _, argument := range list {
		if err := c.literal(argument.Value); err != nil {
			return err
		}
	}
	return nil
}

// total holds the document's sums to their limits.
func (c *check) total() error {
	for _, count := range []struct {
		found, limit int
		what         string
	}{
		{c.counted.aliases, c.limits.Aliases, "aliases"},
		{c.counted.fragments, c.limits.Fragments, "fragments and spreads"},
		{c.counted.directives, c.limits.Directives, "directives"},
		{c.counted.variables, c.limits.Variables, "variables"},
	} {
		if count.found > count.limit {
			return tooMuch("The document has %d %s; the limit is %d.", count.found, count.what, count.limit)
		}
	}
	return nil
}

// name is what a sentence calls the operation.
func name(op *ast.OperationDefinition) string {
	if op.Name == "" {
		return string(op.Operation)
	}
	return string(op.Operation) + " " + op.Name
}

// at points a refusal at a place in the document.
func at(r *Refusal, position *ast.Position) *Refusal {
	if position != nil {
		r.Line, r.Column = position.Line, position.Column
	}
	return r
}
