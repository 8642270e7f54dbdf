package export_test

import (
	"testing"

	"gatehouse/internal/bulk"
	"gatehouse/internal/export"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/world"
)

// TestTheResultsOfAJob: those of the things that their reader sees, by a link as well.
func TestTheResultsOfAJob(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	boss := world.Boss()
	listed, err := p.Inventory.Enrollments(p.As(boss), page.Args{}, inventory.EnrollmentListInput{}, nil)
	if err != nil || len(listed.Edges) != 2 {
		t.Fatal(listed, err)
	}
	var ids []id.ID
	for _, e := range listed.Nodes() {
		ids = append(ids, e.ID)
	}
	reject := bulk.StartBulkActionInput{Action: lifecycle.BulkReject, Selection: bulk.Selection{IDs: ids}, Input: &inventory.BulkActionInput{Reason: new("not this year")}}
	started, err := p.Jobs.Start(p.As(boss), reject)
	if err != nil || len(started.UserErrors) > 0 {
		t.Fatal(err, started)
	}
	worker, err := job.New(p.Bulk, job.Options{Handlers: map[string]job.Handler{bulk.BatchJob: p.Jobs.Batch}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := worker.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	content := export.Content{Job: &started.Job.ID, Format: lifecycle.CSV}
	rows := table(t, p.text(p.As(boss), t, content))
	if len(rows) != 3 || len(rows[0]) != 5 || rows[1][1] != ids[0].String() || rows[1][2] != "DONE" || rows[2][1] != ids[1].String() {
		t.Errorf("all units: %v", rows)
	}
	in := export.CreateExportInput{Job: &started.Job.ID, Columns: []string{"id", "outcome"}}
	one, secret := p.link(boss, in)
	ctx, c, err := p.Exports.Open(t.Context(), one, secret)
	if err != nil {
		t.Fatal(err)
	}
	if rows := table(t, p.text(ctx, t, c)); len(rows) != 3 || len(rows[1]) != 2 {
		t.Errorf("by a link: %v", rows)
	}
	// The one who started it, with a token of today that names one business unit.
	rows = table(t, p.text(p.As(world.In(boss, "sales")), t, content))
	if len(rows) != 2 {
		t.Errorf("of one unit: %v", rows)
	}
	for _, v := range []string{"legal", "marketing"} {
		_, err := p.Exports.Begin(p.As(world.In(world.Person("other", lifecycle.Admin), v)), content, nil)
		if got := refused(t, err); got != "NOT_FOUND input.job" {
			t.Errorf("somebody else of %s: %q (%v)", v, got, err)
		}
	}
}
