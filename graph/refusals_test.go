package graph_test

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// attempt is one way to be refused, tried as somebody tries it in GraphiQL.
type attempt struct {
	// code is the answer's.
	code refusal.Code
	// tried is what somebody did, as the page says it.
	tried string
	// tells is a part of the sentence: what to do about it.
	tells string
	// asks are the calls; they are all answered with the same sentence.
	asks []ask
}

// ask is one call.
type ask struct {
	// by is who asks; anna when nil.
	by func() viewer.Viewer
	// before is a call by the same person that comes first; empty for none.
	before string
	// call is the mutation as it is typed. $name is a thing of the office.
	call string
	// field is where the refusal points to, below the input; empty for no field.
	field string
}

// mutation is the name of the mutation that is called.
func (a ask) mutation() string { return a.call[:strings.IndexByte(a.call, '(')] }

// who is the person who asks.
func (a ask) who() viewer.Viewer {
	if a.by == nil {
		return anna()
	}
	return a.by()
}

// attempts are all of them, in the order in which the page has them under their codes.
func attempts() []attempt {
	return slices.Concat(unitAttempts, licenceAttempts, profileAttempts, seatAttempts, enrollAttempts, importAttempts, requestAttempts, decisionAttempts, codeAttempts, redeemAttempts, bringAttempts, endAttempts, renewAttempts, viewAttempts, jobAttempts, hookAttempts)
}

var update = flag.Bool("update", false, "write docs/refusals.md anew instead of comparing with it")

const (
	refusalsPage = "../docs/refusals.md"
	howToWrite   = "make refusals"
)

// TestRefusals provokes every refusal that schema.graphqls names, of every mutation
// that names it, and holds each answer to its code, its field and the form of a
// sentence that tells what to do next. What it heard is docs/refusals.md.
func TestRefusals(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	schema := o.schema
	specific := attempts()
	all := slices.Concat(atTheDoor(schema, specific), specific)
	heard := make([]hearing, len(all))
	for n, a := range all {
		heard[n] = o.hear(t, a)
	}
	everyNamedCodeIsHeard(t, schema, all)
	queries := o.hearQueries(t)
	if t.Failed() {
		return // a page of it would be wrong
	}
	got := refusalsDocument(schema, heard, queries)
	if *update {
		if err := os.WriteFile(refusalsPage, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(refusalsPage)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("docs/refusals.md is not what is heard; write it with %q and read the difference. The first:\n%s", howToWrite, firstDifference(string(want), got))
	}
}

// hearing is an attempt and what was answered.
type hearing struct {
	attempt
	sentence string
	// mutations and fields are those of the calls, each once.
	mutations, fields []string
}

// hear tries an attempt.
func (o *office) hear(t *testing.T, a attempt) hearing {
	t.Helper()
	h := hearing{attempt: a}
	for _, k := range a.asks {
		if k.before != "" {
			o.call(k.who(), k.before)
		}
		typed := o.typed(k.call)
		errors := o.call(k.who(), k.call)
		if len(errors) != 1 {
			t.Errorf("%s %q: %.300s has %d user errors, want one: %v", a.code, a.tried, typed, len(errors), errors)
			continue
		}
		no := errors[0]
		if no.Code != a.code || strings.Join(no.Field, ".") != strings.TrimSuffix("input."+k.field, ".") && (k.field != "" || len(no.Field) > 0) {
			t.Errorf("%s %q: %.300s is refused with %s at %q, want it at %q: %s", a.code, a.tried, typed, no.Code, no.Field, k.field, no.Message)
		}
		for _, wrong := range formFaults(no.Message, typed, a.tells) {
			t.Errorf("%s %q: %.300s: the sentence %s: %s", a.code, a.tried, typed, wrong, no.Message)
		}
		sentence := unidentified(no.Message)
		if h.sentence != "" && h.sentence != sentence {
			t.Errorf("%s %q has two sentences:\n%s\n%s", a.code, a.tried, h.sentence, sentence)
		}
		h.sentence = sentence
		h.mutations, h.fields = once(h.mutations, k.mutation()), once(h.fields, k.field)
	}
	return h
}

// once is the list with the value in it.
func once(list []string, value string) []string {
	if slices.Contains(list, value) {
		return list
	}
	return append(list, value)
}

// call asks a mutation for nothing but its user errors, those of its items
// included.
func (o *office) call(v viewer.Viewer, call string) []refusal.Refusal {
	o.t.Helper()
	m := o.schema.Mutation.Fields.ForName(ask{call: call}.mutation())
	if m == nil {
		o.t.Fatalf("There is no mutation %s.", call)
	}
	a := o.ask(&v, "mutation { "+o.typed(call)+userErrors(o.schema, o.schema.Types[m.Type.Name()])+" }", nil)
	for _, e := range a.Errors {
		o.t.Errorf("%.300s: %s: %s", call, e.Extensions.Code, e.Message)
	}
	return errorsIn(a.Data)
}

// userErrors selects the user errors of a payload and of its items.
func userErrors(schema *ast.Schema, payload *ast.Definition) string {
	selected := " {"
	for _, f := range payload.Fields {
		switch of := schema.Types[f.Type.Name()]; {
		case f.Name == "userErrors":
			selected += " userErrors { code message field }"
		case of.Fields.ForName("userErrors") != nil:
			selected += " " + f.Name + userErrors(schema, of)
		}
	}
	return selected + " }"
}

// errorsIn are the user errors anywhere in an answer.
func errorsIn(answer any) []refusal.Refusal {
	var all []refusal.Refusal
	switch v := answer.(type) {
	case map[string]any:
		if code, is := v["code"].(string); is {
			no := refusal.Refusal{Code: refusal.Code(code), Message: v["message"].(string)}
			for _, f := range v["field"].([]any) {
				no.Field = append(no.Field, f.(string))
			}
			return append(all, no)
		}
		for _, one := range v {
			all = append(all, errorsIn(one)...)
		}
	case []any:
		for _, one := range v {
			all = append(all, errorsIn(one)...)
		}
	}
	return all
}

// firstDifference is the first line in which two texts differ.
func firstDifference(want, got string) string {
	wanted, given := strings.Split(want, "\n"), strings.Split(got, "\n")
	for n := range max(len(wanted), len(given)) {
		line := func(of []string) string {
			if n < len(of) {
				return of[n]
			}
			return "(nothing)"
		}
		if line(wanted) != line(given) {
			return "- " + line(wanted) + "\n+ " + line(given)
		}
	}
	return ""
}
