package view

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	gatehouse "gatehouse"
	"gatehouse/internal/filter"
	"gatehouse/internal/id"
)

// TestTheSchemasInputsAreKept: every field that a list's filter and order have in the
// schema is written and read back, under that very name; so is one that is added later.
func TestTheSchemasInputsAreKept(t *testing.T) {
	t.Parallel()
	schema := gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphqls", Input: gatehouse.Schema})
	for _, s := range shapes {
		lists := schema.Types["ListInput"].Fields.ForName(s.name)
		if lists == nil {
			t.Errorf("ListInput has no field %s", s.name)
			continue
		}
		input := schema.Types[lists.Type.Name()]
		sameFields(t, input, s.input)
		sameFields(t, schema.Types[input.Fields.ForName("filter").Type.Name()], fieldType(s.input, "Filter"))
		order := schema.Types[input.Fields.ForName("orderBy").Type.Name()]
		sameFields(t, order, fieldType(s.input, "OrderBy"))
		if view := input.Fields.ForName("view"); view != nil {
			words := []string{}
			for _, v := range schema.Types[view.Type.Name()].EnumValues {
				words = append(words, v.Name)
			}
			offered := []string{}
			for _, v := range s.views {
				offered = append(offered, v.view)
				if v.title == "" {
					t.Errorf("the view %s of %s has no title", v.view, s.what)
				}
			}
			if slices.Sort(words); !slices.Equal(words, slices.Sorted(slices.Values(offered))) {
				t.Errorf("%s: %v are offered, %v in the schema", s.what, offered, words)
			}
		}
		usual, err := encode(newest(fieldType(s.input, "OrderBy")).Elem())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range order.Fields {
			if want := `"` + f.DefaultValue.Raw + `"`; string(usual[f.Name]) != want {
				t.Errorf("%s.%s is %s unless said, %s in the schema", order.Name, f.Name, usual[f.Name], want)
			}
		}
	}
}

func fieldType(of reflect.Type, name string) reflect.Type {
	f, _ := of.FieldByName(name)
	return f.Type.Elem()
}

func sameFields(t *testing.T, input *ast.Definition, bound reflect.Type) {
	t.Helper()
	var there, here []string
	for _, f := range input.Fields {
		there = append(there, f.Name)
	}
	for n := range bound.NumField() {
		here = append(here, filter.Name(bound.Field(n).Name))
	}
	if !slices.Equal(slices.Sorted(slices.Values(there)), slices.Sorted(slices.Values(here))) {
		t.Errorf("%s has %v in the schema and %v here", input.Name, there, here)
	}
}

// samples are a value of each type of the schema that a filter's field may have.
func sample(t *testing.T, of reflect.Type) reflect.Value {
	t.Helper()
	switch of.Kind() {
	case reflect.Pointer:
		p := reflect.New(of.Elem())
		p.Elem().Set(sample(t, of.Elem()))
		return p
	case reflect.Slice:
		return reflect.Append(reflect.MakeSlice(of, 0, 1), sample(t, of.Elem()))
	}
	switch of {
	case reflect.TypeFor[id.ID]():
		return reflect.ValueOf(id.New(id.Seat))
	case reflect.TypeFor[time.Time]():
		return reflect.ValueOf(time.Date(2026, 11, 22, 9, 30, 0, 1000, time.UTC))
	case reflect.TypeFor[bool]():
		return reflect.ValueOf(true)
	case reflect.TypeFor[string]():
		return reflect.ValueOf("a text <&>")
	}
	if of.Kind() == reflect.String {
		value := reflect.New(of).Elem()
		if _, is := value.Addr().Interface().(word); !is {
			t.Fatalf("%s is an enum that reads any value: it needs UnmarshalGQL", of)
		}
		value.SetString(anyWord(t, of))
		return value
	}
	t.Fatalf("a filter has a field of the type %s, which neither encode nor decode knows", of)
	return reflect.Value{}
}

// anyWord is a value of an enum: the schema's enum of the same values is found by
// trying.
func anyWord(t *testing.T, of reflect.Type) string {
	t.Helper()
	schema := gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphqls", Input: gatehouse.Schema})
	for _, definition := range schema.Types {
		for _, v := range definition.EnumValues {
			if reflect.New(of).Interface().(word).UnmarshalGQL(v.Name) == nil {
				return v.Name
			}
		}
	}
	t.Fatalf("no enum of the schema has a value of %s", of)
	return ""
}

func TestEachFieldComesBack(t *testing.T) {
	t.Parallel()
	for _, s := range shapes {
		for _, part := range []string{"Filter", "OrderBy"} {
			of := fieldType(s.input, part)
			for n := range of.NumField() {
				in := newestOf(part, of)
				in.Elem().Field(n).Set(sample(t, of.Field(n).Type))
				comesBack(t, in.Elem())
				if of.Field(n).Type.Kind() == reflect.Slice {
					in.Elem().Field(n).Set(reflect.MakeSlice(of.Field(n).Type, 0, 0))
					comesBack(t, in.Elem())
				}
			}
		}
	}
}

func newestOf(part string, of reflect.Type) reflect.Value {
	if part == "OrderBy" {
		return newest(of)
	}
	return reflect.New(of)
}

func comesBack(t *testing.T, in reflect.Value) {
	t.Helper()
	o, err := encode(in)
	if err != nil {
		t.Fatal(err)
	}
	out := reflect.New(in.Type()).Elem()
	if problems := decode(out, o); len(problems) > 0 {
		t.Errorf("%s: %s at %v", in.Type(), problems[0].Message, problems[0].Path)
	}
	if !reflect.DeepEqual(in.Interface(), out.Interface()) {
		b, _ := json.Marshal(o)
		t.Errorf("%s comes back from %s as %+v", in.Type(), b, out.Interface())
	}
}

// TestEveryFieldOfAFilterCanBeLeftOut: what is left out is no value.
func TestEveryFieldOfAFilterCanBeLeftOut(t *testing.T) {
	t.Parallel()
	for _, s := range shapes {
		of := fieldType(s.input, "Filter")
		for n := range of.NumField() {
			switch of.Field(n).Type.Kind() {
			case reflect.Slice, reflect.Pointer:
			default:
				t.Errorf("%s.%s can be left out by no value", of, of.Field(n).Name)
			}
		}
	}
}
