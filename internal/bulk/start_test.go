package bulk_test

import (
	"strings"
	"sync"
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/bulk"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
	"gatehouse/internal/view"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

func TestAStartIsRefused(t *testing.T) {
	t.Parallel()
	w := newTown(t, 2)
	request := w.requests(w.berlin, 1)[0]
	manual := w.profiles[w.berlin]
	archived := w.Profile(w.berlin, "Codes of old", world.WithCodes).ID
	if _, err := w.Profiles.Archive(w.As(boss), profile.ArchiveCertificateProfileInput{ID: archived}); err != nil {
		t.Fatal(err)
	}
	said, long := "Because.", strings.Repeat("x", 1001)
	one := bulk.Selection{IDs: []id.ID{request}}
	seat := bulk.Selection{IDs: []id.ID{nobody(id.Seat)}}
	none := []lifecycle.Status{}
	for _, c := range []struct {
		name  string
		who   viewer.Viewer
		in    bulk.StartBulkActionInput
		code  refusal.Code
		field string
		says  string
	}{
		{"without any permission", onlooker, bulk.StartBulkActionInput{Action: lifecycle.BulkApprove, Selection: one}, refusal.Forbidden, "", "startBulkAction"},
		{"without what the mutation needs", anna, bulk.StartBulkActionInput{Action: lifecycle.BulkCancel, Selection: one}, refusal.Forbidden, "", "cancelEnrollments"},
		{"nothing selected", anna, bulk.StartBulkActionInput{Action: lifecycle.BulkApprove}, refusal.Invalid, "selection", "exactly one"},
		{"two things selected", anna, bulk.StartBulkActionInput{Action: lifecycle.BulkApprove, Selection: bulk.Selection{IDs: one.IDs, Enrollments: &inventory.EnrollmentListInput{}}}, refusal.Invalid, "selection", "exactly one"},
		{"another list", anna, bulk.StartBulkActionInput{Action: lifecycle.BulkApprove, Selection: bulk.Selection{Seats: &inventory.SeatListInput{}}}, refusal.Invalid, "selection.seats", "APPROVE is done to enrollments"},
		{"no id", anna, bulk.StartBulkActionInput{Action: lifecycle.BulkApprove, Selection: bulk.Selection{IDs: []id.ID{}}}, refusal.Invalid, "selection.ids", "at least one enrollment"},
		{"too many ids", anna, bulk.StartBulkActionInput{Action: lifecycle.BulkApprove, Selection: bulk.Selection{IDs: make([]id.ID, 1001)}}, refusal.TooMany, "selection.ids", "up to 1000"},
		{"another kind of id", anna, bulk.StartBulkActionInput{Action: lifecycle.BulkApprove, Selection: bulk.Selection{IDs: []id.ID{request, nobody(id.Seat)}}}, refusal.Invalid, "selection.ids.1", "the id of something else"},
		{"a list that shows nothing", anna, bulk.StartBulkActionInput{Action: lifecycle.BulkApprove, Selection: bulk.Selection{Enrollments: &inventory.EnrollmentListInput{Filter: &inventory.EnrollmentFilter{Statuses: none}}}}, refusal.Invalid, "selection.enrollments", "shows no enrollment"},
		{"what the action does not take", anna, bulk.StartBulkActionInput{Action: lifecycle.BulkApprove, Selection: one, Input: &inventory.BulkActionInput{Reason: &said}}, refusal.Invalid, "input.reason", "APPROVE takes no reason; it takes comment."},
		{"no reason", anna, bulk.StartBulkActionInput{Action: lifecycle.BulkReject, Selection: one}, refusal.Invalid, "input.reason", ""},
		{"a comment without end", anna, bulk.StartBulkActionInput{Action: lifecycle.BulkApprove, Selection: one, Input: &inventory.BulkActionInput{Comment: &long}}, refusal.Invalid, "input.comment", "1000"},
		{"a time that has passed", manager, bulk.StartBulkActionInput{Action: lifecycle.BulkReset, Selection: one, Input: &inventory.BulkActionInput{ExpiresAt: new(w.Clock.Now())}}, refusal.Invalid, "input.expiresAt", ""},
		{"no profile", manager, bulk.StartBulkActionInput{Action: lifecycle.BulkEnroll, Selection: seat}, refusal.Invalid, "input.profileId", "ENROLL needs"},
		{"a profile that is not there", manager, bulk.StartBulkActionInput{Action: lifecycle.BulkEnroll, Selection: seat, Input: &inventory.BulkActionInput{ProfileID: new(nobody(id.Profile))}}, refusal.NotFound, "input.profileId", ""},
		{"a profile of another business unit", world.In(manager, "paris"), bulk.StartBulkActionInput{Action: lifecycle.BulkEnroll, Selection: seat, Input: &inventory.BulkActionInput{ProfileID: &archived}}, refusal.NotFound, "input.profileId", ""},
		{"a profile of another method", manager, bulk.StartBulkActionInput{Action: lifecycle.BulkEnroll, Selection: seat, Input: &inventory.BulkActionInput{ProfileID: &manual}}, refusal.WrongMethod, "input.profileId", ""},
		{"a profile that was archived", manager, bulk.StartBulkActionInput{Action: lifecycle.BulkEnroll, Selection: seat, Input: &inventory.BulkActionInput{ProfileID: &archived}}, refusal.ProfileArchived, "input.profileId", ""},
	} {
		p := w.starts(c.who, c.in)
		code, message := refusedBy(t, p.UserErrors)
		field := ""
		if len(p.UserErrors) > 0 {
			field = strings.TrimPrefix(strings.Join(p.UserErrors[0].Field, "."), "input.")
		}
		if code != c.code || field != c.field || !strings.Contains(message, c.says) || p.Job != nil {
			t.Errorf("%s: %s at %q: %s (job %v)", c.name, code, field, message, p.Job)
		}
		if n := w.count(`SELECT count(*) FROM audit_entries WHERE action = $1 AND outcome = 'REFUSED' AND code = $2`, audit.StartBulkAction, c.code); n == 0 {
			t.Errorf("%s: the attempt is not in the audit", c.name)
		}
	}
	if n := w.count(`SELECT (SELECT count(*) FROM bulk_jobs) + (SELECT count(*) FROM bulk_batches) + (SELECT count(*) FROM jobs WHERE kind = 'bulk-batch')`); n != 0 {
		t.Errorf("%d rows of jobs that were refused", n)
	}
}

func TestAStartIsWrittenDown(t *testing.T) {
	t.Parallel()
	w := newTown(t, 2)
	ids := w.requests(w.berlin, 3)
	said, key := "For the fair.", "once"
	in := bulk.StartBulkActionInput{Action: lifecycle.BulkApprove, Selection: bulk.Selection{IDs: append(ids, ids[0])}, Input: &inventory.BulkActionInput{Comment: &said}, IdempotencyKey: &key}
	p := w.starts(anna, in)
	j := p.Job
	if j == nil || len(p.UserErrors) > 0 || p.Replayed {
		t.Fatalf("%+v", p)
	}
	if j.Size != 3 || j.Status != lifecycle.JobQueued || j.Processed != 0 || j.DryRun || j.Selection != "3 named by their ids" || !j.ExpiresAt.Equal(w.Clock.Now().Add(bulk.Life)) ||
		j.StartedBy.Subject != "anna" || j.SecondsLeft != nil || j.ItemsPerSecond != nil || j.StartedAt != nil || j.Version != 1 || j.ResultsURL != "/export/jobs/"+j.ID.String()+".csv" {
		t.Errorf("the job is %+v", j)
	}
	if len(j.Outcomes) != 1 || j.Outcomes[0].Outcome != lifecycle.ItemPending || j.Outcomes[0].Count != 3 {
		t.Errorf("its outcomes are %v", j.Outcomes)
	}
	if n := w.count(`SELECT count(*) FROM audit_entries WHERE action = 'START_BULK_ACTION' AND resource_type = 'JOB' AND resource_id = $1 AND comment = $2 AND changes @> $3`,
		j.ID.UUID, "APPROVE, 3 enrollments: 3 named by their ids.", `[{"field": "size", "after": "3"}, {"field": "action", "after": "APPROVE"}, {"field": "dryRun", "after": "false"}, {"field": "selected"}]`); n != 1 {
		t.Errorf("%d entries tell of it: %v", n, w.told(`SELECT comment || changes::text FROM audit_entries WHERE at > $1 AND resource_type = 'JOB'`))
	}
	again := w.starts(anna, in)
	if again.Job == nil || again.Job.ID != j.ID || !again.Replayed || w.count(`SELECT count(*) FROM bulk_jobs`) != 1 {
		t.Errorf("the repeat shows %+v", again)
	}
	in.DryRun = new(true)
	if code, _ := refusedBy(t, w.starts(anna, in).UserErrors); code != refusal.KeyReused {
		t.Errorf("another input under the key: %q", code)
	}
	for _, c := range []struct {
		name string
		who  viewer.Viewer
		sees bool
	}{
		{"its owner", anna, true},
		{"its owner, with no business unit any more", world.In(anna), true},
		{"somebody else", ben, false},
		{"an auditor", auditor, true},
		{"an auditor of one business unit", world.In(auditor, "berlin"), false},
		{"who sees all business units and no audit log", clerk, false},
	} {
		if sees := w.job(c.who, j.ID) != nil; sees != c.sees {
			t.Errorf("%s sees it: %v", c.name, sees)
		}
		listed, err := w.Jobs.List(w.As(c.who), page.Args{}, nil)
		if err != nil || len(listed.Edges) > 0 != c.sees {
			t.Errorf("%s finds %d jobs, %v", c.name, len(listed.Edges), err)
		}
	}
}

// Lists are selected as the viewer sees them, and told in words.
func TestWhatAListShowsIsSelected(t *testing.T) {
	t.Parallel()
	w := newTown(t, 2)
	w.requests(w.berlin, 3)
	w.requests(w.paris, 2)
	w.Seats(w.berlin, lifecycle.User, "ada", "bob", "adam")
	waiting, search := inventory.ViewPendingApproval, "ada"
	for _, c := range []struct {
		name  string
		who   viewer.Viewer
		in    bulk.StartBulkActionInput
		size  int
		words string
	}{
		{"a view", anna, bulk.StartBulkActionInput{Action: lifecycle.BulkApprove, Selection: bulk.Selection{Enrollments: &inventory.EnrollmentListInput{View: &waiting}}}, 5, "all enrollments in the view PENDING_APPROVAL"},
		{"a view of one business unit", world.In(anna, "paris"), bulk.StartBulkActionInput{Action: lifecycle.BulkApprove, Selection: bulk.Selection{Enrollments: &inventory.EnrollmentListInput{View: &waiting}}}, 2, "all enrollments in the view PENDING_APPROVAL"},
		{"a filter", anna, bulk.StartBulkActionInput{Action: lifecycle.BulkApprove, Selection: bulk.Selection{Enrollments: &inventory.EnrollmentListInput{Filter: &inventory.EnrollmentFilter{BusinessUnitIDs: []id.ID{w.berlin}}}}}, 3,
			`all enrollments with businessUnitIds ["` + w.berlin.String() + `"]`},
		{"a search", manager, bulk.StartBulkActionInput{Action: lifecycle.BulkDelete, Selection: bulk.Selection{Seats: &inventory.SeatListInput{Search: &search}}}, 2, `all seats that the search "ada" finds`},
	} {
		p := w.starts(c.who, c.in)
		if p.Job == nil || p.Job.Size != c.size || p.Job.Selection != c.words {
			t.Errorf("%s: %+v, %v", c.name, p.Job, p.UserErrors)
		}
	}
}

// A job tells what the saved view showed when it was started, whatever became of the
// view since.
func TestAJobTellsWhatTheSavedViewShowed(t *testing.T) {
	t.Parallel()
	w := newTown(t, 2)
	w.Seats(w.berlin, lifecycle.User, "ada", "bob", "adam")
	search, free := "ada", inventory.SeatsNotEnrolled
	save := func(name string, in inventory.SeatListInput) *id.ID {
		p, err := w.Views.Save(w.As(manager), view.SaveViewInput{Name: name, List: view.ListInput{Seats: &in}})
		if err != nil || p.View == nil {
			t.Fatalf("%v, %+v", err, p)
		}
		return &p.View.ID
	}
	narrow := save("Lab", inventory.SeatListInput{View: &free, Search: &search, Filter: &inventory.SeatFilter{SeatTypes: []lifecycle.SeatType{lifecycle.User, lifecycle.Device}, ExcludeStatuses: []lifecycle.SeatStatus{lifecycle.SeatDeleted}}})
	whole := save("Whole", inventory.SeatListInput{})
	for _, c := range []struct {
		list inventory.SeatListInput
		size int
		says string
	}{
		{inventory.SeatListInput{ViewID: narrow, Filter: &inventory.SeatFilter{SeatTypes: []lifecycle.SeatType{lifecycle.User}}}, 2,
			`all seats that the saved view "Lab" showed then: in the view NOT_ENROLLED that the search "ada" finds with seatTypes ["USER"], excludeStatuses ["DELETED"]`},
		{inventory.SeatListInput{ViewID: whole}, 3, `all seats that the saved view "Whole" showed then: `},
	} {
		p := w.starts(manager, bulk.StartBulkActionInput{Action: lifecycle.BulkDelete, Selection: bulk.Selection{Seats: &c.list}, DryRun: new(true)})
		if p.Job == nil || p.Job.Size != c.size || !strings.HasPrefix(p.Job.Selection, c.says) {
			t.Errorf("%+v, %v; want %s", p.Job, p.UserErrors, c.says)
		}
	}
}

// Somebody has five jobs that have not ended, and no sixth, however many are started
// at once; others are not concerned.
func TestFiveJobsAtATime(t *testing.T) {
	t.Parallel()
	w := newTown(t, 2)
	ids := w.requests(w.berlin, 1)
	var wait sync.WaitGroup
	payloads := make([]*bulk.Payload, 12)
	for n := range payloads {
		wait.Go(func() {
			payloads[n], _ = w.Jobs.Start(w.As(anna), bulk.StartBulkActionInput{Action: lifecycle.BulkApprove, Selection: bulk.Selection{IDs: ids}, DryRun: new(true)})
		})
	}
	wait.Wait()
	started, refused := 0, 0
	for _, p := range payloads {
		switch {
		case p == nil:
			t.Error("a start failed")
		case p.Job != nil:
			started++
		case p.UserErrors[0].Code == refusal.TooMany:
			refused++
		}
	}
	if started != 5 || refused != 7 {
		t.Errorf("%d were started, %d refused", started, refused)
	}
	w.start(ben, lifecycle.BulkApprove, ids, dry)
	w.work()
	w.start(anna, lifecycle.BulkApprove, ids, dry) // the others have ended
}
