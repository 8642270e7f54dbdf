//go:build e2e

package e2e

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// examplePage is the folder of the page that shows frontend developers how to begin.
const examplePage = "../../examples/inventory"

// A frontend developer's page, played by an administrator: a list is narrowed, read on,
// acted on row by row and as a whole, saved, and found again by its address; what others
// do meanwhile shows by itself.
func TestTheExamplePage(t *testing.T) {
	t.Parallel()
	dir := demoDir(t)
	server := startDev(t, dir)
	hosts := make([]string, 40)
	for n := range hosts {
		hosts[n] = fmt.Sprintf("host-%02d.page.example.com", n)
	}
	o := openOffice(t, server.url, "e2e-page", "Page makers", hosts...)
	wire := openWire(t, server.url)
	url := servePage(t, wire.url)

	p := openBrowser(t)
	p.do(t, "opening the page", chromedp.Navigate(url))
	p.breaksNoRule(t, "the sign-in of the example")
	p.push(t, "Sign in")
	p.until(t, "the figures drawn", `document.querySelectorAll("svg path").length === 3 && [...document.querySelectorAll("svg path")].every((line) => line.getAttribute("d").length > 500)`)
	answer := p.answers(t)
	p.cancelsAJob(t, database(t, dir))
	p.pick(t, "To all that match", "APPROVE")
	p.pick(t, "View", "Pending approval (")
	p.pick(t, "Business unit", o.name)
	p.shows(t, 25, 40)
	p.picture(t, "example-list")
	p.breaksNoRule(t, "the list of the example")

	// A page further, and back.
	first := p.seats(t)
	p.push(t, "Next")
	p.shows(t, 15, 40)
	second := p.seats(t)
	p.push(t, "Previous")
	p.shows(t, 25, 40)
	if got := p.seats(t); got != first || strings.Contains(second, strings.Fields(first)[0]) {
		t.Errorf("the first page was %s, then came %s, then %s", first, second, got)
	}

	// Ordered, narrowed by a search and by a day, and widened again.
	p.push(t, "Seat")
	p.until(t, "the list by seat", `document.querySelector("tbody th").textContent === "host-00.page.example.com"`)
	p.find(t, "host-3")
	p.shows(t, 10, 10)
	p.find(t, "")
	p.shows(t, 25, 40)

	// One is approved: it leaves the list, and a seat is made.
	var created int
	const figure = `Number(document.querySelector("dl .created dd").textContent)`
	p.read(t, figure, &created)
	p.do(t, "approving the first", chromedp.Click(`//tr[th[.="host-00.page.example.com"]]//button[.="Approve"]`))
	p.shows(t, 25, 39)
	p.until(t, "one seat more", fmt.Sprintf(`%s === %d`, figure, created+1))

	// What somebody else does shows by itself, and stays told when one looks again.
	rita := as(t, server.url, "rita-costa", "Rita Costa", "REQUESTER")
	var done struct{}
	const withdraw = `mutation ($input: WithdrawEnrollmentInput!) { m: withdrawEnrollment(input: $input) { userErrors { message } } }`
	rita.change(t, withdraw, map[string]any{"id": o.requests[1]}, &done)
	p.shows(t, 25, 38)
	p.until(t, "the next to be the first", `document.querySelector("tbody th").textContent === "host-02.page.example.com"`)

	// Three that are ticked, in a dry run; then all that match, of which four find a licence.
	for _, host := range []string{"02", "03", "04"} {
		p.do(t, "ticking "+host, chromedp.Click(fmt.Sprintf(`input[aria-label="Select host-%s.page.example.com"]`, host), chromedp.ByQuery))
	}
	p.push(t, "Dry run")
	p.progress(t, "3 of 3: 3 would be done, 0 refused")
	p.do(t, "ticking the page", chromedp.Click(`input[aria-label="Select this page"]`, chromedp.ByQuery))
	p.do(t, "ticking none", chromedp.Click(`input[aria-label="Select this page"]`, chromedp.ByQuery))
	p.push(t, "Dry run")
	p.progress(t, "38 of 38: 4 would be done, 34 refused")
	p.shows(t, 25, 38)
	answer("")
	p.push(t, "Start…")
	p.progress(t, "38 of 38: 4 done, 34 refused")
	p.shows(t, 25, 34)
	p.picture(t, "example-job")
	p.breaksNoRule(t, "the job of the example")
	p.push(t, "Download results")
	p.tellsResults(t, 38, 4, 34)

	// The list is kept under a name, and its address finds it again.
	answer("Without a licence")
	p.push(t, "Save view…")
	p.until(t, "the saved view chosen", chosen("View")+` === "Without a licence (34)"`)
	p.until(t, "the address of the view", `location.hash.startsWith("#list=")`)
	p.shows(t, 25, 34)
	seats := p.seats(t)
	p.picture(t, "example-view")
	p.do(t, "loading the address again", chromedp.Reload())
	p.push(t, "Sign in")
	p.shows(t, 25, 34)
	p.until(t, "the filter", chosen("Business unit")+` === "`+o.name+`"`)
	if got := p.seats(t); got != seats {
		t.Errorf("the address shows %s, and showed %s", got, seats)
	}

	// What is seen through a view is narrowed, and kept as another one.
	p.pick(t, "View", "Without a licence (")
	p.find(t, "host-1")
	p.shows(t, 10, 10)
	answer("Those that begin with one")
	p.push(t, "Save view…")
	p.until(t, "the narrower view chosen", chosen("View")+` === "Those that begin with one (10)"`)
	p.shows(t, 10, 10)
	p.isTheExample(t, url, server.url)

	// What happens while the connection is broken shows when it is there again.
	wire.cut()
	rita.change(t, withdraw, map[string]any{"id": o.requests[19]}, &done)
	wire.mend()
	p.shows(t, 9, 9)
}

// servePage builds the page as its developer does, and serves it by vite beside a server.
// The test's end ends it.
func servePage(t *testing.T, server string) string {
	t.Helper()
	build := exec.CommandContext(t.Context(), "npm", "run", "build")
	build.Dir = examplePage
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the example page (after npm ci --prefix examples/inventory): %v\n%s", err, said)
	}
	ctx, end := context.WithCancel(context.Background())
	vite := exec.CommandContext(ctx, "node", "node_modules/vite/bin/vite.js", "preview", "--host", "127.0.0.1", "--port", "0")
	vite.Dir = examplePage
	vite.Env = append(bareEnvironment(), "GATEHOUSE_URL="+server, "NO_COLOR=1")
	vite.Stderr = os.Stderr
	out, err := vite.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := vite.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { end(); _ = vite.Wait() })
	local := regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if url := local.FindString(lines.Text()); url != "" {
			return url
		}
	}
	t.Fatal("vite preview told no address")
	return ""
}

// push clicks a button by its words.
func (p *tab) push(t *testing.T, button string) {
	t.Helper()
	p.do(t, "pushing "+button, chromedp.Click(fmt.Sprintf(`//button[normalize-space() = %q and not(@disabled)]`, button)))
}

// chosen is what a labelled list is at.
func chosen(label string) string {
	return fmt.Sprintf(`[...document.querySelectorAll("label")].find((l) => l.textContent.startsWith(%q)).control.selectedOptions[0].text`, label)
}

// pick takes the option that begins so from a labelled list, with the keyboard.
func (p *tab) pick(t *testing.T, label, begin string) {
	t.Helper()
	p.until(t, "the choice of "+begin, fmt.Sprintf(`[...document.querySelectorAll("option")].some((o) => o.text.startsWith(%q))`, begin))
	p.do(t, "picking "+begin, chromedp.SendKeys(fmt.Sprintf(`//label[starts-with(normalize-space(), %q)]/select`, label), begin))
	p.until(t, label+" at "+begin, chosen(label)+fmt.Sprintf(`.startsWith(%q)`, begin))
}

// find searches.
func (p *tab) find(t *testing.T, text string) {
	t.Helper()
	const box = `input[type="search"]`
	p.do(t, "searching "+text,
		chromedp.Click(box, chromedp.ByQuery),
		chromedp.KeyEvent("a", chromedp.KeyModifiers(input.ModifierCtrl)),
		chromedp.KeyEvent(kb.Delete),
		chromedp.KeyEvent(text+kb.Enter))
}

// shows waits for a page of so many rows, of so many in all.
func (p *tab) shows(t *testing.T, rows, all int) {
	t.Helper()
	p.until(t, fmt.Sprintf("%d rows of %d", rows, all), fmt.Sprintf(
		`document.querySelectorAll("tbody tr").length === %d && document.querySelector("nav [role=status]").textContent === "%d in all"`, rows, all))
}

// seats are the rows, in their order.
func (p *tab) seats(t *testing.T) (seats string) {
	t.Helper()
	p.read(t, `[...document.querySelectorAll("tbody th")].map((th) => th.textContent).join(" ")`, &seats)
	return seats
}

// progress waits for a job to have ended so.
func (p *tab) progress(t *testing.T, end string) {
	t.Helper()
	p.until(t, end, fmt.Sprintf(`document.querySelector(".job[data-status=DONE] [role=status]")?.textContent === %q`, end))
}

// answers gives back how to say what the person answers to the page's next questions.
func (p *tab) answers(t *testing.T) func(string) {
	t.Helper()
	var lock sync.Mutex
	var text string
	chromedp.ListenTarget(p.ctx, func(event any) {
		if _, asked := event.(*page.EventJavascriptDialogOpening); asked {
			go func() {
				lock.Lock()
				defer lock.Unlock()
				_ = chromedp.Run(p.ctx, page.HandleJavaScriptDialog(true).WithPromptText(text))
			}()
		}
	})
	return func(next string) {
		lock.Lock()
		defer lock.Unlock()
		text = next
	}
}

// cancelsAJob starts one on all that there is, and ends it while its second batch is held
// up: what was done stays done, and is told.
func (p *tab) cancelsAJob(t *testing.T, db *sql.DB) {
	t.Helper()
	hold, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hold.Rollback() }() // also when the test fails before
	// The list begins with the newest, and more than one batch of 500 is newer than these.
	if _, err := hold.ExecContext(t.Context(), `SELECT id FROM enrollments ORDER BY created_at LIMIT 800 FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	p.pick(t, "To all that match", "RESET")
	p.push(t, "Start…")
	p.until(t, "the first batch", `document.querySelector(".job[data-status=RUNNING] [role=status]")?.textContent.startsWith("500 of ")`)
	p.push(t, "Cancel the job")
	// It waits for the job's row, which the batch has, which waits for the test: or, once
	// that took too long for the batch, no more.
	p.eventually(t, "the button's call to wait for the batch", func() (over bool) {
		var waits bool
		if err := db.QueryRowContext(t.Context(), `SELECT EXISTS (SELECT FROM pg_locks has JOIN pg_locks wants USING (pid)
			WHERE has.locktype = 'tuple' AND has.relation = 'bulk_jobs'::regclass AND NOT wants.granted)`).Scan(&waits); err != nil {
			t.Fatal(err)
		}
		p.read(t, `document.querySelector(".job[data-status=CANCELLED]") !== null`, &over)
		return over || waits
	})
	if err := hold.Rollback(); err != nil {
		t.Fatal(err)
	}
	const told = `document.querySelector(".job[data-status=CANCELLED] [role=status]")`
	p.until(t, "the job cancelled", told)
	p.picture(t, "example-cancelled")
	var text string
	p.read(t, told+`.textContent`, &text)
	var processed, size, done, refused int
	if _, err := fmt.Sscanf(text, "%d of %d: %d done, %d refused, cancelled", &processed, &size, &done, &refused); err != nil {
		t.Fatalf("the page tells %q: %v", text, err)
	}
	if processed >= size || processed < 500 || done == 0 || done+refused != processed {
		t.Errorf("the figures do not add up: %s", text)
	}
	p.until(t, "no button to cancel what has ended", `![...document.querySelectorAll(".job button")].some((b) => b.textContent === "Cancel the job")`)
	p.push(t, "Download results")
	p.tellsResults(t, size, done, refused)
}

// tellsResults holds the downloaded results of a job to a line for each item, so many of
// them done and refused. It removes the file.
func (p *tab) tellsResults(t *testing.T, items, done, refused int) {
	t.Helper()
	var lines [][]string
	p.eventually(t, "the results", func() bool {
		files, _ := filepath.Glob(filepath.Join(p.downloads, "*.csv"))
		if len(files) != 1 {
			return false
		}
		file, err := os.Open(files[0])
		if err != nil {
			return false
		}
		defer file.Close()
		lines, err = csv.NewReader(file).ReadAll()
		return err == nil && len(lines) > 0 && os.Remove(files[0]) == nil
	})
	outcomes := map[string]int{}
	for _, line := range lines[1:] {
		for _, cell := range line {
			outcomes[cell]++
		}
	}
	if len(lines) != items+1 || outcomes["DONE"] != done || outcomes["REFUSED"] != refused {
		t.Errorf("the results have %d lines and the outcomes %d DONE, %d REFUSED; want %d, %d and %d", len(lines), outcomes["DONE"], outcomes["REFUSED"], items+1, done, refused)
	}
}

// isTheExample holds the page to an empty console, and to asking nobody but its own
// address, and the server for what it downloads.
func (p *tab) isTheExample(t *testing.T, url, server string) {
	t.Helper()
	socket := "ws" + strings.TrimPrefix(url, "http") + "/graphql"
	for _, asked := range p.watched.elsewhere(url) {
		if asked != socket && !strings.HasPrefix(asked, server+"/export/exp_") {
			t.Errorf("the page asked elsewhere: %s", asked)
		}
	}
	if got := p.watched.wrong(); len(got) > 0 {
		t.Errorf("the page's console is not empty:\n%s", strings.Join(got, "\n"))
	}
}
