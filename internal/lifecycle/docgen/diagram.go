package main

import (
	"fmt"
	"slices"
	"strings"

	"gatehouse/internal/lifecycle"
)

// edge is one arrow of a diagram.
type edge struct{ from, to lifecycle.Status }

// diagrams draws the ways of an enrollment, one picture per method under which
// enrollments are made. Actions that leave the status as it is are left out.
func diagrams(b *strings.Builder) {
	for _, m := range lifecycle.AuthenticationMethods {
		if !m.Enrolls() {
			continue
		}
		fmt.Fprintf(b, "\n## The ways of an enrollment by %s\n\n```mermaid\nstateDiagram-v2\n", m)
		order, labels := ways(m)
		for _, e := range order {
			fmt.Fprintf(b, "    %s --> %s : %s\n", state(e.from), state(e.to), strings.Join(labels[e], ", "))
		}
		for _, s := range lifecycle.Statuses {
			if s.Final() {
				fmt.Fprintf(b, "    %s --> [*]\n", s)
			}
		}
		b.WriteString("```\n")
	}
}

// ways are the arrows of a method, in the table's order from the beginning on,
// with the actions that lead along each. Only statuses that an enrollment of
// the method comes to are drawn.
func ways(m lifecycle.AuthenticationMethod) (order []edge, labels map[edge][]string) {
	labels = map[edge][]string{}
	seen := []lifecycle.Status{""}
	for i := 0; i < len(seen); i++ {
		for _, r := range lifecycle.EnrollmentRows() {
			if !slices.Contains(r.Methods, m) || !slices.Contains(r.From, seen[i]) {
				continue
			}
			for _, to := range r.Targets(seen[i]) {
				if to == seen[i] {
					continue
				}
				e := edge{seen[i], to}
				if labels[e] == nil {
					order = append(order, e)
				}
				labels[e] = append(labels[e], string(r.Action))
				if !slices.Contains(seen, to) {
					seen = append(seen, to)
				}
			}
		}
	}
	return order, labels
}

// state is the status as Mermaid names it: what does not exist yet is a dot.
func state(s lifecycle.Status) string {
	if s == "" {
		return "[*]"
	}
	return string(s)
}

// certificateDiagram draws the ways of a certificate.
func certificateDiagram(b *strings.Builder) {
	b.WriteString("\n```mermaid\nstateDiagram-v2\n    [*] --> ISSUED : issued, attached, imported or found\n")
	for _, from := range lifecycle.CertificateStatuses {
		for _, r := range lifecycle.CertificateRows() {
			if slices.Contains(r.From, from) && r.To != "" {
				fmt.Fprintf(b, "    %s --> %s : %s\n", from, r.To, r.Action)
			}
		}
	}
	b.WriteString("    EXPIRED --> [*]\n    REVOKED --> [*]\n```\n")
}
