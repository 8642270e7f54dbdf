package graph_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

const (
	heldPage       = "testdata/certificates.golden"
	howToWriteHeld = "go test ./graph -run TestEveryCertificateActionInEverySituation -update"
)

// TestEveryCertificateActionInEverySituation tries each action of the table of
// certificates through GraphQL: on certificates of every origin and in every status,
// before the renewal window and in it, with a successor, one that is asked for, and
// none, by every role and by nobody. The answer is what the table says, the
// certificate's availableActions have said the same before, what was refused has
// changed nothing, and each leaves its entry.
//
// The table is asked, not repeated: so that a change of a rule does not pass unseen,
// all answers stand in testdata/certificates.golden too.
func TestEveryCertificateActionInEverySituation(t *testing.T) {
	t.Parallel()
	schema := contract(t)
	s := newShelf(t)
	there := s.fill(s.plan(schema))
	for _, c := range s.cells {
		c.on = there[c.at][0]
	}
	offers := s.heldOffers(t, there)
	before := s.heldVersions()
	for _, own := range []bool{false, true} {
		for _, c := range s.cells {
			if c.own != own {
				continue
			}
			if own {
				last := len(there[c.at]) - 1
				c.on, there[c.at] = there[c.at][last], there[c.at][:last]
			}
			s.try(schema, c)
		}
	}
	after := s.heldVersions()
	told := (&board{caller: s.caller}).told(t)
	for _, c := range s.cells {
		if got, want := c.got, c.want(); got.code != want.code || want.code == "" && got.status != want.status {
			t.Errorf("%s is answered with %s, and the table says %s: %s", c, got, want, c.got.message)
			continue
		}
		if !c.own && before[c.on.id.UUID.String()] != after[c.on.id.UUID.String()] {
			t.Errorf("%s: it or another that was refused has changed the certificate: %s, then %s", c, before[c.on.id.UUID.String()], after[c.on.id.UUID.String()])
		}
		c.compareWithLog(t, told[c.request])
		if of, is := offers[offerKey{c.at.origin + " " + c.at.standing, c.who.name}]; is {
			compareWithHeldOffer(t, c, of)
		}
	}
	t.Logf("%d cells", len(s.cells))
	if t.Failed() {
		return // the page would be wrong
	}
	names, _ := heldMutations(schema)
	got := s.document(names)
	if *update {
		if err := os.WriteFile(heldPage, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(heldPage)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what is answered; write it with %q and read the difference. The first:\n%s", heldPage, howToWriteHeld, firstDifference(string(want), got))
	}
}

// heldVersions are the certificates' versions and statuses as they are written.
func (s *shelf) heldVersions() map[string]string {
	versions := map[string]string{}
	for _, text := range column[string](s.t, s.admin, `SELECT concat_ws(' ', id, version, status) FROM certificates`) {
		row, rest, _ := strings.Cut(text, " ")
		versions[row] = rest
	}
	return versions
}

// document is testdata/certificates.golden: for each mutation what is answered to an
// administrator, and who is answered alike or not let in.
func (s *shelf) document(names []string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "What GraphQL answers to each action of the table of certificates. Written by: %s\n", howToWriteHeld)
	for _, name := range names {
		fmt.Fprintf(&out, "\n# %s\n\n", name)
		for _, st := range standings() {
			var answers []string
			of := map[string][]string{}
			for _, o := range origins {
				for _, c := range s.cells {
					if c.mutation == name && c.who.name == "ADMIN" && c.at == (standingKey{o.name, st.name}) {
						answers = once(answers, c.got.String())
						of[c.got.String()] = append(of[c.got.String()], o.name)
					}
				}
			}
			fmt.Fprintf(&out, "%s:", st.name)
			for _, answer := range answers {
				fmt.Fprintf(&out, " %s (%s);", answer, strings.Join(of[answer], ", "))
			}
			fmt.Fprintln(&out)
		}
		s.people(&out, name)
	}
	return out.String()
}

// people are those whose answers are others than an administrator's, and those whose
// answers are the same.
func (s *shelf) people(out *strings.Builder, name string) {
	admins, by := map[standingKey]string{}, map[string]string{}
	for _, c := range s.cells {
		if c.mutation == name && c.who.name == "ADMIN" {
			admins[c.at] = c.got.String()
		}
	}
	var who []string
	for _, c := range s.cells {
		if c.mutation != name || c.who.name == "ADMIN" {
			continue
		}
		answer := c.got.String()
		if answer == admins[c.at] {
			answer = "as an ADMIN"
		}
		who = once(who, c.who.name)
		if by[c.who.name] == "" {
			by[c.who.name] = answer
		} else if by[c.who.name] != answer {
			by[c.who.name] = "not always the same"
		}
	}
	var answers []string
	for _, one := range who {
		answers = once(answers, by[one])
	}
	for _, answer := range answers {
		alike := slices.DeleteFunc(slices.Clone(who), func(one string) bool { return by[one] != answer })
		fmt.Fprintf(out, "  %s: %s\n", strings.Join(alike, ", "), answer)
	}
}
