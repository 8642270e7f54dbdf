package graph_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// notYet are refusals that schema.graphqls names for a mutation, by way of another
// one, and that cannot be provoked, with the reason.
var notYet = map[string]string{
	"deleteSeats CONFLICT": "it takes no expectedVersion, since it is about many seats",
	"importSeats CONFLICT": "a file takes no expectedVersion, since it is about many seats",

	"resetEnrollments CONFLICT":     "it takes no expectedVersion, since it is about many enrollments",
	"unlockEnrollments CONFLICT":    "it takes no expectedVersion, since it is about many enrollments",
	"resendEnrollments CONFLICT":    "it takes no expectedVersion, since it is about many enrollments",
	"cancelEnrollments CONFLICT":    "it takes no expectedVersion, since it is about many enrollments",
	"resendApprovalEmails CONFLICT": "it takes no expectedVersion, since it is about many enrollments",
	"revokeCertificates CONFLICT":   "it takes no expectedVersion, since it is about many certificates",
	// A file can be sent again:
	"importSeats SEAT_DELETED":             "the row of a deleted seat makes a new one, and deleting it again leaves it UNCHANGED",
	"importSeats ACTIVE_ENROLLMENT_EXISTS": "the row of a seat that is enrolled already is UNCHANGED",
}

var (
	sayingRefused = regexp.MustCompile(`(?s)Refused(.*)$`)
	eachWord      = regexp.MustCompile(`[A-Za-z_]+`)
)

// named are the codes that a mutation's description says it is refused with: those
// behind "Refused", and those of the mutations that are named there ("Refused as
// createSeat"), beside what holds for every mutation.
func named(schema *ast.Schema, mutation string) []refusal.Code {
	codes := []refusal.Code{refusal.Invalid, refusal.KeyReused}
	if need, _ := lifecycle.MutationNeeds(mutation); !need.NoLogin {
		codes = append(codes, refusal.Forbidden)
	}
	m := schema.Mutation.Fields.ForName(mutation)
	if takesMany(schema, m) {
		codes = append(codes, refusal.TooMany)
	}
	said := sayingRefused.FindString(m.Description)
	for _, word := range eachWord.FindAllString(said, -1) {
		switch code := refusal.Code(word); {
		case slices.Contains(refusal.Codes(), code):
			codes = append(codes, code)
		case schema.Mutation.Fields.ForName(word) != nil && word != mutation:
			codes = append(codes, named(schema, word)...)
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// takesMany reports whether a mutation is about several things, each with a result
// of its own.
func takesMany(schema *ast.Schema, m *ast.FieldDefinition) bool {
	return slices.ContainsFunc(schema.Types[m.Type.Name()].Fields, func(f *ast.FieldDefinition) bool {
		return f.Name != "userErrors" && schema.Types[f.Type.Name()].Fields.ForName("userErrors") != nil
	})
}

// everyNamedCodeIsHeard fails for a refusal that the contract names and nobody has
// tried, and for one that was heard and that the contract does not name.
func everyNamedCodeIsHeard(t *testing.T, schema *ast.Schema, all []attempt) {
	t.Helper()
	tried := map[string]bool{}
	codes := map[refusal.Code]bool{}
	for _, a := range all {
		codes[a.code] = true
		for _, k := range a.asks {
			tried[k.mutation()+" "+string(a.code)] = true
		}
	}
	for _, m := range mutations(schema) {
		names := named(schema, m.Name)
		for _, code := range refusal.Codes() {
			pair := m.Name + " " + string(code)
			_, excused := notYet[pair]
			switch is := slices.Contains(names, code); {
			case is && !tried[pair] && !excused:
				t.Errorf("schema.graphqls says that %s is refused with %s, and no attempt provokes it; add one to graph/refusals_*_test.go.", m.Name, code)
			case excused && (tried[pair] || !is):
				t.Errorf("%s is excused in notYet (graph/refusals_named_test.go) and need not be.", pair)
			case tried[pair] && !is:
				t.Errorf("%s is refused with %s, which its description in schema.graphqls does not name.", m.Name, code)
			}
		}
	}
	for _, code := range refusal.Codes() {
		if !codes[code] {
			t.Errorf("%s is a code that no attempt provokes; add one to graph/refusals_*_test.go.", code)
		}
	}
	for pair := range notYet {
		if name, _, _ := strings.Cut(pair, " "); schema.Mutation.Fields.ForName(name) == nil {
			t.Errorf("notYet (graph/refusals_named_test.go) has %q, which is no mutation.", name)
		}
	}
}
