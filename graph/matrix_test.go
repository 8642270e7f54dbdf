package graph_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

const (
	matrixPage       = "testdata/matrix.golden"
	howToWriteMatrix = "go test ./graph -run TestEveryActionInEverySituation -update"
)

// TestEveryActionInEverySituation tries each action of the table through GraphQL:
// on enrollments of both methods, both kinds of certificate authority, and methods
// that are mailed and that are not, in every status that they can have, by every
// role, by nobody and by the invited person. The answer is what the table says, the
// enrollment's availableActions have said the same before, what was done is done and
// in the audit, and what was refused has changed nothing.
//
// The table is asked, not repeated: so that a change of a rule does not pass
// unseen, all answers stand in testdata/matrix.golden too.
func TestEveryActionInEverySituation(t *testing.T) {
	t.Parallel()
	schema := contract(t)
	boards := make([]*board, len(makings))
	t.Run("of", func(t *testing.T) {
		for n, of := range makings {
			t.Run(of.String(), func(t *testing.T) {
				t.Parallel()
				if raced && n != slices.IndexFunc(makings, func(m making) bool { return m.method == of.method }) {
					t.Skip("with the race detector one making of each method; .ci/run tries all without it")
				}
				boards[n] = newBoard(t, of)
				boards[n].play(t, schema)
			})
		}
	})
	if t.Failed() || slices.Contains(boards, nil) {
		return // the page would be wrong, or lack what -run left out
	}
	cells := 0
	for _, b := range boards {
		cells += len(b.cells)
	}
	t.Logf("%d cells", cells)
	got := matrixDocument(boards, schema)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(matrixPage, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(matrixPage)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what is answered; write it with %q and read the difference. The first:\n%s", matrixPage, howToWriteMatrix, firstDifference(string(want), got))
	}
}

// play fills the board, tries every cell and holds what became of it to the table.
func (b *board) play(t *testing.T, schema *ast.Schema) {
	t.Helper()
	b.Issue()
	all := situations(b.method)
	there := b.fill(all, b.plan(schema, all))
	for _, c := range b.cells {
		c.on = there[c.in.name][0]
	}
	before := b.versions()
	offers := b.offers(t, there, all)
	for _, own := range []bool{false, true} {
		for _, together := range b.calls(own) {
			for _, c := range together {
				if own {
					last := len(there[c.in.name]) - 1
					c.on, there[c.in.name] = there[c.in.name][last], there[c.in.name][:last]
				}
			}
			b.try(schema, together...)
		}
	}
	after := b.versions()
	told := b.told(t)
	for _, c := range b.cells {
		if got, want := c.got, c.want(); got.code != want.code || want.code == "" && got.status != want.status {
			t.Errorf("%s is answered with %s, and the table says %s: %s", c, got, want, c.got.message)
			continue
		}
		if !c.own && before[c.on.id] != after[c.on.id] {
			t.Errorf("%s: %s of those that were refused has changed the enrollment: %s, then %s", c.in.name, c, before[c.on.id], after[c.on.id])
		}
		b.compareWithAudit(t, c, told[c.request])
		if of, is := offers[offerKey{c.in.name, c.who.name}]; is {
			compareWithOffer(t, c, of)
		}
	}
}

// calls are the cells as they are asked: one by one, and those of a plural mutation
// by one person together.
func (b *board) calls(own bool) [][]*trial {
	var calls [][]*trial
	at := map[string]int{}
	for _, c := range b.cells {
		if c.own != own {
			continue
		}
		key := c.mutation + " by " + c.who.name
		if n, is := at[key]; is && c.many {
			calls[n] = append(calls[n], c)
			continue
		}
		at[key] = len(calls)
		calls = append(calls, []*trial{c})
	}
	return calls
}

// versions are the enrollments' versions and statuses as they are written.
func (b *board) versions() map[id.ID]string {
	versions := map[id.ID]string{}
	for _, text := range column[string](b.t, b.admin, `SELECT concat_ws(' ', id, version, status, issuance) FROM enrollments`) {
		row, rest, _ := strings.Cut(text, " ")
		one, err := uuid.Parse(row)
		if err != nil {
			b.t.Fatal(err)
		}
		versions[id.Of(id.Enrollment, one)] = rest
	}
	return versions
}

// told are the audit entries by request: what was done, or why not, by whom, to what.
func (b *board) told(t *testing.T) map[string][]string {
	told := map[string][]string{}
	for _, text := range column[string](t, b.admin, `SELECT concat_ws('|', request_id, concat_ws(' ', action, outcome, nullif(code, ''), CASE actor_kind WHEN 'USER' THEN actor_subject ELSE actor_kind END, resource_id)) FROM audit_entries ORDER BY id`) {
		request, rest, _ := strings.Cut(text, "|")
		told[request] = append(told[request], rest)
	}
	return told
}

// compareWithAudit: one entry with the action's word for what was done, one with the
// code for what was refused, none for who is not signed in.
func (b *board) compareWithAudit(t *testing.T, c *trial, told []string) {
	t.Helper()
	if c.code == notSignedIn {
		if len(told) > 0 {
			t.Errorf("%s leaves the entries %q", c, told)
		}
		return
	}
	who := string(viewer.EndUser)
	if c.who.viewer != nil && c.action != lifecycle.ActRedeem {
		who = c.who.viewer.Subject
	}
	want := fmt.Sprintf("%s %s %s ", c.word(), audit.Success, who)
	if c.code != "" {
		want = fmt.Sprintf("%s %s %s %s ", c.word(), audit.Refused, c.code, who)
	}
	if c.pastTheDoor() {
		want += c.on.id.UUID.String()
	}
	n := 0
	for _, one := range told {
		if strings.HasPrefix(strings.TrimSpace(one)+" ", want) || one == strings.TrimSpace(want) {
			n++
		}
	}
	if n == 0 || n > 1 && !c.many {
		t.Errorf("%s has %d entries %q among %q", c, n, want, told)
	}
}
