package main

import (
	"fmt"
	"slices"
	"strings"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// page is the whole of docs/lifecycle.md.
func page() string {
	var b strings.Builder
	b.WriteString(opening)
	statuses(&b)
	enrollmentActions(&b)
	refusals(&b)
	diagrams(&b)
	seatActions(&b)
	certificateActions(&b)
	roles(&b)
	mutations(&b)
	return b.String()
}

func statuses(b *strings.Builder) {
	b.WriteString("\n## Statuses of an enrollment\n\n")
	t := table(b, "status", "meaning", "active", "expires", "final")
	for _, s := range lifecycle.Statuses {
		t.row(string(s), meanings[s], mark(s.Active()), mark(s.Expires()), mark(s.Final()))
	}
	b.WriteString(afterStatuses)
}

func enrollmentActions(b *strings.Builder) {
	b.WriteString("\n## Actions on an enrollment\n\n")
	t := table(b, "action", "mutation", "method", "CA", "from", "to", "who", "effect")
	for _, r := range lifecycle.EnrollmentRows() {
		effect := r.Does
		if left := without(lifecycle.EnrollmentMethods, r.EnrollmentMethods); len(left) > 0 {
			effect += " Not for " + list(left, " and ") + "."
		}
		t.row(string(r.Action), code(r.Mutation), anyOr(r.Methods, lifecycle.AuthenticationMethods), anyOr(r.CAs, lifecycle.CATypes), from(r), to(r), list(r.By, " or "), effect)
	}
	b.WriteString(afterActions)
}

// from is the statuses that a row starts from.
func from(r lifecycle.EnrollmentRow) string {
	if r.Makes() {
		return "nothing"
	}
	return anyOr(r.From, lifecycle.Statuses)
}

// to is the statuses that a row leads to: one for all, or by where it starts.
func to(r lifecycle.EnrollmentRow) string {
	stays := true
	var ends []string
	for _, s := range r.From {
		targets := r.Targets(s)
		stays = stays && slices.Equal(targets, []lifecycle.Status{s})
		if end := list(targets, " or "); !slices.Contains(ends, end) {
			ends = append(ends, end)
		}
	}
	switch {
	case stays:
		return "the same"
	case len(ends) > 1:
		return "the other"
	}
	return ends[0]
}

func refusals(b *strings.Builder) {
	b.WriteString("\n## Refusals, in the order tried\n\nThe first no is the answer; `unavailableActions` and the mutation give the same one.\n\n")
	t := table(b, "action", "method", "codes")
	for _, r := range lifecycle.EnrollmentRows() {
		t.row(string(r.Action), anyOr(r.Methods, lifecycle.AuthenticationMethods), codes(r.Codes()))
	}
	b.WriteString(afterRefusals)
}

func seatActions(b *strings.Builder) {
	b.WriteString("\n## Actions on a seat\n\n")
	t := table(b, "action", "mutation", "seat types", "from", "who", "codes", "effect")
	for _, r := range lifecycle.SeatRows() {
		start := anyOr(r.From, lifecycle.SeatStatuses)
		if r.Makes() {
			start = "nothing"
		}
		t.row(string(r.Action), code(r.Mutation), anyOr(r.Types, lifecycle.SeatTypes), start, list(r.By, " or "), codes(r.Codes()), r.Does)
	}
	b.WriteString(afterSeats)
}

func certificateActions(b *strings.Builder) {
	b.WriteString("\n## Actions on a certificate\n\n")
	t := table(b, "action", "mutation", "certificates", "from", "to", "who", "codes", "effect")
	for _, r := range lifecycle.CertificateRows() {
		end := string(r.To)
		if end == "" {
			end = "the same"
		}
		t.row(string(r.Action), code(r.Mutation), string(r.Of), anyOr(r.From, lifecycle.CertificateStatuses), end, list(r.By, " or "), codes(r.Codes()), r.Does)
	}
	b.WriteString(afterCertificates)
	certificateDiagram(b)
}

func roles(b *strings.Builder) {
	b.WriteString("\n## Roles and permissions\n\nRoles come from the token's claims. Unknown roles grant nothing.\n\n")
	head := []string{"permission"}
	for _, r := range lifecycle.Roles {
		head = append(head, string(r))
	}
	t := table(b, head...)
	for _, p := range lifecycle.Permissions {
		row := []string{string(p)}
		for _, r := range lifecycle.Roles {
			row = append(row, mark(r.Permissions().Has(p)))
		}
		t.row(row...)
	}
}

func mutations(b *strings.Builder) {
	b.WriteString("\n## Mutations and what they need at the door\n\nThe least that is asked before any object is read; one of several permissions is enough.\n\n")
	t := table(b, "mutation", "permission", "business units")
	for _, name := range lifecycle.Mutations() {
		need, _ := lifecycle.MutationNeeds(name)
		who, units := list(need.AnyOf, " or "), "the object's"
		switch {
		case need.NoLogin:
			who, units = "no login: the end user", ""
		case need.AllUnits:
			units = "all (`*`)"
		}
		t.row(code(name), who, units)
	}
}

// rows writes a Markdown table line by line.
type rows struct{ b *strings.Builder }

// table writes the head of a table.
func table(b *strings.Builder, head ...string) rows {
	t := rows{b}
	t.row(head...)
	b.WriteString(strings.Repeat("|---", len(head)) + "|\n")
	return t
}

func (t rows) row(cells ...string) {
	fmt.Fprintf(t.b, "| %s |\n", strings.Join(cells, " | "))
}

// anyOr is the list, or "any" when it is all there are.
func anyOr[T ~string](some, all []T) string {
	if len(without(all, some)) == 0 {
		return "any"
	}
	return list(some, ", ")
}

// without is what of all is not among some.
func without[T comparable](all, some []T) []T {
	return slices.DeleteFunc(slices.Clone(all), func(v T) bool { return slices.Contains(some, v) })
}

// list joins values by commas, the last two by the last separator.
func list[T ~string](vs []T, last string) string {
	words := make([]string, len(vs))
	for i, v := range vs {
		words[i] = string(v)
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	end := len(words) - 1
	return strings.Join(words[:end], ", ") + last + words[end]
}

func codes(cs []refusal.Code) string { return list(cs, ", ") }

func code(name string) string {
	if name == "" {
		return ""
	}
	return "`" + name + "`"
}

func mark(yes bool) string {
	if yes {
		return "x"
	}
	return ""
}
