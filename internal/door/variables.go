package door

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// ofVariables puts what the coercion of variables has found into sentences that say
// what was wrong, where, and what would be right: its own are made for whoever sees the
// path beside them, such as "must be defined". The value is left out, as by
// withoutValue.
func ofVariables(schema *ast.Schema, op *ast.OperationDefinition, list gqlerror.List) gqlerror.List {
	out := make(gqlerror.List, len(list))
	for n, found := range list {
		told := *found
		if sentence := ofVariable(schema, op, found); sentence != "" {
			told.Message = sentence
		}
		out[n] = &told
	}
	return out
}

// strictly finds what the coercion of variables lets pass and no field takes: a number
// where a text belongs, a text where a number does, and an enum's value in other
// letters than its own. What has another shape than its type is left to the coercion.
func strictly(schema *ast.Schema, op *ast.OperationDefinition, variables map[string]any) *gqlerror.Error {
	for _, v := range op.VariableDefinitions {
		if given, is := variables[v.Variable]; is {
			if no := strict(schema, v.Type, given, ast.Path{ast.PathName("variable"), ast.PathName(v.Variable)}); no != nil {
				return no
			}
		}
	}
	return nil
}

func strict(schema *ast.Schema, is *ast.Type, given any, at ast.Path) *gqlerror.Error {
	list, many := given.([]any)
	switch {
	case given == nil:
		return nil
	case is.Elem != nil && !many:
		return strict(schema, is.Elem, given, at) // one value stands for a list of one
	case is.Elem != nil:
		for n, one := range list {
			if no := strict(schema, is.Elem, one, append(slices.Clone(at), ast.PathIndex(n))); no != nil {
				return no
			}
		}
		return nil
	}
	of := schema.Types[is.NamedType]
	switch given := given.(type) {
	case json.Number:
		if of.Name == "String" {
			return gqlerror.ErrorPathf(at, "a number")
		}
	case string:
		if of.Name == "Int" || of.Name == "Float" || of.Kind == ast.Enum && of.EnumValues.ForName(given) == nil {
			return gqlerror.ErrorPathf(at, "a text")
		}
	case map[string]any:
		for _, f := range of.Fields {
			if value, has := given[f.Name]; has {
				if no := strict(schema, f.Type, value, append(slices.Clone(at), ast.PathName(f.Name))); no != nil {
					return no
				}
			}
		}
	}
	return nil
}

// ofVariable is the sentence about one; empty where the path leads nowhere.
func ofVariable(schema *ast.Schema, op *ast.OperationDefinition, found *gqlerror.Error) string {
	if len(found.Path) < 2 || found.Path[0] != ast.PathName("variable") {
		return ""
	}
	name, _ := found.Path[1].(ast.PathName)
	variable := op.VariableDefinitions.ForName(string(name))
	if variable == nil {
		return ""
	}
	is, at := variable.Type, "$"+string(name)
	for _, step := range found.Path[2:] {
		switch step := step.(type) {
		case ast.PathIndex:
			if is.Elem == nil {
				return ""
			}
			is, at = is.Elem, fmt.Sprintf("%s[%d]", at, step)
		case ast.PathName:
			for is.Elem != nil { // one value stands for a list of one
				is = is.Elem
			}
			of := schema.Types[is.NamedType]
			field := of.Fields.ForName(string(step))
			if field == nil {
				return fmt.Sprintf("The variable %s has a field %.60q, which %s does not have: it has %s.", at, string(step), of.Name, fieldsOf(of))
			}
			is, at = field.Type, at+"."+string(step)
		}
	}
	switch found.Message {
	case "must be defined":
		return fmt.Sprintf("The variable %s is missing, and it is required (%s): %s.", at, is, belongs(schema, is))
	case "cannot be null":
		return fmt.Sprintf("The variable %s is null, and it is required (%s): %s.", at, is, belongs(schema, is))
	}
	return fmt.Sprintf("The variable %s is no %s: %s.", at, is.Name(), belongs(schema, is))
}

// belongs says what would be right where a value of a type is expected.
func belongs(schema *ast.Schema, is *ast.Type) string {
	if is.Elem != nil {
		return "a list belongs there"
	}
	switch of := schema.Types[is.NamedType]; {
	case of.Kind == ast.Enum:
		return "one of " + valuesOf(of) + " belongs there"
	case of.Kind == ast.InputObject:
		return "an object belongs there, with fields of " + fieldsOf(of)
	case of.Name == "Int":
		return "a whole number belongs there"
	case of.Name == "Float":
		return "a number belongs there"
	case of.Name == "Boolean":
		return "true or false belongs there"
	case of.Name == "ID":
		return "an id belongs there, as text, as an earlier answer has it"
	case of.Name == "String":
		return "a text belongs there"
	default:
		return "a " + of.Name + " belongs there"
	}
}

// fieldsOf and valuesOf are the names of an input's fields, and of an enum's values.
func fieldsOf(of *ast.Definition) string {
	names := make([]string, len(of.Fields))
	for n, f := range of.Fields {
		names[n] = f.Name
	}
	return strings.Join(names, ", ")
}

func valuesOf(of *ast.Definition) string {
	names := make([]string, len(of.EnumValues))
	for n, v := range of.EnumValues {
		names[n] = v.Name
	}
	return strings.Join(names, ", ")
}
