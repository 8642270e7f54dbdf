package lifecycle

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"gatehouse/internal/refusal"
)

var update = flag.Bool("update", false, "write the golden files anew instead of comparing with them")

// The whole matrix as a person reads it: a change of a rule shows in review as
// changed cells. What it does not tell (that no other fact matters) the laws do.
func TestMatrix(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	fmt.Fprint(&b, `Who may do what from where, and what becomes of it. Written by: go test ./internal/lifecycle -run TestMatrix -update

A cell is the status that follows, or "stays", or the code of the refusal, where "-" is FORBIDDEN and "no" INVALID_STATE.
"others" are the authentication methods under which no enrollment is made here. What has equal rows has one.
`)
	matrixOfRoles(&b)
	matrixOfCircumstances(&b)
	matrixOfSeats(&b)
	matrixOfCertificates(&b)
	compare(t, "testdata/matrix.golden", b.Bytes())
}

// asker is one column of the first matrix.
type asker struct {
	title string
	who   func(*EnrollmentFacts)
}

func columns() []asker {
	var cs []asker
	for _, r := range Roles {
		cs = append(cs, asker{string(r), func(f *EnrollmentFacts) { f.Permissions = r.Permissions() }})
	}
	return append(cs,
		asker{"its requester", func(f *EnrollmentFacts) { f.Permissions, f.Requester = Requester.Permissions(), true }},
		asker{"end user", func(f *EnrollmentFacts) { f.By = ByEndUser }},
		asker{"system", func(f *EnrollmentFacts) { f.By = BySystem }},
	)
}

// groups of methods that a line stands for, each with one that is asked.
var methodGroups = []struct {
	title string
	asked AuthenticationMethod
}{{"CODE", EnrollmentCode}, {"APPROVAL", ManualApproval}, {"others", SAMLIdP}}

func matrixOfRoles(b *bytes.Buffer) {
	heading(b, "By role. One approval is asked for, nothing stands in the way; for EXPIRE the time has passed.")
	table := tabwriter.NewWriter(b, 0, 0, 1, ' ', tabwriter.Debug)
	fmt.Fprint(table, "action\tmethod\tCA\tfrom")
	for _, c := range columns() {
		fmt.Fprint(table, "\t", c.title)
	}
	fmt.Fprintln(table)
	for _, a := range allActions() {
		var blocks []block
		for _, group := range methodGroups {
			blocks = append(blocks, block{group.title, linesOfRoles(group.asked, a)})
		}
		for _, bl := range merged(blocks) {
			for _, line := range bl.lines {
				fmt.Fprintf(table, "%s\t%s\t%s\n", a, bl.title, line)
			}
		}
	}
	_ = table.Flush() // a bytes.Buffer takes everything
}

// linesOfRoles are the lines of an action under a method: "CA, from, cells".
func linesOfRoles(m AuthenticationMethod, a EnrollmentAction) []string {
	cellsOf := func(from Status, ca CAType) string {
		line := ""
		for _, c := range columns() {
			f := EnrollmentFacts{Status: from, Method: m, CA: ca, EnrollmentMethod: CSR, Required: 1, TimePassed: a == ActExpire}
			c.who(&f)
			line += "\t" + cell(f, a)
		}
		return line
	}
	if !slices.Contains(enrollmentRow(m, a).Methods, m) {
		return []string{"any\tany" + cellsOf(Created, Private)} // the method says no before the status
	}
	var lines []string
	for _, from := range startsOf() {
		if cellsOf(from, Private) == cellsOf(from, Public) {
			lines = append(lines, "any\t"+start(from)+cellsOf(from, Private))
			continue
		}
		for _, ca := range CATypes {
			lines = append(lines, string(ca)+"\t"+start(from)+cellsOf(from, ca))
		}
	}
	return lines
}

// block is the lines of one method or seat type.
type block struct {
	title string
	lines []string
}

// merged joins the blocks that have equal lines, and calls them any when all have.
func merged(blocks []block) []block {
	var out []block
	for _, bl := range blocks {
		i := slices.IndexFunc(out, func(o block) bool { return slices.Equal(o.lines, bl.lines) })
		if i < 0 {
			out = append(out, bl)
			continue
		}
		out[i].title += ", " + bl.title
	}
	if len(out) == 1 {
		out[0].title = "any"
	}
	return out
}

// start is the status as the matrix writes it.
func start(s Status) string {
	if s == unmade {
		return "nothing"
	}
	return string(s)
}

// cell is the outcome as the matrix writes it.
func cell(f EnrollmentFacts, a EnrollmentAction) string {
	to, no := Decide(f, a)
	switch {
	case no == nil && to == f.Status:
		return "stays"
	case no == nil:
		return string(to)
	}
	return short(no.Code)
}

func short(code refusal.Code) string {
	switch code {
	case refusal.Forbidden:
		return "-"
	case refusal.InvalidState:
		return "no"
	}
	return string(code)
}

// matrixOfCircumstances shows each further fact by itself, for somebody with
// every permission, wherever the action goes at all and the fact changes the
// outcome.
func matrixOfCircumstances(b *bytes.Buffer) {
	heading(b, "By circumstance: where one fact alone changes the outcome for somebody with every permission (for WITHDRAW, the requester). Plain is a private CA, CSR, no approval of two.")
	type circumstance struct {
		title string
		set   func(*EnrollmentFacts)
	}
	var circumstances []circumstance
	for _, f := range flags {
		circumstances = append(circumstances, circumstance{f.name, f.set})
	}
	circumstances = append(circumstances,
		circumstance{"not the requester", func(f *EnrollmentFacts) { f.Requester = false }},
		circumstance{"time not passed", func(f *EnrollmentFacts) { f.TimePassed = false }},
		circumstance{"1 of 2 approvals given", func(f *EnrollmentFacts) { f.Approvals = 1 }},
		circumstance{"1 approval asked for", func(f *EnrollmentFacts) { f.Required = 1 }},
		circumstance{"approvals not read", func(f *EnrollmentFacts) { f.Required = 0 }},
		circumstance{"public CA", func(f *EnrollmentFacts) { f.CA = Public }},
	)
	for _, em := range EnrollmentMethods {
		circumstances = append(circumstances, circumstance{string(em), func(f *EnrollmentFacts) { f.EnrollmentMethod = em }})
	}
	table := tabwriter.NewWriter(b, 0, 0, 1, ' ', tabwriter.Debug)
	fmt.Fprintln(table, "action\tmethod\tfrom\tplain\tcircumstance\toutcome")
	for _, r := range EnrollmentRows() {
		method := "any"
		if len(r.Methods) == 1 {
			method = string(r.Methods[0])
		}
		for _, from := range r.From {
			plain := EnrollmentFacts{Status: from, Method: r.Methods[0], CA: Private, EnrollmentMethod: CSR, Required: 2, Permissions: SetOf(Permissions...)}
			switch {
			case slices.Contains(r.By, TheSystem):
				plain.By, plain.TimePassed = BySystem, true
			case slices.Contains(r.By, TheRequester):
				plain.Requester = true
			case slices.Contains(r.By, TheEndUser) && r.Action != ActRequest:
				plain.By = ByEndUser
			}
			was := cell(plain, r.Action)
			for _, c := range circumstances {
				f := plain
				c.set(&f)
				if is := cell(f, r.Action); is != was {
					fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Action, method, start(from), was, c.title, is)
				}
			}
		}
	}
	_ = table.Flush()
}

func matrixOfSeats(b *bytes.Buffer) {
	heading(b, "Seats: by role, with nothing in the way; then, for somebody with every permission (but REVOKE_CERTIFICATES where said), by circumstance.")
	type column struct {
		title string
		set   func(*SeatFacts)
	}
	var cs []column
	for _, r := range Roles {
		cs = append(cs, column{string(r), func(f *SeatFacts) { f.Permissions = r.Permissions() }})
	}
	all := SetOf(Permissions...)
	cs = append(cs,
		column{"active under profile", func(f *SeatFacts) { f.Permissions, f.ActiveUnderProfile = all, true }},
		column{"has certificate", func(f *SeatFacts) { f.Permissions, f.HasActiveCertificates = all, true }},
		column{"and near its end", func(f *SeatFacts) { f.Permissions, f.HasActiveCertificates, f.InRenewalWindow = all, true, true }},
		column{"issuing", func(f *SeatFacts) { f.Permissions, f.Issuing = all, true }},
		column{"revoking", func(f *SeatFacts) { f.Permissions, f.HasActiveCertificates, f.Revoke = all, true, true }},
		column{"revoking without the right", func(f *SeatFacts) {
			f.Permissions, f.HasActiveCertificates, f.Revoke = all&^SetOf(RevokeCertificates), true, true
		}},
	)
	table := tabwriter.NewWriter(b, 0, 0, 1, ' ', tabwriter.Debug)
	fmt.Fprint(table, "action\tfrom")
	for _, c := range cs {
		fmt.Fprint(table, "\t", c.title)
	}
	fmt.Fprintln(table, "\tseat types")
	for _, a := range SeatActions {
		var blocks []block
		for _, k := range SeatTypes {
			var lines []string
			for _, from := range seatStarts {
				line := start(Status(from))
				for _, c := range cs {
					f := SeatFacts{Type: k, Status: from}
					c.set(&f)
					if no := DecideSeat(f, a); no != nil {
						line += "\t" + short(no.Code)
						continue
					}
					line += "\tyes"
				}
				lines = append(lines, line)
			}
			blocks = append(blocks, block{string(k), lines})
		}
		for _, bl := range merged(blocks) {
			for _, line := range bl.lines {
				fmt.Fprintf(table, "%s\t%s\t%s\n", a, line, bl.title)
			}
		}
	}
	_ = table.Flush()
}

func heading(w io.Writer, text string) { fmt.Fprintf(w, "\n%s\n\n", text) }

// compare holds what was made to the golden file, and names the first line
// that differs.
func compare(t *testing.T, path string, made []byte) {
	t.Helper()
	// The columns' padding of the last cell is no content.
	lines := strings.Split(string(made), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	text := strings.Join(lines, "\n")
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	golden, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(string(golden), "\n")
	for i := range max(len(lines), len(want)) {
		var is, was string
		if i < len(lines) {
			is = lines[i]
		}
		if i < len(want) {
			was = want[i]
		}
		if is != was {
			t.Fatalf("%s differs in line %d (write it anew with -update, and look at the diff):\nis  %s\nwas %s", path, i+1, is, was)
		}
	}
}
