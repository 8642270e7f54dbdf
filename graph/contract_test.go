package graph_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// selfEvident are names that need no description of their own, and why.
var selfEvident = map[string]string{
	"id":                   "described at Node",
	"ids":                  "of the things that the field is about",
	"createdAt":            "when it was made",
	"updatedAt":            "when it was last changed",
	"at":                   "when it happened",
	"edges":                "Relay's connection, described at its type",
	"nodes":                "Relay's connection, described at its type",
	"node":                 "Relay's connection, described at its type",
	"pageInfo":             "Relay's connection, described at its type",
	"cursor":               "Relay's connection, described at its type",
	"first":                "described at Query, for all root lists",
	"after":                "described at Query, for all root lists",
	"last":                 "described at Query, for all root lists",
	"before":               "described at Query, for all root lists",
	"filter":               "described at its type",
	"orderBy":              "described at its type",
	"direction":            "described at its type",
	"view":                 "described at its type",
	"input":                "described at its type",
	"businessUnit":         "described at its type",
	"businessUnitId":       "an id of a business unit",
	"profileId":            "an id of a certificate profile",
	"seatType":             "described at its type",
	"authenticationMethod": "described at its type",
	"enrollmentMethod":     "described at its type",
	"caType":               "described at its type",
	"codeAlphabet":         "described at its type",
	"action":               "described at its type",
	"actor":                "described at its type",
	"state":                "described at its type",
	"decision":             "described at its type",
	"kind":                 "described at its type",
	"outcome":              "described at its type",
	"resourceType":         "described at its type",
	"status":               "described at its type",
	"issuer":               "described at Actor",
	"subject":              "described at Actor",
	"text":                 "what was written",
	"value":                "of the kind beside it",
	"field":                "described at its type, or the field's name",
	"changes":              "described at its type",
	"email":                "an e-mail address",
	"decidedAt":            "when it was decided",
	"createdSince":         "described at DateTime, for all filters",
	"createdBefore":        "described at DateTime, for all filters",
	"updatedSince":         "described at DateTime, for all filters",
	"updatedBefore":        "described at DateTime, for all filters",
	"expiresSince":         "described at DateTime, for all filters",
	"expiresBefore":        "described at DateTime, for all filters",
	"dnsNames":             "subject alternative names of the kind",
	"emailAddresses":       "subject alternative names of the kind",
	"ipAddresses":          "subject alternative names of the kind",
	"uris":                 "subject alternative names of the kind",
	"notBefore":            "RFC 5280's word",
	"notAfter":             "RFC 5280's word",
	"source":               "described at its type",
	"seatId":               "described at Seat",
	"profileName":          "the name of the certificate profile",
	"businessUnitName":     "the name of the business unit",
	"recipient":            "an e-mail address",
	"token":                "described at its field",
	"reason":               "described at its type",
	"isCa":                 "described at Certificate",
	"severity":             "described at its type",
	"sources":              "described at its field",
	"list":                 "described at its type",
	"enrollments":          "described at its type",
	"seats":                "described at its type",
	"certificates":         "described at its type",
	"auditEntries":         "described at its type",
	"search":               "described at the query of the list",
	"columns":              "described at View",
	"format":               "described at its type",
	"change":               "described at its type",
	"selection":            "described at its type",
	"enrollmentId":         "an id of an enrollment",
	"businessUnitIds":      "ids of business units",
	"profileIds":           "ids of certificate profiles",
	"statuses":             "any of these",
	"actions":              "any of these",
	"startedBy":            "who started it",
	"count":                "how many there are",
	"name":                 "what people call it",
	"url":                  "described at CreateWebhookInput",
	"description":          "described at CreateWebhookInput",
	"attempts":             "how often it was tried",
}

// selfEvidentValues are enums whose values, or some of them, are names of things
// that the reader knows from elsewhere, and why.
var selfEvidentValues = map[string]string{
	"BusinessUnitOrderField": "fields of the type", "CertificateProfileOrderField": "fields of the type", "SeatOrderField": "fields of the type",
	"EnrollmentOrderField": "fields of the type", "AuditResource": "types of this schema", "AuditAction": "mutations and actions of the same name",
	"KeyKind": "algorithm and size", "SANKind": "names of RFC 5280", "AuthenticationMethod": "products and protocols, as TLM names them",
	"EnrollmentMethod": "protocols and products, as TLM names them", "KeyUsage": "names of RFC 5280", "ExtendedKeyUsage": "names of RFC 5280",
	"RevocationReason": "names of RFC 5280", "CertificateOrderField": "fields of the type",
	"List": "root fields of the same name", "JobAction": "mutations of the same name", "JobStatus": "what it says", "WebhookStatus": "what it says",
}

// TestEverythingInTheSchemaIsDescribed: a frontend developer reads nothing else.
func TestEverythingInTheSchemaIsDescribed(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	described := func(what, name, description string) {
		if strings.TrimSpace(description) != "" {
			if !strings.ContainsAny(description[len(description)-1:], `."):`) {
				t.Errorf("The description of %s does not end as a sentence does: %q", what, description)
			}
			return
		}
		if _, ok := selfEvident[name]; !ok {
			t.Errorf("%s has no description; write one in schema.graphqls, or say in selfEvident (graph/contract_test.go) why its name says it all.", what)
		}
		used[name] = true
	}
	for _, typ := range own(contract(t)) {
		if strings.TrimSpace(typ.Description) == "" {
			t.Errorf("The type %s has no description; write one in schema.graphqls.", typ.Name)
		}
		for _, f := range typ.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			described(typ.Name+"."+f.Name, f.Name, f.Description)
			for _, a := range f.Arguments {
				described(typ.Name+"."+f.Name+"("+a.Name+")", a.Name, a.Description)
			}
		}
		for _, v := range typ.EnumValues {
			if _, ok := selfEvidentValues[typ.Name]; !ok && strings.TrimSpace(v.Description) == "" {
				t.Errorf("%s.%s has no description; write one in schema.graphqls, or say in selfEvidentValues (graph/contract_test.go) why its values say it all.", typ.Name, v.Name)
			}
		}
	}
	for name := range selfEvident {
		if !used[name] {
			t.Errorf("%q is called self-evident and nothing without a description has that name; take it off selfEvident.", name)
		}
	}
}

// own are the types that schema.graphqls defines.
func own(schema *ast.Schema) []*ast.Definition {
	var types []*ast.Definition
	for _, typ := range schema.Types {
		if !typ.BuiltIn {
			types = append(types, typ)
		}
	}
	slices.SortFunc(types, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
	return types
}

var (
	verbNoun  = regexp.MustCompile(`^[a-z]+([A-Z][a-z]+)+$`)
	camelCase = regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`)
	typeCase  = regexp.MustCompile(`^[A-Z][a-zA-Z0-9]*$`)
	valueCase = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
)

// TestTheSchemaKeepsItsConventions holds it to the table of schema.md.
func TestTheSchemaKeepsItsConventions(t *testing.T) {
	t.Parallel()
	schema := contract(t)
	for _, m := range mutations(schema) {
		if !verbNoun.MatchString(m.Name) {
			t.Errorf("The mutation %s is not named verb and noun.", m.Name)
		}
		checkMutation(t, schema, m)
	}
	for _, typ := range own(schema) {
		if !typeCase.MatchString(typ.Name) {
			t.Errorf("The type %s is not written LikeThis.", typ.Name)
		}
		for _, v := range typ.EnumValues {
			if !valueCase.MatchString(v.Name) {
				t.Errorf("%s.%s is not written LIKE_THIS.", typ.Name, v.Name)
			}
		}
		for _, f := range typ.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			checkField(t, schema, typ, f)
		}
		if strings.HasSuffix(typ.Name, "Connection") {
			checkConnection(t, schema, typ)
		}
	}
}

// checkMutation: one input of its own with an idempotency key, one payload of its
// own with userErrors and replayed, and beside them an object that may be null.
func checkMutation(t *testing.T, schema *ast.Schema, m *ast.FieldDefinition) {
	t.Helper()
	name := strings.ToUpper(m.Name[:1]) + m.Name[1:]
	if len(m.Arguments) != 1 || m.Arguments[0].Name != "input" || m.Arguments[0].Type.String() != name+"Input!" {
		t.Errorf("%s does not take one input: %sInput!", m.Name, name)
		return
	}
	if m.Type.String() != name+"Payload!" {
		t.Errorf("%s returns %s, not %sPayload!", m.Name, m.Type, name)
		return
	}
	input, payload := schema.Types[name+"Input"], schema.Types[name+"Payload"]
	if f := input.Fields.ForName("idempotencyKey"); f == nil || f.Type.String() != "String" {
		t.Errorf("%s has no idempotencyKey: String", input.Name)
	}
	if f := input.Fields.ForName("id"); f != nil && strings.HasPrefix(m.Name, "update") && input.Fields.ForName("expectedVersion") == nil {
		t.Errorf("%s updates something and takes no expectedVersion", input.Name)
	}
	if f := payload.Fields.ForName("userErrors"); f == nil || f.Type.String() != "[UserError!]!" {
		t.Errorf("%s has no userErrors: [UserError!]!", payload.Name)
	}
	if f := payload.Fields.ForName("replayed"); f == nil || f.Type.String() != "Boolean!" {
		t.Errorf("%s has no replayed: Boolean!", payload.Name)
	}
	for _, f := range payload.Fields {
		if implementsNode(schema.Types[f.Type.Name()]) && f.Type.NonNull {
			t.Errorf("%s.%s cannot be null; a refused mutation may have nothing to show", payload.Name, f.Name)
		}
		if f.Name == "results" && schema.Types[f.Type.Name()].Fields.ForName("userErrors") == nil {
			t.Errorf("The items of %s.results have no userErrors", payload.Name)
		}
	}
}

// nullForAll are lists of which an empty one says that nothing is meant, and null that
// everything is: what a webhook is told of, as its input gives it.
var nullForAll = map[string]bool{"Webhook.actions": true, "Webhook.resourceTypes": true, "Webhook.businessUnitIds": true, "Webhook.profileIds": true}

// checkField: names, lists without null, and instants called …At.
func checkField(t *testing.T, schema *ast.Schema, typ *ast.Definition, f *ast.FieldDefinition) {
	t.Helper()
	where := typ.Name + "." + f.Name
	if !camelCase.MatchString(f.Name) {
		t.Errorf("%s is not written likeThis.", where)
	}
	if f.Type.Elem != nil && !f.Type.Elem.NonNull && where != "Query.nodes" { // null where there is nothing for the viewer
		t.Errorf("%s is a list that may hold null: %s", where, f.Type)
	}
	_, all := nullForAll[where]
	if f.Type.Elem != nil && typ.Kind == ast.Object && !f.Type.NonNull && !all {
		t.Errorf("%s is a list that may be null: %s; an empty one says that there is nothing", where, f.Type)
	}
	timely := regexp.MustCompile(`(At|^at|Since|^since|Before|^before|asOf|notAfter)$`) // notBefore and notAfter are RFC 5280's
	if f.Type.Name() == "DateTime" && !timely.MatchString(f.Name) {
		t.Errorf("%s is a DateTime and not called …At", where)
	}
	if typ.Kind != ast.InputObject && strings.HasSuffix(f.Name, "At") && f.Type.Name() != "DateTime" {
		t.Errorf("%s is called …At and no DateTime", where)
	}
	if typ.Kind == ast.InputObject && strings.HasSuffix(typ.Name, "Filter") && f.Type.NonNull {
		t.Errorf("%s must be given; a filter narrows by what is given and by nothing else", where)
	}
	if strings.HasSuffix(f.Type.Name(), "Connection") {
		for _, name := range []string{"first: Int", "after: String", "last: Int", "before: String"} {
			arg, of, _ := strings.Cut(name, ": ")
			if a := f.Arguments.ForName(arg); a == nil || a.Type.String() != of {
				t.Errorf("%s has no argument %s", where, name)
			}
		}
		if !f.Type.NonNull {
			t.Errorf("%s may be null; an empty page says that there is nothing", where)
		}
	}
}

// checkConnection: Relay's fields, on a page of this very type.
func checkConnection(t *testing.T, schema *ast.Schema, typ *ast.Definition) {
	t.Helper()
	of := strings.TrimSuffix(typ.Name, "Connection")
	want := map[string]string{"edges": "[" + of + "Edge!]!", "nodes": "[" + of + "!]!", "pageInfo": "PageInfo!"}
	if typ.Fields.ForName("totalCount") != nil {
		want["totalCount"], want["totalCountCapped"] = "Int!", "Boolean!"
	}
	for name, is := range want {
		if f := typ.Fields.ForName(name); f == nil || f.Type.String() != is {
			t.Errorf("%s has no %s: %s", typ.Name, name, is)
		}
	}
	edge := schema.Types[of+"Edge"]
	if edge == nil || edge.Fields.ForName("cursor") == nil || edge.Fields.ForName("node") == nil || edge.Fields.ForName("node").Type.String() != of+"!" {
		t.Errorf("%sEdge has no cursor and node: %s!", of, of)
	}
}
