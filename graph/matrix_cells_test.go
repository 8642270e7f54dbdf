package graph_test

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"gatehouse/internal/audit"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// trial is one cell of the matrix: somebody, a mutation, an enrollment in a situation; what the
// table says of it, and what was answered.
type trial struct {
	in       situation
	who      somebody
	mutation string
	action   lifecycle.EnrollmentAction
	// many: the mutation is about several things.
	many bool
	// to is where the table says that it leads, code why it does not.
	to   lifecycle.Status
	code refusal.Code
	// on is the enrollment: one that all refused cells of the situation share, or one
	// of the cell's own.
	on  *held
	own bool
	// request is the id under which it was asked; got is the answer.
	request string
	got     verdict
}

// verdict is what became of one enrollment by an answer.
type verdict struct {
	status  lifecycle.Status
	code    refusal.Code
	message string
}

func (v verdict) String() string {
	if v.code != "" {
		return string(v.code)
	}
	return "→ " + string(v.status)
}

// notSignedIn stands for the top-level error.
const notSignedIn refusal.Code = "UNAUTHENTICATED"

// want is what the table says.
func (c *trial) want() verdict {
	if c.code != "" {
		return verdict{code: c.code}
	}
	return verdict{status: c.to}
}

// pastTheDoor reports whether the enrollment is looked at at all.
func (c *trial) pastTheDoor() bool {
	return c.code != notSignedIn && c.code != refusal.Forbidden && c.code != refusal.NotFound
}

// String is the cell in words.
func (c *trial) String() string { return c.mutation + " by " + c.who.name + ", " + c.in.name }

// tried are the mutations of the table that are about an enrollment which exists,
// by name, the plural ones among them, with their actions.
func tried(schema *ast.Schema) (names []string, actions map[string]lifecycle.EnrollmentAction) {
	actions = map[string]lifecycle.EnrollmentAction{}
	for _, r := range lifecycle.EnrollmentRows() {
		if r.Mutation == "" || r.Makes() {
			continue
		}
		for _, name := range []string{r.Mutation, r.Mutation + "s"} {
			if schema.Mutation.Fields.ForName(name) != nil && actions[name] == "" {
				names = append(names, name)
				actions[name] = r.Action
			}
		}
	}
	return names, actions
}

// plan lists the cells of a board, and how many enrollments each situation needs:
// the first is the one that the refused cells share.
func (b *board) plan(schema *ast.Schema, all []situation) (needs map[string]int) {
	needs = map[string]int{}
	names, actions := tried(schema)
	for _, s := range all {
		needs[s.name] = 1
		for _, name := range names {
			who := everybody()
			if s.age == due || !b.by.HasPage() {
				who = few()
			}
			if actions[name] == lifecycle.ActRedeem {
				who = append(who, somebody{name: "the invited person"})
			}
			for _, one := range who {
				c := &trial{in: s, who: one, mutation: name, action: actions[name], many: takesMany(schema, schema.Mutation.Fields.ForName(name))}
				b.expect(c)
				c.own = c.code == "" || s.age == due && c.pastTheDoor()
				if c.own {
					needs[s.name]++
				}
				b.cells = append(b.cells, c)
			}
		}
	}
	return needs
}

// expect says what the table says, after the door and the viewer's sight.
func (b *board) expect(c *trial) {
	if c.action == lifecycle.ActRedeem {
		b.expectOfRedeeming(c)
		return
	}
	need, _ := lifecycle.MutationNeeds(c.mutation)
	switch {
	case c.who.viewer == nil:
		c.code = notSignedIn
	case need.Refuse(c.mutation, c.who.viewer.Permissions, true) != nil:
		c.code = refusal.Forbidden
	case !c.who.sees(b.making):
		c.code = refusal.NotFound
	default:
		b.decide(c, c.who.facts(b.making, c.in))
	}
}

// expectOfRedeeming: whoever has the link and the code is the invited person; who
// has not is told of nothing, whatever their roles.
func (b *board) expectOfRedeeming(c *trial) {
	if c.who.name != "the invited person" {
		c.code = refusal.NotFound
		return
	}
	f := c.who.facts(b.making, c.in)
	f.By = lifecycle.ByEndUser
	b.decide(c, f)
	if b.method == lifecycle.ManualApproval && f.Approvals < f.Required {
		c.to, c.code = "", refusal.WrongMethod // there is no pick-up link yet, and the other one redeems nothing
	}
}

func (b *board) decide(c *trial, f lifecycle.EnrollmentFacts) {
	to, no := lifecycle.Decide(f, c.action)
	c.to = to
	if no != nil {
		c.to, c.code = "", no.Code
	}
}

// input is what a mutation is given about these enrollments.
func (b *board) input(c *trial, about ...*held) map[string]any {
	ids := make([]string, len(about))
	for n, h := range about {
		ids[n] = h.id.String()
	}
	in := map[string]any{"id": ids[0]}
	if c.many {
		in = map[string]any{"ids": ids}
	}
	switch c.action {
	case lifecycle.ActReject, lifecycle.ActCancel:
		in["reason"] = "Because of the matrix."
	case lifecycle.ActAddNote:
		in["text"] = "A note of the matrix."
	case lifecycle.ActChangeStatus:
		in["status"] = lifecycle.InProgress
		if c.in.facts.Status == lifecycle.InProgress {
			in["status"] = lifecycle.Pending
		}
	case lifecycle.ActAttachCertificate:
		in["certificate"] = b.key.certificate(b.Clock.Now())
	case lifecycle.ActRedeem:
		in = map[string]any{"token": "bm8tbGluay1vZi1hbnlib2R5", "code": givenCode, "csr": b.key.csr}
		if c.who.name == "the invited person" {
			proof := b.proof(about[0])
			in = map[string]any{"token": proof.Token, "code": proof.Code, "csr": proof.Csr}
		}
	}
	return in
}

// document asks a mutation for what became of it.
func document(schema *ast.Schema, name string) string {
	m := schema.Mutation.Fields.ForName(name)
	shown := map[bool]string{false: "enrollment { id status }", true: "results { id enrollment { id status } userErrors { code message } }"}[takesMany(schema, m)]
	if name == "redeemEnrollment" {
		shown = "invitation { status }"
	}
	return fmt.Sprintf("mutation($input: %s) { %s(input: $input) { %s userErrors { code message } } }", m.Arguments[0].Type, name, shown)
}

// try asks for one cell, or of a plural mutation for several at once.
func (b *board) try(schema *ast.Schema, cells ...*trial) {
	var about []*held
	for _, c := range cells {
		about = append(about, c.on)
	}
	first := cells[0]
	a := b.ask(first.who.viewer, document(schema, first.mutation), map[string]any{"input": b.input(first, about...)})
	payload, _ := a.Data[first.mutation].(map[string]any)
	results, _ := payload["results"].([]any)
	for n, c := range cells {
		c.request = a.request
		switch {
		case len(a.Errors) > 0:
			c.got = verdict{code: refusal.Code(a.Errors[0].Extensions.Code), message: a.Errors[0].Message}
		case n < len(results):
			c.got = verdictOf(results[n].(map[string]any))
		default:
			c.got = verdictOf(payload)
		}
	}
}

// verdictOf reads a payload, or one of its results.
func verdictOf(payload map[string]any) verdict {
	codes, messages := refused(map[string]any{"userErrors": payload["userErrors"]})
	var v verdict
	if len(codes) > 0 {
		v.code, v.message = refusal.Code(codes[0]), messages[0]
	}
	for _, name := range []string{"enrollment", "invitation", "certificate"} {
		if shown, is := payload[name].(map[string]any); is {
			status, _ := shown["status"].(string)
			v.status = lifecycle.Status(status)
		}
	}
	return v
}

// word is the audit's word for the cell.
func (c *trial) word() audit.Action { return audit.Action(c.action) }
