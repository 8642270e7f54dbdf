package graph_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"gatehouse/internal/door"
	"gatehouse/internal/refusal"
)

const pageHead = `# I was refused: what now?

<!-- Written by ` + "`" + howToWrite + "`" + `, which provokes every refusal and writes down what it hears. Do not edit. -->

A refusal is a rule's no. It stands in ` + "`userErrors`" + ` of a mutation's answer; of a plural mutation also in those of each of its
` + "`results`" + `, and of importSeats in those of each row:

` + "```json" + `
{"code": "NO_SEAT_LEFT", "message": "Sales has no USER seat left: …", "field": []}
` + "```" + `

` + "`code`" + ` is for programs, ` + "`message`" + ` for people, and ` + "`field`" + ` says where in the arguments, from the outside in: ["input", "seats",
"3", "email"] is written seats.3.email below, and a file's row 2 and column email csv.2.email. Nothing was changed for what was
refused, and the attempt is in the audit log; the other items of the same call were done.

Each line below was tried against a running Gatehouse; ids are shortened. The errors of [queries](#queries) come last; those that every
field can have (no token, too large, no database) are in [api.md](api.md#three-ways-to-hear-no).

`

// notes are what is to be said of a code beside what was heard.
var notes = map[refusal.Code]string{
	refusal.TooMany: fmt.Sprintf("A list of more than %d items is turned away before that by a server with the usual limits, with LIMIT_EXCEEDED: "+
		"[api.md](api.md#limits).", door.DefaultLimits().ListItems),
}

// refusalsDocument is docs/refusals.md: a section for each code, in the order of the schema, and
// one for queries.
func refusalsDocument(schema *ast.Schema, heard, queries []hearing) string {
	var b strings.Builder
	b.WriteString(pageHead)
	b.WriteString("| code | what it means |\n|---|---|\n")
	codes := schema.Types["RefusalCode"].EnumValues
	for _, code := range codes {
		fmt.Fprintf(&b, "| [%s](#%s) | %s |\n", code.Name, strings.ToLower(code.Name), code.Description)
	}
	for _, code := range codes {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", code.Name, code.Description)
		if note := notes[refusal.Code(code.Name)]; note != "" {
			fmt.Fprintf(&b, "\n%s\n", note)
		}
		b.WriteString("\n| mutation | what was tried | field | the answer |\n|---|---|---|---|\n")
		for _, h := range heard {
			if h.code == refusal.Code(code.Name) {
				fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", calledBy(schema, h.mutations), cell(h.tried), fieldCell(h.fields), cell(h.sentence))
			}
		}
	}
	b.WriteString("\n## Queries\n\nA query is not refused but fails: the sentence is the message of a top-level error, and `extensions.code` its code.\n\n| query | what was tried | code | the answer |\n|---|---|---|---|\n")
	for _, h := range queries {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", strings.Join(h.mutations, ", "), cell(h.tried), strings.Join(h.fields, ", "), cell(h.sentence))
	}
	return b.String()
}

// calledBy are the mutations of a line.
func calledBy(schema *ast.Schema, names []string) string {
	if all := mutations(schema); len(names) == len(all) {
		return "every mutation"
	}
	return strings.Join(names, ", ")
}

// fieldCell are the fields of a line; of some mutations it is another one.
func fieldCell(fields []string) string {
	shown := slices.Clone(fields)
	for n, f := range shown {
		if f == "" {
			shown[n] = "–"
		}
	}
	return strings.Join(shown, ", ")
}

// cell is a text in a table, as it was said.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", `\<`, "*", `\*`, "\n", " ").Replace(text)
}
