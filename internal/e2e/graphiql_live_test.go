//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// The tabs about lists, jobs and what is live answer as they are, on the demo data, and
// GraphiQL follows a subscription until its button is pressed.
func TestGraphiQLShowsListsJobsAndWhatIsLive(t *testing.T) {
	t.Parallel()
	server := startDev(t, demoDir(t))
	p := openGraphiQL(t, server.url)

	p.openTab(t, "Views")
	var views struct {
		Views struct{ Nodes []struct{ Name string } }
	}
	p.run(t, &views)
	if len(views.Views.Nodes) < 3 {
		t.Errorf("the demo organisation shares %v", views.Views.Nodes)
	}
	p.picture(t, "views")

	p.openTab(t, "DryRun")
	var started struct {
		StartBulkAction struct {
			Job *struct{ ID string }
		}
	}
	p.run(t, &started)
	if started.StartBulkAction.Job == nil {
		t.Fatal("no dry run was started")
	}
	p.picture(t, "dry-run")

	p.openTab(t, "Jobs")
	var jobs struct {
		Jobs struct{ Nodes []struct{ ID string } }
	}
	p.run(t, &jobs)
	if len(jobs.Jobs.Nodes) != 3 || jobs.Jobs.Nodes[0].ID != started.StartBulkAction.Job.ID {
		t.Errorf("the jobs are %v", jobs.Jobs.Nodes)
	}
	p.picture(t, "jobs")

	p.openTab(t, "Live")
	p.do(t, "following", chromedp.Click(".graphiql-execute-button", chromedp.ByQuery))
	p.until(t, "the figures", resultEditor+`.getValue().includes('"consumed"')`)
	var before, after string
	p.read(t, resultEditor+`.getValue()`, &before)
	as(t, server.url, "ada-byrne", "Ada Byrne", "ADMIN").openUnit(t, "followed", "Followed", "UNIFIED", 3)
	p.until(t, "other figures", resultEditor+`.getValue().includes('"allocated"') && !`+resultEditor+`.getValue().includes(`+allocatedIn(before)+`)`)
	p.picture(t, "live")
	p.do(t, "ending it", chromedp.Click(".graphiql-execute-button", chromedp.ByQuery))
	p.until(t, "the button to offer it anew", `document.querySelector(".graphiql-execute-button").getAttribute("aria-label").startsWith("Execute")`)
	p.read(t, resultEditor+`.getValue()`, &after)
	if strings.Contains(after, "errors") {
		t.Errorf("ended by its button, it says\n%s", after)
	}
	p.isClean(t, server.url)
}

// allocatedIn is the line of the allocated licences in an answer, as a text of JavaScript.
func allocatedIn(answer string) string {
	for line := range strings.Lines(answer) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, `"allocated"`) {
			return "'" + line + "'"
		}
	}
	return "'nothing'"
}
