package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"gatehouse/internal/audit"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/world"
)

// standingKey names the certificates of an origin in a standing.
type standingKey struct{ origin, standing string }

// heldTrial is one cell: somebody, a mutation, a certificate in a standing.
type heldTrial struct {
	at       standingKey
	who      somebody
	mutation string
	action   lifecycle.CertificateAction
	many     bool
	// to is where the table says that it leads, code why it does not.
	to   lifecycle.CertificateStatus
	code refusal.Code
	// on is the certificate: one that all refused cells share, or one of the cell's own.
	on      *kept
	own     bool
	request string
	got     verdict
}

// String is the cell in words.
func (c *heldTrial) String() string {
	return fmt.Sprintf("%s by %s, %s %s", c.mutation, c.who.name, c.at.origin, c.at.standing)
}

// want is what the table says.
func (c *heldTrial) want() verdict {
	if c.code != "" {
		return verdict{code: c.code}
	}
	return verdict{status: lifecycle.Status(c.to)}
}

// heldMutations are those of the table of certificates, the plural ones among them,
// with their actions.
func heldMutations(schema *ast.Schema) (names []string, actions map[string]lifecycle.CertificateAction) {
	actions = map[string]lifecycle.CertificateAction{}
	for _, r := range lifecycle.CertificateRows() {
		for _, name := range []string{r.Mutation, r.Mutation + "s"} {
			if r.Mutation != "" && schema.Mutation.Fields.ForName(name) != nil {
				names = append(names, name)
				actions[name] = r.Action
			}
		}
	}
	return names, actions
}

// whoTries are all who try it with a certificate of this standing: everybody with
// one, and with the others each way past the door and one who does not get past it.
func whoTries(s standing) []somebody {
	all := slices.DeleteFunc(everybody(), func(one somebody) bool { return one.asked || one.addressed || one.approved })
	if s.name == "ISSUED, in the window" || s.name == "SUSPENDED" {
		return all
	}
	return slices.DeleteFunc(all, func(one somebody) bool { return one.name != "ADMIN" && one.name != "VIEWER" })
}

// plan lists the cells, and how many certificates each standing needs.
func (s *shelf) plan(schema *ast.Schema) map[standingKey]int {
	needs := map[standingKey]int{}
	names, actions := heldMutations(schema)
	for _, o := range origins {
		for _, st := range standings() {
			if !st.of(o) {
				continue
			}
			at := standingKey{o.name, st.name}
			needs[at] = 1
			for _, name := range names {
				for _, who := range whoTries(st) {
					c := &heldTrial{at: at, who: who, mutation: name, action: actions[name], many: takesMany(schema, schema.Mutation.Fields.ForName(name))}
					c.expect(o, st)
					c.own = c.code == "" || st.age == due && c.pastTheDoor()
					if c.own {
						needs[at]++
					}
					s.cells = append(s.cells, c)
				}
			}
		}
	}
	return needs
}

// expect says what the table says, after the door.
func (c *heldTrial) expect(o origin, st standing) {
	need, _ := lifecycle.MutationNeeds(c.mutation)
	switch {
	case c.who.viewer == nil:
		c.code = notSignedIn
		return
	case need.Refuse(c.mutation, c.who.viewer.Permissions, true) != nil:
		c.code = refusal.Forbidden
		return
	}
	f := st.facts
	f.Enrolled, f.Authority, f.Permissions = o.seen == "", o.authority, c.who.viewer.Permissions
	to, no := lifecycle.DecideCertificate(f, c.action)
	if c.to = to; no != nil {
		c.to, c.code = "", no.Code
	}
}

// pastTheDoor reports whether the certificate is looked at at all.
func (c *heldTrial) pastTheDoor() bool { return c.code != notSignedIn && c.code != refusal.Forbidden }

// try asks for the cell.
func (s *shelf) try(schema *ast.Schema, c *heldTrial) {
	in := map[string]any{"id": c.on.id}
	shown := "certificate { id status } userErrors { code message }"
	if c.many {
		in = map[string]any{"ids": []any{c.on.id}}
		shown = "results { id certificate { id status } userErrors { code message } } userErrors { code message }"
	}
	switch c.action {
	case lifecycle.CertificateActRevoke:
		in["reason"] = lifecycle.RevokedSuperseded
	case lifecycle.CertificateActRenew:
		in["csr"] = s.key.csr
	}
	m := schema.Mutation.Fields.ForName(c.mutation)
	a := s.ask(c.who.viewer, fmt.Sprintf("mutation($input: %s) { %s(input: $input) { %s } }", m.Arguments[0].Type, c.mutation, shown), map[string]any{"input": in})
	c.request = a.request
	if len(a.Errors) > 0 {
		c.got = verdict{code: refusal.Code(a.Errors[0].Extensions.Code), message: a.Errors[0].Message}
		return
	}
	payload := a.Data[c.mutation].(map[string]any)
	if results, _ := payload["results"].([]any); len(results) == 1 {
		payload = results[0].(map[string]any)
	}
	c.got = verdictOf(payload)
}

// heldOffers asks the certificates that the refused cells share, as some who may see
// them, what can be done.
func (s *shelf) heldOffers(t *testing.T, there map[standingKey][]*kept) map[offerKey]offer {
	t.Helper()
	offers := map[offerKey]offer{}
	for _, role := range []lifecycle.Role{lifecycle.Admin, lifecycle.ViewOnly, lifecycle.Auditor} {
		v := world.Person("only-"+strings.ToLower(string(role)), role)
		for _, st := range standings() {
			for _, o := range origins {
				if !st.of(o) {
					continue
				}
				at := standingKey{o.name, st.name}
				shown := s.data(v, `query($id: ID!) { certificate(id: $id) { status availableActions unavailableActions { action code message } auditTrail(first: 1) { nodes { id } } } }`,
					map[string]any{"id": there[at][0].id})
				c, is := shown["certificate"].(map[string]any)
				if !is || c["status"] != string(st.facts.Status) {
					t.Errorf("%s of %s is shown to %s as %v", st.name, o.name, role, shown)
					continue
				}
				offers[offerKey{o.name + " " + st.name, string(role)}] = offerOf(t, st.name+" of "+o.name+" to "+string(role), c)
			}
		}
	}
	return offers
}

// compareWithHeldOffer: what could be done was done, what could not be was refused
// for the reason given, and what is never done to a certificate from there was not
// spoken of.
func compareWithHeldOffer(t *testing.T, c *heldTrial, o offer) {
	t.Helper()
	no, refused := o.cannot[string(c.action)]
	can := slices.Contains(o.can, string(c.action))
	switch {
	case can && refused, can != (c.got.code == ""):
		t.Errorf("%s: offered: %t, and not: %s; answered with %s", c, can, no.Code, c.got)
	case refused && (no.Code != c.got.code || c.got.code != refusal.Forbidden && no.Message != c.got.message):
		t.Errorf("%s is not offered for %s: %s; and refused with %s: %s", c, no.Code, no.Message, c.got, c.got.message)
	case !can && !refused && c.got.code != refusal.IssuedElsewhere && c.got.code != refusal.Forbidden:
		t.Errorf("%s is spoken of in neither list and refused with %s", c, c.got)
	}
}

// compareWithLog: what was done has an entry with the action's word, what was refused
// one with the code, and who is not signed in none.
func (c *heldTrial) compareWithLog(t *testing.T, told []string) {
	t.Helper()
	if c.code == notSignedIn {
		if len(told) > 0 {
			t.Errorf("%s leaves the entries %q", c, told)
		}
		return
	}
	want := fmt.Sprintf("%s_CERTIFICATE %s %s ", c.action, audit.Success, c.who.viewer.Subject)
	if c.code != "" {
		want = fmt.Sprintf("%s_CERTIFICATE %s %s %s ", c.action, audit.Refused, c.code, c.who.viewer.Subject)
	}
	n := 0
	for _, one := range told {
		if strings.HasPrefix(strings.TrimSpace(one)+" ", want) {
			n++
		}
	}
	if n == 0 || n > 1 && c.action != lifecycle.CertificateActRenew { // which stands in two trails
		t.Errorf("%s has %d entries %q among %q", c, n, want, told)
	}
}
