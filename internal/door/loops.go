package door

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// CheckLoops refuses a document that asks for a list inside itself: the seats of a
// business unit, their business unit, its seats again. Each round multiplies the
// answer by the length of the list, so that within the limit on depth a few hundred
// bytes become millions of objects; and no page needs it, since the inner list is
// the outer one again.
//
// It must run after validation, which ties each field to its definition, and after
// Check, whose limit on fields bounds how often a spread is followed here.
func CheckLoops(doc *ast.QueryDocument) error {
	for _, operation := range doc.Operations {
		if err := loops(operation.SelectionSet, nil); err != nil {
			return err
		}
	}
	return nil
}

// loops looks for a list within the lists that stand around it.
func loops(set ast.SelectionSet, around []string) error {
	for _, selection := range set {
		var err error
		switch s := selection.(type) {
		case *ast.Field:
			err = loopsOfField(s, around)
		case *ast.InlineFragment:
			err = loops(s.SelectionSet, around)
		case *ast.FragmentSpread:
			if s.Definition != nil {
				err = loops(s.Definition.SelectionSet, around)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func loopsOfField(f *ast.Field, around []string) error {
	if !isList(f) {
		return loops(f.SelectionSet, around)
	}
	name := f.ObjectDefinition.Name + "." + f.Name
	if slices.Contains(around, name) {
		return at(tooMuch("The document asks for %s inside %s, once more for each of its elements; the limit is one. Ask for the inner list by the id of its owner, in a request of its own.", name, name), f.Position)
	}
	return loops(f.SelectionSet, append(slices.Clip(around), name))
}

// isList reports whether a field has many objects. The edges and nodes of a
// connection are parts of one list, and the schema's own fields are bounded by the
// schema.
func isList(f *ast.Field) bool {
	if f.Definition == nil || f.ObjectDefinition == nil || len(f.SelectionSet) == 0 || strings.HasPrefix(f.ObjectDefinition.Name, "__") {
		return false
	}
	if strings.HasSuffix(f.ObjectDefinition.Name, "Connection") {
		return false
	}
	return f.Definition.Type.Elem != nil || strings.HasSuffix(f.Definition.Type.Name(), "Connection")
}
