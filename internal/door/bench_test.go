package door

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// hostile are documents that make a validator or an executor slow, as large as
// the body or the tokens let them be, and documents just inside the limits.
func hostile() map[string]string {
	introspection, _ := os.ReadFile("testdata/introspection.graphql")
	var unlike strings.Builder
	for i := range 990 {
		fmt.Fprintf(&unlike, "nothing%d ", i)
	}
	inside := "{self{" + times(20, "...F%d") + "}}"
	for i := range 20 {
		inside += fmt.Sprintf("fragment F%d on Query{%s}", i, times(45, "__typename"))
	}
	variables, uses := "", ""
	for i := range 100 {
		variables += fmt.Sprintf("$v%d:String ", i)
		uses += fmt.Sprintf("echo(text:$v%d) ", i)
	}
	return map[string]string{
		"nested fragments of 953 bytes": doubling(25, true),
		"doubling fields":               doubling(25, false),
		"duplicate fields 4000":         "{" + times(4000, "__typename") + "}",
		"duplicate fields 4000 deeper":  "{self{" + times(4000, "__typename") + "}}",
		"1 MiB of fields":               "{" + strings.Repeat("a ", 1<<19) + "}",
		"1 MiB of braces":               strings.Repeat("{a", 1<<19),
		"1 MiB of brackets":             "{a(b:" + strings.Repeat("[", 1<<20) + ")}",
		"1 MiB of string":               "{echo(text:\"" + strings.Repeat("a", 1<<20-100) + "\")}",
		"1 MiB of block string":         "{echo(text:\"\"\"" + strings.Repeat("a\n", 1<<19-100) + "\"\"\")}",
		"1 MiB of comments":             strings.Repeat("#\n", 1<<19) + "{a}",
		"1 MiB of blanks":               strings.Repeat(" ", 1<<20) + "{a}",
		"inside: duplicate fields":      "{self{" + times(995, "__typename") + "}}",
		"inside: duplicate objects":     "{self{" + times(480, "self{__typename}") + "}}",
		"inside: unknown fields":        "{self{" + unlike.String() + "}}",
		"inside: spread duplicates":     inside,
		"inside: variables":             "query(" + variables + "){self{" + uses + "}}",
		"inside: operations":            times(20, "query Q%d{self{...F}}") + "fragment F on Query{" + times(900, "__typename") + "}",
		"inside: input fields":          "{echo(filter:{" + times(1600, "text:1") + "})}",
		"inside: unknown input fields":  "{echo(filter:{" + times(1600, "nothing%d:1") + "})}",
		"inside: wrong items":           "{echo(list:[" + times(999, "1") + "],filter:{list:[" + times(999, "1") + "]})}",
		"inside: arguments":             "{echo(" + times(1600, "text:1") + ")}",
		"inside: unknown arguments":     "{echo(" + times(1600, "t%d:1") + ")}",
		"inside: doubling":              doubling(8, true),
		"inside: introspection":         string(introspection),
	}
}

// BenchmarkLoad is the time to turn a hostile document away, or to validate one
// that is as large as the limits let it be and reckon its cost: 20 ms is the aim for
// the first.
func BenchmarkLoad(b *testing.B) {
	schema := newSchema(b).Schema()
	for name, document := range hostile() {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				docs, err := newDocuments(schema, DefaultLimits())
				if err != nil {
					b.Fatal(err)
				}
				if doc, err := docs.load(document); err == nil {
					costOf(doc.Operations[0], nil)
				}
			}
		})
	}
}
