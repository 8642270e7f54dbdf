package door

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

func parse(t testing.TB, text string) *ast.QueryDocument {
	t.Helper()
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		t.Fatalf("parse the test document: %v", err)
	}
	return doc
}

// nested is a document whose fields stand n deep.
func nested(n int) string {
	return "{" + strings.Repeat("self{", n-2) + "self{__typename}" + strings.Repeat("}", n-2) + "}"
}

// doubling is a document of n fragments, each of which spreads the next twice:
// 2^n fields when written out. Depth stays low where flat is set.
func doubling(n int, flat bool) string {
	var b strings.Builder
	b.WriteString("{...F0}")
	for i := range n {
		if flat {
			fmt.Fprintf(&b, "fragment F%d on Query{...F%d ...F%d}", i, i+1, i+1)
		} else {
			fmt.Fprintf(&b, "fragment F%d on Query{self{...F%d}other{...F%d}}", i, i+1, i+1)
		}
	}
	fmt.Fprintf(&b, "fragment F%d on Query{__typename}", n)
	return b.String()
}

// chain is a document whose depth comes from n fragments, one level each.
func chain(n int) string {
	var b strings.Builder
	b.WriteString("{...F0}")
	for i := range n - 1 {
		fmt.Fprintf(&b, "fragment F%d on Query{self{...F%d}}", i, i+1)
	}
	fmt.Fprintf(&b, "fragment F%d on Query{__typename}", n-1)
	return b.String()
}

func times(n int, format string) string {
	var b strings.Builder
	for i := range n {
		if strings.Contains(format, "%") {
			fmt.Fprintf(&b, format, i)
		} else {
			b.WriteString(format)
		}
		b.WriteByte(' ')
	}
	return b.String()
}

func TestCheckAtAndPastEachLimit(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		limit string
		most  string // a document at the limit
		past  string // a document past it
		want  string // what is said of the second
	}{
		{"depth", nested(15), nested(16), "The query nests 16 levels deep; the limit is 15."},
		{"depth through fragments", chain(15), chain(17), "Fragment F0 nests 17 levels deep; the limit is 15."},
		{"root fields", "{" + times(20, "__typename") + "}", "{" + times(21, "__typename") + "}", "The query has 21 root fields; the limit is 20."},
		{
			"root fields through fragments",
			"{...F ...F}fragment F on Query{" + times(10, "__typename") + "}",
			"query Page{...F ...F ...F}fragment F on Query{" + times(10, "__typename") + "}",
			"The query Page has 30 root fields; the limit is 20.",
		},
		{"fields", "{self{" + times(999, "__typename") + "}}", "{self{" + times(1005, "__typename") + "}}", "The document asks for 1001 or more fields once its fragments are written out; the limit is 1000."},
		{"aliases", "{self{" + times(30, "a%d:__typename") + "}}", "{self{" + times(31, "a%d:__typename") + "}}", "The document has 31 aliases; the limit is 30."},
		{
			"fragments and spreads",
			"{self{" + times(49, "...F") + "}}fragment F on Query{__typename}",
			"{self{" + times(50, "...F") + "}}fragment F on Query{__typename}",
			"The document has 51 fragments and spreads; the limit is 50.",
		},
		{"inline fragments", "{self{" + times(50, "...{__typename}") + "}}", "{self{" + times(51, "...{__typename}") + "}}", "The document has 51 fragments and spreads; the limit is 50."},
		{"directives", "{__typename " + times(50, "@skip(if:false)") + "}", "{__typename " + times(51, "@skip(if:false)") + "}", "The document has 51 directives; the limit is 50."},
		{"operations", times(20, "query Q%d{__typename}"), times(21, "query Q%d{__typename}"), "The document has 21 operations; the limit is 20."},
		{"variables", "query(" + times(100, "$v%d:ID") + "){__typename}", "query(" + times(101, "$v%d:ID") + "){__typename}", "The document has 101 variables; the limit is 100."},
		{"items of a list", "{echo(list:[" + times(1000, "1") + "])}", "{echo(list:[" + times(1001, "1") + "])}", "A list in the document has 1001 items; the limit is 1000. Send them in several requests."},
		{
			"items of a default value",
			"query($v:[ID]=[" + times(1000, "1") + "]){__typename}",
			"query($v:[ID]=[" + times(1001, "1") + "]){__typename}",
			"A list in the document has 1001 items; the limit is 1000. Send them in several requests.",
		},
		{
			"items in a directive",
			"{__typename @skip(if:[" + times(1000, "1") + "])}",
			"{__typename @skip(if:[" + times(1001, "1") + "])}",
			"A list in the document has 1001 items; the limit is 1000. Send them in several requests.",
		},
		{
			"depth of a value",
			"{echo(filter:" + strings.Repeat("{all:[", 5) + strings.Repeat("]}", 5) + ")}",
			"{echo(filter:" + strings.Repeat("{all:[", 6) + strings.Repeat("]}", 6) + ")}",
			"A value in the document nests 12 lists and objects inside one another; the limit is 10.",
		},
		{
			"mutations",
			"mutation{" + times(10, "m%d:approveEnrollment(id:1)") + "}",
			"mutation{" + times(11, "m%d:approveEnrollment(id:1)") + "}",
			"The mutation calls 11 mutations; the limit is 10 in one request.",
		},
		{
			"mutations through fragments",
			"mutation{...F rejectEnrollment(id:1)}fragment F on Mutation{" + times(9, "m%d:approveEnrollment(id:1)") + "}",
			"mutation Many{...F ...F}fragment F on Mutation{" + times(9, "m%d:approveEnrollment(id:1)") + "}",
			"The mutation Many calls 18 mutations; the limit is 10 in one request.",
		},
		{
			"redemptions",
			"mutation{redeemEnrollment " + times(10, "m%d:approveEnrollment(id:1)") + "}",
			"mutation{redeemEnrollment again:redeemEnrollment}",
			"The mutation calls redeemEnrollment 2 times; the limit is 1 in one request.",
		},
		{
			"redemptions through fragments",
			"mutation{...F}fragment F on Mutation{redeemEnrollment}",
			"mutation{...{...F}again:redeemEnrollment}fragment F on Mutation{redeemEnrollment}",
			"The mutation calls redeemEnrollment 2 times; the limit is 1 in one request.",
		},
	} {
		t.Run(row.limit, func(t *testing.T) {
			t.Parallel()
			if err := Check(parse(t, row.most), DefaultLimits()); err != nil {
				t.Errorf("a document at the limit is refused: %v", err)
			}
			err := Check(parse(t, row.past), DefaultLimits())
			var refusal *Refusal
			if !errors.As(err, &refusal) {
				t.Fatalf("a document past the limit passes: %v", err)
			}
			if refusal.Code != LimitExceeded || !strings.HasPrefix(refusal.Message, row.want) {
				t.Errorf("refused with %s %q, want %s %q", refusal.Code, refusal.Message, LimitExceeded, row.want)
			}
		})
	}
}

func TestCheckLooksAtEveryOperation(t *testing.T) {
	t.Parallel()
	err := Check(parse(t, "query Small{__typename} query Deep"+nested(16)), DefaultLimits())
	if want := "The query Deep nests 16 levels deep; the limit is 15."; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestCheckRefusesWhatFragmentsBlowUp(t *testing.T) {
	t.Parallel()
	limits := DefaultLimits()
	limits.Fragments = 1000 // so that what refuses is the sum of the fields
	for _, flat := range []bool{true, false} {
		err := Check(parse(t, doubling(40, flat)), limits)
		var refusal *Refusal
		if !errors.As(err, &refusal) || refusal.Code != LimitExceeded {
			t.Errorf("flat %v: 2^40 fields are not refused: %v", flat, err)
		}
	}
}

func TestCheckRefusesFragmentsThatContainThemselves(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, document, want string }{
		{"itself", "{...A}fragment A on Query{self{...A}}", "Fragment A contains itself (A → A); remove one of these spreads."},
		{"through another", "{...A}fragment A on Query{...B}fragment B on Query{self{...A}}", "Fragment A contains itself (A → B → A); remove one of these spreads."},
		{"not spread by the operation", "{self{__typename}}fragment A on Query{...{...A}}", "Fragment A contains itself (A → A); remove one of these spreads."},
		{"the same name twice", "{...A}fragment A on Query{__typename}fragment A on Query{...A}", "The document defines fragment A twice; give each fragment a name of its own."},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			err := Check(parse(t, row.document), DefaultLimits())
			var refusal *Refusal
			if !errors.As(err, &refusal) || refusal.Code != BadUserInput || refusal.Message != row.want || refusal.Line != 1 {
				t.Errorf("got %#v, want %s on line 1", err, row.want)
			}
		})
	}
}

func TestIntrospectionPassesTheDefaultLimits(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/introspection.graphql")
	if err != nil {
		t.Fatal(err)
	}
	if err := Check(parse(t, string(text)), DefaultLimits()); err != nil {
		t.Errorf("GraphiQL's own query is refused: %v", err)
	}
}

func TestCheckVariables(t *testing.T) {
	t.Parallel()
	list := func(n int) []any { return make([]any, n) }
	var deep func(n int) any
	deep = func(n int) any {
		switch {
		case n == 0:
			return "x"
		case n%2 == 0:
			return []any{1, deep(n - 1)}
		}
		return map[string]any{"text": "x", "inner": deep(n - 1)}
	}
	for _, row := range []struct {
		name      string
		variables map[string]any
		want      string
	}{
		{"none", nil, ""},
		{"a list at the limit", map[string]any{"ids": list(1000)}, ""},
		{"a list past the limit", map[string]any{"ids": list(1001)}, "Variable $ids has a list of 1001 items; the limit is 1000. Send them in several requests."},
		{"a list past the limit inside", map[string]any{"input": map[string]any{"ids": list(1200)}}, "Variable $input has a list of 1200 items; the limit is 1000. Send them in several requests."},
		{"nesting at the limit", map[string]any{"filter": deep(10)}, ""},
		{"nesting past the limit", map[string]any{"a": "x", "filter": deep(11)}, "Variable $filter nests 11 lists and objects inside one another; the limit is 10."},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if err := CheckVariables(row.variables, DefaultLimits()); err != nil {
				got = err.Error()
			}
			if got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

// The two documents that took gqlgen's own limits 9 s and 14 s.
func TestKnownHostileDocumentsAreRefusedBeforeValidation(t *testing.T) {
	t.Parallel()
	// A schema without types: whatever reaches validation is refused otherwise.
	docs, err := newDocuments(&ast.Schema{}, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	for name, document := range map[string]string{
		"nested fragments in under 1,000 bytes": doubling(25, true),
		"nested fields in under 1,400 bytes":    doubling(25, false),
		"4,000 duplicate fields":                "{self{" + times(4000, "id") + "}}",
		"10,000 aliased mutations":              "mutation{" + times(10000, "m%d:approveEnrollment(id:1)") + "}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := docs.load(document)
			var refusal *Refusal
			if !errors.As(err, &refusal) || refusal.Code != LimitExceeded {
				t.Errorf("%d bytes are not refused by a limit: %v", len(document), err)
			}
		})
	}
	if n := len(doubling(25, true)); n >= 1000 {
		t.Errorf("the first document has %d bytes", n)
	}
	if n := len(doubling(25, false)); n >= 1400 {
		t.Errorf("the second document has %d bytes", n)
	}
}
