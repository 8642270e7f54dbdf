package graph_test

import (
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"gatehouse/internal/id"
)

// inputs makes valid inputs for mutations from their input types, so that a new
// mutation is covered by itself. It gives what must be given and nothing else.
type inputs struct {
	t      testing.TB
	schema *ast.Schema
	// ids are the things that an input names, by kind.
	ids map[id.Kind]string

	made atomic.Int64
}

// kindsOfTypes says by which kind of id an input names a type's things.
var kindsOfTypes = map[string]id.Kind{
	"BusinessUnit": id.BusinessUnit, "SeatLicense": id.License, "SeatAllocation": id.Allocation, "CertificateProfile": id.Profile,
	"Seat": id.Seat, "Enrollment": id.Enrollment, "Certificate": id.Certificate,
	"Job": id.Job, "View": id.View, "Webhook": id.Webhook,
}

// kindsOfFields says the same of the fields whose names are no type's.
var kindsOfFields = map[string]id.Kind{"businessUnitId": id.BusinessUnit, "profileId": id.Profile, "job": id.Job}

// texts are what the required strings of inputs say; a % becomes a number that
// nothing else has.
var texts = map[string]string{
	"csv": "seat_id\nrow-%\n", "key": "key-%", "name": "Name %", "seatId": "seat-%", "reason": "Because.", "text": "A note.",
	"token": "a-link-that-never-was-%", "host": "host-%.example.com", "url": "https://hooks-%.example.com/gatehouse",
}

// choices are the values of enums where the first of them would not do.
var choices = map[string]string{"ChangeEnrollmentStatusInput.status": "IN_PROGRESS"}

// chosen are the fields that are given of inputs that want exactly one of several.
var chosen = map[string]bool{"ListInput.enrollments": true, "BulkSelection.ids": true, "CreateExportInput.job": true}

// of is a valid input of a mutation, and whether it names something by its id.
func (in *inputs) of(m *ast.FieldDefinition) (input map[string]any, names bool) {
	in.t.Helper()
	return in.object(m, in.schema.Types[m.Arguments.ForName("input").Type.Name()])
}

func (in *inputs) object(m *ast.FieldDefinition, typ *ast.Definition) (input map[string]any, names bool) {
	in.t.Helper()
	input = map[string]any{}
	for _, f := range typ.Fields {
		if (!f.Type.NonNull || f.DefaultValue != nil) && !chosen[typ.Name+"."+f.Name] {
			continue
		}
		value, named := in.value(m, typ, f)
		if f.Type.Elem != nil {
			value = []any{value}
		}
		input[f.Name] = value
		names = names || named
	}
	return input, names
}

// value is that of a required field; of a list, its one element.
func (in *inputs) value(m *ast.FieldDefinition, typ *ast.Definition, f *ast.FieldDefinition) (value any, named bool) {
	in.t.Helper()
	of := in.schema.Types[f.Type.Name()]
	switch {
	case typ.Name == "BulkSelection": // of the first action, APPROVE
		return in.ids[id.Enrollment], true
	case of.Name == "ID":
		return in.id(m, f.Name), true
	case of.Kind == ast.InputObject:
		return in.object(m, of)
	case of.Kind == ast.Enum:
		if chosen, ok := choices[typ.Name+"."+f.Name]; ok {
			return chosen, false
		}
		return of.EnumValues[0].Name, false
	case of.Name == "Int":
		return 1, false
	case of.Name == "Boolean":
		return true, false
	case of.Name == "DateTime":
		return "2026-11-22T09:00:00Z", false
	case typ.Name == "AttachCertificateInput" && f.Name == "certificate", typ.Name == "CertificateFile" && f.Name == "content", typ.Name == "DiscoveredCertificate" && f.Name == "content":
		return newRequestKey(in.t).certificate(time.Now()), false
	case of.Name == "String" && texts[f.Name] != "":
		return strings.ReplaceAll(texts[f.Name], "%", strconv.FormatInt(in.made.Add(1), 10)), false
	}
	in.t.Errorf("The walks do not know what to give %s.%s of type %s; add a recipe to texts or to (*inputs).value in graph/inputs_test.go.", typ.Name, f.Name, f.Type)
	return nil, false
}

// id is that of the thing that a field names: id and ids name what the mutation
// is about, which its payload shows.
func (in *inputs) id(m *ast.FieldDefinition, field string) string {
	in.t.Helper()
	kind, known := kindsOfFields[field]
	if field == "id" || field == "ids" {
		kind, known = kindsOfTypes[in.subject(m)]
	}
	if !known {
		in.t.Errorf("The walks do not know what %s of %s names; add it to kindsOfFields or kindsOfTypes in graph/inputs_test.go.", field, m.Name)
	}
	return in.ids[kind]
}

// subject is the type that a mutation is about: the one that its payload, or
// each of its payload's results, shows.
func (in *inputs) subject(m *ast.FieldDefinition) string {
	payload := in.schema.Types[m.Type.Name()]
	if results := payload.Fields.ForName("results"); results != nil {
		payload = in.schema.Types[results.Type.Name()]
	}
	at := slices.IndexFunc(payload.Fields, func(f *ast.FieldDefinition) bool { return implementsNode(in.schema.Types[f.Type.Name()]) })
	if at < 0 { // what is gone is not shown: deleteView
		return strings.TrimPrefix(m.Name, "delete")
	}
	return payload.Fields[at].Type.Name()
}

// mutation is a document that asks a mutation for all that its payload shows.
func (w *walker) mutation(m *ast.FieldDefinition) string {
	w.t.Helper()
	return "mutation($input: " + m.Arguments.ForName("input").Type.String() + ") { " + m.Name + "(input: $input) { " +
		w.selection(w.schema.Types[m.Type.Name()], 2) + " } }"
}

// mutations are the schema's.
func mutations(schema *ast.Schema) []*ast.FieldDefinition { return schema.Mutation.Fields }

// refused is what a payload's userErrors say, those of its results included.
func refused(payload any) (codes, messages []string) {
	switch p := payload.(type) {
	case map[string]any:
		for name, v := range p {
			list, ok := v.([]any)
			if name != "userErrors" || !ok {
				c, m := refused(v)
				codes, messages = append(codes, c...), append(messages, m...)
				continue
			}
			for _, e := range list {
				no, _ := e.(map[string]any)
				code, _ := no["code"].(string)
				message, _ := no["message"].(string)
				codes, messages = append(codes, code), append(messages, message)
			}
		}
	case []any:
		for _, v := range p {
			c, m := refused(v)
			codes, messages = append(codes, c...), append(messages, m...)
		}
	}
	return codes, messages
}

// things are the objects with an id of their own that a payload shows.
func things(payload any) []map[string]any {
	var all []map[string]any
	switch p := payload.(type) {
	case map[string]any:
		if _, own := p["id"]; own && !isResult(p) {
			all = append(all, p)
		}
		for _, v := range p {
			all = append(all, things(v)...)
		}
	case []any:
		for _, v := range p {
			all = append(all, things(v)...)
		}
	}
	return all
}

// isResult reports whether an object tells what came of an id, which it repeats.
func isResult(object map[string]any) bool {
	name, _ := object["__typename"].(string)
	return strings.HasSuffix(name, "Result")
}
