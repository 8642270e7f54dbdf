package inventory_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
	"gatehouse/internal/seatfile"
	"gatehouse/internal/viewer"
)

// file is an import of USER seats into the world's business unit.
func (w *world) file(lines ...string) inventory.ImportSeatsInput {
	return inventory.ImportSeatsInput{BusinessUnitID: w.unit, SeatType: lifecycle.User, Operation: seatfile.CreateOrUpdate, Csv: strings.Join(lines, "\n") + "\n"}
}

// imported runs an import that is not refused as a whole.
func (w *world) imported(v viewer.Viewer, in inventory.ImportSeatsInput) *inventory.ImportSeatsPayload {
	w.t.Helper()
	p, err := w.Inventory.ImportSeats(w.as(v), in)
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	return p
}

// outcomes are what became of the rows, each with the code and the column of its refusal.
func outcomes(p *inventory.ImportSeatsPayload) []string {
	all := make([]string, len(p.Rows))
	for n, r := range p.Rows {
		all[n] = fmt.Sprintf("%d %s %s", r.Row, r.SeatID, r.Outcome)
		for _, no := range r.UserErrors {
			all[n] += fmt.Sprintf(" %s %s", no.Code, strings.Join(no.Field, "."))
		}
	}
	return all
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAFileCreatesAndUpdatesSeats(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	w.seat(lifecycle.User, "old")
	w.imported(boss, w.file("seat_id,seat_name,email,phone", "old,Olga Old,olga@example.com,+49 30 1"))
	in := w.file(
		"email,SEAT_ID ,seat_name",
		"anna@example.com,Anna,Anna Example",
		",OLD,Olga New",
		"no address,bad,Bad",
		"ben@example.com, anna ,Twice",
		"ben@example.com,ben,Ben",
		"clara@example.com,clara,Clara",
		"dora@example.com,dora,Dora",
	)
	want := []string{
		"2 Anna CREATED", "3 OLD UPDATED", "4 bad REFUSED INVALID input.csv.4.email", "5  anna  REFUSED DUPLICATE input.csv.5.seat_id",
		"6 ben CREATED", "7 clara CREATED", "8 dora REFUSED NO_SEAT_LEFT input.csv.8",
	}
	seats, entries := w.count(`SELECT count(*) FROM seats`), w.count(`SELECT count(*) FROM audit_entries`)
	trial := in
	trial.DryRun = ptr(true)
	same(t, "a dry run", outcomes(w.imported(boss, trial)), want)
	if n := w.count(`SELECT count(*) FROM seats`); n != seats || w.count(`SELECT count(*) FROM audit_entries`) != entries {
		t.Error("the dry run left something")
	}
	w.honest()

	p := w.imported(boss, in)
	same(t, "the file", outcomes(p), want)
	if got, err := w.Inventory.SeatOfRow(w.as(boss), p.Rows[1]); err != nil || got.Name != "Olga New" || got.Email != "" || got.Phone != "+49 30 1" || got.SeatID != "old" {
		t.Errorf("an empty cell clears, a missing column leaves: %+v %v", got, err)
	}
	summary := ""
	for _, c := range p.Summary {
		summary += fmt.Sprintf("%s %d ", c.Outcome, c.Rows)
	}
	if summary != "CREATED 3 UPDATED 1 REFUSED 3 " {
		t.Errorf("the summary is %s", summary)
	}
	lines := strings.Split(p.Report, "\r\n")
	if len(lines) != 9 || lines[0] != "row,seat_id,outcome,enrollment_code,reason" || lines[2] != "3,OLD,UPDATED,," || !strings.HasPrefix(lines[7], "8,dora,REFUSED,,NO_SEAT_LEFT: Unit research has no USER seat left: 4 allocated, 4 created") && !strings.Contains(lines[7], "4 allocated, 4 created") {
		t.Errorf("the report is\n%s", p.Report)
	}
	for action, n := range map[audit.Action]int{audit.CreateSeat: 4, audit.UpdateSeat: 2} {
		if got := w.entries(id.ID{}, action, audit.Success); got != n {
			t.Errorf("%d entries %s, want %d", got, action, n)
		}
	}
	if n := w.entries(id.ID{}, audit.ImportSeats, audit.Refused); n != 3 {
		t.Errorf("%d entries about refused rows, want 3", n)
	}
	w.honest()

	again := outcomes(w.imported(boss, in))
	same(t, "the file once more", again, []string{
		"2 Anna UNCHANGED", "3 OLD UNCHANGED", want[2], want[3], "6 ben UNCHANGED", "7 clara UNCHANGED", want[6],
	})
	if n := w.entries(id.ID{}, audit.UpdateSeat, audit.Success); n != 2 {
		t.Errorf("what is unchanged left %d entries", n-2)
	}
}

func TestAFileEnrolls(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	under := w.profile(rules{auth: lifecycle.EnrollmentCode, changes: profile.RuleChanges{CodeLength: ptr(8)}})
	w.seat(lifecycle.User, "old")
	in := w.file(
		"seat_id,email,enrollment_code,enrollment_email",
		"old,,,",
		"anna,anna@example.com,abcd2345,",
		"ben,ben@example.com,SHORT,",
		"clara,clara@example.com,,nowhere",
		"dora,dora@example.com,,dora@home.example",
		"emil,,,",
	)
	in.ProfileID = &under
	ends := morning.Add(3 * day)
	in.ExpiresAt = &ends
	in.IdempotencyKey = ptr("k")
	want := []string{
		"2 old ENROLLED", "3 anna CREATED", "4 ben REFUSED INVALID input.csv.4.enrollment_code", "5 clara REFUSED INVALID input.csv.5.enrollment_email",
		"6 dora CREATED", "7 emil REFUSED NO_SEAT_LEFT input.csv.7",
	}
	trial := in
	trial.DryRun = ptr(true)
	tried := w.imported(boss, trial)
	same(t, "a dry run", outcomes(tried), want)
	for _, r := range tried.Rows {
		if (r.Code != nil) != (r.EnrollmentURL != nil) {
			t.Errorf("row %d: a code is shown: %v, a link: %v", r.Row, r.Code != nil, r.EnrollmentURL != nil)
		}
		if r.Code != nil {
			t.Error("a dry run shows a code, which nobody can use")
		}
	}
	p := w.imported(boss, in)
	same(t, "the file", outcomes(p), want)
	for n, shown := range []string{"any", "ABCD2345", "", "", "any", ""} {
		switch c := p.Rows[n].Code; {
		case shown == "" && c != nil, shown != "" && (c == nil || len(*c) != 8), shown == "ABCD2345" && *c != shown:
			t.Errorf("row %d shows the code %v", p.Rows[n].Row, c)
		case c != nil && !strings.Contains(p.Report, ","+*c+","):
			t.Errorf("the report does not show the code of row %d", p.Rows[n].Row)
		}
	}
	e, err := w.Inventory.EnrollmentOfRow(w.as(boss), p.Rows[4])
	if err != nil || e == nil || e.Status != lifecycle.Created || !e.ExpiresAt.Equal(ends) || e.Email != "dora@home.example" {
		t.Errorf("%+v %v", e, err)
	}
	if n := w.count(`SELECT count(*) FROM mails WHERE kind = 'INVITATION'`); n != 2 { // old has no address
		t.Errorf("%d invitations, want 2", n)
	}
	w.honest()

	repeat := w.imported(boss, in)
	same(t, "the repeat", outcomes(repeat), want)
	if !repeat.Replayed || repeat.Rows[1].Code != nil || repeat.Rows[1].EnrollmentURL != nil || strings.Contains(repeat.Report, "ABCD2345") {
		t.Errorf("the repeat shows a code again: %+v", repeat)
	}
	in.IdempotencyKey = nil
	same(t, "the file once more", outcomes(w.imported(boss, in)), []string{"2 old UNCHANGED", "3 anna UNCHANGED", want[2], want[3], "6 dora UNCHANGED", want[5]})
	if n := w.count(`SELECT count(*) FROM enrollments`); n != 3 {
		t.Errorf("%d enrollments, want 3", n)
	}
}

func TestAFileDeletes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	for _, s := range []string{"anna", "ben", "clara"} {
		w.seat(lifecycle.User, s)
	}
	w.certificate("ben", lifecycle.CertificateIssued, morning.Add(90*day))
	in := w.file("seat_id,seat_name", "ANNA,ignored", "ben,", "nobody,")
	in.Operation = seatfile.Delete
	same(t, "by who may not revoke", outcomes(w.imported(seatsOnly, in)), []string{
		"2 ANNA DELETED", "3 ben REFUSED REVOKE_PERMISSION_MISSING input.csv.3", "4 nobody REFUSED NOT_FOUND input.csv.4.seat_id",
	})
	same(t, "by who may", outcomes(w.imported(boss, in)), []string{"2 ANNA UNCHANGED", "3 ben DELETED", "4 nobody REFUSED NOT_FOUND input.csv.4.seat_id"})
	if n := w.count(`SELECT count(*) FROM certificates WHERE status = 'REVOKED'`); n != 1 {
		t.Errorf("%d revoked certificates, want 1", n)
	}
	w.honest()
	back := w.imported(boss, w.file("seat_id", "anna"))
	same(t, "the seatId again", outcomes(back), []string{"2 anna CREATED"})
	w.honest()
}

func TestAFileIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	elsewhere := w.newUnit("elsewhere", 5)
	codes := w.profile(rules{auth: lifecycle.EnrollmentCode})
	for name, c := range map[string]struct {
		who   viewer.Viewer
		in    func(*inventory.ImportSeatsInput)
		code  refusal.Code
		field string
		tells string
	}{
		"without the permission":      {anna, func(*inventory.ImportSeatsInput) {}, refusal.Forbidden, "", "MANAGE_SEATS"},
		"enrolling without the right": {seatsOnly, func(in *inventory.ImportSeatsInput) { in.ProfileID = &codes }, refusal.Forbidden, "input.profileId", "MANAGE_ENROLLMENTS"},
		"another's business unit":     {person("far", lifecycle.Admin, "elsewhere"), func(*inventory.ImportSeatsInput) {}, refusal.NotFound, "input.businessUnitId", "There is no business unit"},
		"no business unit":            {boss, func(in *inventory.ImportSeatsInput) { in.BusinessUnitID = codes }, refusal.NotFound, "input.businessUnitId", "There is no business unit"},
		"a profile that never was":    {boss, func(in *inventory.ImportSeatsInput) { in.ProfileID = ptr(id.New(id.Profile)) }, refusal.NotFound, "input.profileId", "There is no certificate profile"},
		"a profile of another unit": {boss, func(in *inventory.ImportSeatsInput) {
			in.ProfileID = ptr(w.profile(rules{unit: elsewhere, auth: lifecycle.EnrollmentCode}))
		}, refusal.Invalid, "input.profileId", "Unit elsewhere"},
		"a profile for another type": {boss, func(in *inventory.ImportSeatsInput) {
			in.ProfileID = ptr(w.profile(rules{kind: lifecycle.Device, auth: lifecycle.EnrollmentCode}))
		}, refusal.WrongSeatType, "input.profileId", "DEVICE"},
		"a profile with approvals": {boss, func(in *inventory.ImportSeatsInput) { in.ProfileID = ptr(w.profile(rules{})) }, refusal.WrongMethod, "input.profileId", "MANUAL_APPROVAL"},
		"an archived profile": {boss, func(in *inventory.ImportSeatsInput) {
			in.ProfileID = ptr(w.profile(rules{auth: lifecycle.EnrollmentCode}))
			_, err := w.Profiles.Archive(w.as(boss), profile.ArchiveCertificateProfileInput{ID: *in.ProfileID})
			granted(t, err)
		}, refusal.ProfileArchived, "input.profileId", "archived"},
		"a code's end in the past": {boss, func(in *inventory.ImportSeatsInput) {
			in.ProfileID, in.ExpiresAt = &codes, ptr(morning.Add(-time.Hour))
		}, refusal.Invalid, "input.expiresAt", "after now"},
		"an end without a profile": {boss, func(in *inventory.ImportSeatsInput) { in.ExpiresAt = ptr(morning.Add(time.Hour)) }, refusal.Invalid, "input.expiresAt", "Name the profile"},
		"a code without a profile": {boss, func(in *inventory.ImportSeatsInput) { in.Csv = "seat_id,enrollment_code\na,\nb,123456\n" }, refusal.Invalid, "input.profileId", "Row 3 has an enrollment_code"},
		"deleting under a profile": {boss, func(in *inventory.ImportSeatsInput) { in.Operation, in.ProfileID = seatfile.Delete, &codes }, refusal.Invalid, "input.profileId", "Leave the profile out"},
		"an unknown column":        {boss, func(in *inventory.ImportSeatsInput) { in.Csv = "seat_id,mail\na,b\n" }, refusal.Invalid, "input.csv", `"mail"`},
		"no seat_id":               {boss, func(in *inventory.ImportSeatsInput) { in.Csv = "seat_name\nAnna\n" }, refusal.Invalid, "input.csv", "seat_id"},
		"nothing":                  {boss, func(in *inventory.ImportSeatsInput) { in.Csv = "" }, refusal.Invalid, "input.csv", "file"},
		"a row that has slipped":   {boss, func(in *inventory.ImportSeatsInput) { in.Csv = "seat_id,seat_name\na,b,c\n" }, refusal.Invalid, "input.csv", "row 2"},
		"too many rows": {boss, func(in *inventory.ImportSeatsInput) {
			in.Csv = "seat_id\n" + strings.Repeat("x\n", 5_001)
		}, refusal.TooMany, "input.csv", "gatehouse seats import"},
	} {
		in := w.file("seat_id", "never")
		c.in(&in)
		before := w.count(`SELECT count(*) FROM audit_entries WHERE action = 'IMPORT_SEATS' AND outcome = 'REFUSED' AND code = $1`, c.code)
		p, err := w.Inventory.ImportSeats(w.as(c.who), in)
		granted(t, err)
		if len(p.Rows) > 0 || p.Report != "" || code(p.UserErrors) != c.code || strings.Join(p.UserErrors[0].Field, ".") != c.field || !strings.Contains(p.UserErrors[0].Message, c.tells) {
			t.Errorf("%s: %+v", name, p)
		}
		if n := w.count(`SELECT count(*) FROM audit_entries WHERE action = 'IMPORT_SEATS' AND outcome = 'REFUSED' AND code = $1`, c.code) - before; n != 1 {
			t.Errorf("%s leaves %d entries, want 1", name, n)
		}
	}
	if n := w.count(`SELECT count(*) FROM seats`); n != 0 {
		t.Errorf("%d seats were made", n)
	}
	if n := w.count(`SELECT count(*) FROM audit_entries WHERE action = 'IMPORT_SEATS' AND business_unit_id = $1`, elsewhere.UUID); n != 0 {
		t.Errorf("%d attempts at the one business unit are told to the other, whose profile was named", n)
	}
}

func TestRowsOfAnExportedFileBelongToTheirSeats(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	same(t, "the file", outcomes(w.imported(boss, w.file(
		"seat_id,seat_type,business_unit,status", "anna,USER,research,CREATED", "tool,DEVICE,research,CREATED", "ben,USER,finance,CREATED",
	))), []string{"2 anna CREATED", "3 tool REFUSED INVALID input.csv.3.seat_type", "4 ben REFUSED INVALID input.csv.4.business_unit"})
}

// TestAFileTakesTheSameStatementsWhateverItsSize also when its rows come to
// different ends.
func TestAFileTakesTheSameStatementsWhateverItsSize(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2000)
	under := w.profile(rules{auth: lifecycle.EnrollmentCode})
	var statements atomic.Int64
	told := func(context.Context, string) { statements.Add(1) }
	counted := func(op seatfile.Operation, name string, n int) int64 {
		lines := []string{"seat_id,seat_name,email"}
		for row := range n {
			lines = append(lines, fmt.Sprintf("%s-%d,%s,%d@example.com", name, row, name, row))
		}
		in := w.file(lines...)
		if in.Operation = op; op == seatfile.CreateOrUpdate {
			in.ProfileID = &under
		}
		w.onStatement.Store(&told)
		defer w.onStatement.Store(nil)
		before := statements.Load()
		w.imported(boss, in)
		return statements.Load() - before
	}
	for _, step := range []struct {
		what string
		op   seatfile.Operation
	}{{"create and enroll", seatfile.CreateOrUpdate}, {"find unchanged", seatfile.CreateOrUpdate}, {"delete", seatfile.Delete}, {"find deleted", seatfile.Delete}} {
		if few, many := counted(step.op, "few", 3), counted(step.op, "many", 600); few != many {
			t.Errorf("to %s 3 seats takes %d statements, and 600 take %d", step.what, few, many)
		}
	}
	w.honest()
}

func TestTwoWhoSendTheSameFileMakeEachSeatOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 40)
	under := w.profile(rules{auth: lifecycle.EnrollmentCode})
	lines := []string{"seat_id,seat_name"}
	for n := range 60 {
		lines = append(lines, fmt.Sprintf("seat-%02d,Name %d", (n*37)%60, n))
	}
	in := w.file(lines...)
	in.ProfileID = &under
	var start, done sync.WaitGroup
	start.Add(1)
	for n := range 6 {
		done.Go(func() {
			start.Wait()
			mine := in
			if n%3 == 2 {
				mine.Operation, mine.ProfileID = seatfile.Delete, nil
			}
			if p, err := w.Inventory.ImportSeats(w.as(boss), mine); err != nil || len(p.UserErrors) > 0 {
				t.Errorf("%v %+v", err, p)
			}
		})
	}
	start.Done()
	done.Wait()
	if n := w.count(`SELECT count(*) FROM seats WHERE deleted_at IS NULL`); n > 40 {
		t.Errorf("%d seats on 40 licences", n)
	}
	w.honest()
}
