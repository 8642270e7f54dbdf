package graph_test

import (
	"slices"
	"testing"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// offerKey names what somebody was offered on an enrollment in a situation.
type offerKey struct{ situation, who string }

// offer is what the enrollment said can be done, and what cannot and why.
type offer struct {
	can    []string
	cannot map[string]refusal.Refusal
}

// offers asks the enrollments that the refused cells share, as everybody who may
// see them, what can be done.
func (b *board) offers(t *testing.T, there map[string][]*held, all []situation) map[offerKey]offer {
	t.Helper()
	offers := map[offerKey]offer{}
	for _, s := range all {
		for _, who := range everybody() {
			if !who.sees(b.making) {
				continue
			}
			shown := b.data(*who.viewer, `query($id: ID!) { enrollment(id: $id) { status availableActions unavailableActions { action code message } auditTrail(first: 1) { nodes { id } } } }`,
				map[string]any{"id": there[s.name][0].id.String()})
			e, is := shown["enrollment"].(map[string]any)
			if !is || e["status"] != string(s.facts.Status) {
				t.Errorf("%s of %s is shown to %s as %v", s.name, b.making, who.name, shown)
				continue
			}
			offers[offerKey{s.name, who.name}] = offerOf(t, s.name+" to "+who.name, e)
		}
	}
	return offers
}

// offerOf reads what an object says can be done. The audit trail is there for whom
// it is offered.
func offerOf(t *testing.T, what string, shown map[string]any) offer {
	t.Helper()
	o := offer{cannot: map[string]refusal.Refusal{}}
	for _, a := range shown["availableActions"].([]any) {
		o.can = append(o.can, a.(string))
	}
	for _, u := range shown["unavailableActions"].([]any) {
		no := u.(map[string]any)
		o.cannot[no["action"].(string)] = refusal.Refusal{Code: refusal.Code(no["code"].(string)), Message: no["message"].(string)}
	}
	if trail := shown["auditTrail"].(map[string]any)["nodes"].([]any); slices.Contains(o.can, "VIEW_AUDIT_TRAIL") != (len(trail) > 0) {
		t.Errorf("%s: the audit trail is offered: %t, and it has %d entries", what, slices.Contains(o.can, "VIEW_AUDIT_TRAIL"), len(trail))
	}
	return o
}

// compareWithOffer: what could be done was done, what could not be was refused for
// the reason given, and what is never done to an enrollment of this making was not
// spoken of.
func compareWithOffer(t *testing.T, c *trial, o offer) {
	t.Helper()
	if c.action == lifecycle.ActRedeem {
		return // the invited person's; no button for people
	}
	no, refused := o.cannot[string(c.action)]
	can := slices.Contains(o.can, string(c.action))
	never := c.got.code == refusal.WrongMethod || c.got.code == refusal.CodePrivateOnly || c.got.code == refusal.ResendNotForThisMethod
	switch {
	case can && refused, can != (c.got.code == ""):
		t.Errorf("%s: offered: %t, and not: %s; answered with %s", c, can, no.Code, c.got)
	case refused && (no.Code != c.got.code || c.got.code != refusal.Forbidden && no.Message != c.got.message):
		t.Errorf("%s is not offered for %s: %s; and refused with %s: %s", c, no.Code, no.Message, c.got, c.got.message)
	case !can && !refused && !never && c.got.code != refusal.Forbidden:
		t.Errorf("%s is spoken of in neither list and refused with %s", c, c.got)
	}
}
