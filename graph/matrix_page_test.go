package graph_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"gatehouse/internal/lifecycle"
)

// matrixDocument is testdata/matrix.golden: for each mutation who is answered what, in
// which situations. What is answered most often comes first and names none.
func matrixDocument(boards []*board, schema *ast.Schema) string {
	var out strings.Builder
	fmt.Fprintf(&out, "What GraphQL answers to each action of the table. Written by: %s\n", howToWriteMatrix)
	names, _ := tried(schema)
	for _, method := range []lifecycle.AuthenticationMethod{lifecycle.EnrollmentCode, lifecycle.ManualApproval} {
		fmt.Fprintf(&out, "\n# %s\n\nin the situations: %s\n", method, strings.Join(namesOf(situations(method)), "; "))
		for _, name := range names {
			fmt.Fprintf(&out, "\n## %s\n", name)
			for _, p := range parts(boards, method, name) {
				fmt.Fprintf(&out, "\nof %s\n%s", strings.Join(p.of, "; "), p.lines)
			}
		}
	}
	return out.String()
}

// part is the lines of a mutation on boards that are answered alike.
type part struct {
	of    []string
	lines string
}

func parts(boards []*board, method lifecycle.AuthenticationMethod, mutation string) []part {
	var all []part
	for _, b := range boards {
		if b.method != method {
			continue
		}
		lines := b.lines(mutation)
		same := slices.IndexFunc(all, func(p part) bool { return p.lines == lines })
		if same < 0 {
			all = append(all, part{lines: lines})
			same = len(all) - 1
		}
		all[same].of = append(all[same].of, fmt.Sprintf("%s %s", b.ca, b.by))
	}
	return all
}

// lines are a board's: one for each list of answers, with those who were given it.
func (b *board) lines(mutation string) string {
	answers := map[string][]*trial{}
	var people []string
	for _, c := range b.cells {
		if c.mutation == mutation {
			if answers[c.who.name] == nil {
				people = append(people, c.who.name)
			}
			answers[c.who.name] = append(answers[c.who.name], c)
		}
	}
	var texts []string
	by := map[string][]string{}
	for _, who := range people {
		text := summary(answers[who])
		if by[text] == nil {
			texts = append(texts, text)
		}
		by[text] = append(by[text], who)
	}
	var out strings.Builder
	for _, text := range texts {
		fmt.Fprintf(&out, "  %s: %s\n", strings.Join(by[text], ", "), text)
	}
	return out.String()
}

// summary is what one person was answered: what most situations have, and each other
// answer with its situations.
func summary(cells []*trial) string {
	in := map[string][]string{}
	var answers []string
	for _, c := range cells {
		answer := c.got.String()
		if in[answer] == nil {
			answers = append(answers, answer)
		}
		in[answer] = append(in[answer], c.in.name)
	}
	slices.SortStableFunc(answers, func(a, b string) int { return cmp.Compare(len(in[b]), len(in[a])) })
	text := answers[0]
	for _, answer := range answers[1:] {
		text += "; " + answer + " in " + strings.Join(in[answer], " / ")
	}
	return text
}
