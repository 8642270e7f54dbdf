package main

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/internal/bulk"
	"gatehouse/internal/export"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/view"
	"gatehouse/internal/world"
)

// TestNoDownloadAroundTheBusinessUnits tries each address of /export for what belongs to
// sales: with its own token, with one of another business unit, and with one of the
// first person who belongs to another business unit since. (What is asked by GraphQL is
// tried by TestNoWayAroundTheBusinessUnits, the mailbox by package devmailbox.)
func TestNoDownloadAroundTheBusinessUnits(t *testing.T) {
	t.Parallel()
	e := newExporting(t, nil)
	mine := world.In(world.Person("sales", lifecycle.Admin), "sales")
	seats, err := e.Inventory.Seats(e.As(mine), page.Args{}, inventory.SeatListInput{})
	if err != nil || len(seats.Edges) != 1 {
		t.Fatal(err, seats)
	}
	seat := seats.Nodes()[0].ID
	started, err := e.Jobs.Start(e.As(mine), bulk.StartBulkActionInput{Action: lifecycle.BulkDelete, DryRun: new(true), Selection: bulk.Selection{IDs: []id.ID{seat}}})
	if err != nil || started.Job == nil {
		t.Fatal(err, started)
	}
	results := "/export/jobs/" + started.Job.ID.String() + ".csv"
	link := e.link(mine, export.CreateExportInput{Job: &started.Job.ID})
	saved, err := e.Views.Save(e.As(mine), view.SaveViewInput{Name: "Mine", List: view.ListInput{Seats: &inventory.SeatListInput{}}})
	if err != nil || saved.View == nil {
		t.Fatal(err, saved)
	}
	for _, row := range []struct {
		name, path, token string
		status            int
		tells             bool
	}{
		{"a list, of the business unit", "/export/seats.csv", "sales", http.StatusOK, true},
		{"a list, of another one", "/export/seats.csv", "legal", http.StatusOK, false},
		{"a list, by who has left", "/export/seats.csv", "left", http.StatusOK, false},
		{"the log, of the business unit", "/export/audit-entries.ndjson", "sales", http.StatusOK, true},
		{"the log, of another one", "/export/audit-entries.ndjson", "legal", http.StatusOK, false},
		{"through a saved view, by its owner", "/export/seats.csv?viewId=" + saved.View.ID.String(), "sales", http.StatusOK, true},
		{"through a saved view, by a stranger", "/export/seats.csv?viewId=" + saved.View.ID.String(), "legal", http.StatusNotFound, false},
		{"through a saved view, by its owner who has left", "/export/seats.csv?viewId=" + saved.View.ID.String(), "left", http.StatusOK, false},
		{"the results of a job, by its owner", results, "sales", http.StatusOK, true},
		{"the results of a job, by a stranger", results, "legal", http.StatusNotFound, false},
		{"the results of a job, by its owner who has left", results, "left", http.StatusOK, false},
		{"a link, which has the rights of its making", link, "", http.StatusOK, true},
		{"a link without its secret", strings.Split(link, "?")[0], "sales", http.StatusNotFound, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := e.get(http.MethodGet, row.path, row.token)
			text := body(t, w)
			if told := strings.Contains(text, seat.String()); w.StatusCode != row.status || told != row.tells {
				t.Errorf("%d, and the seat is told: %v; want %d, %v: %.500s", w.StatusCode, told, row.status, row.tells, text)
			}
		})
	}
}
