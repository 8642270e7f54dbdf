package export_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/auditlog"
	"gatehouse/internal/export"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/world"
)

// TestALinkActsAsItsMaker: whoever has it sees what its maker saw, and nothing else.
func TestALinkActsAsItsMaker(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	one, secret := p.link(world.In(world.Person("looker", lifecycle.ViewOnly), "sales"), export.CreateExportInput{List: &allSeats, Columns: []string{"seatId"}})
	for _, who := range []string{"nobody", "somebody of another unit"} {
		ctx := t.Context()
		if who != "nobody" {
			ctx = p.As(world.In(world.Person("thief", lifecycle.Admin), "legal"))
		}
		ctx, c, err := p.Exports.Open(ctx, one, secret)
		if err != nil {
			t.Fatal(err)
		}
		c, err = p.Exports.Begin(ctx, c, &one)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := p.Exports.Write(ctx, c, &out); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); !strings.HasPrefix(got, "seatId\r\n") || !strings.Contains(got, "sales-seat\r\n") || strings.Contains(got, "legal") {
			t.Errorf("%s downloads %q", who, got)
		}
	}
	entries, err := p.Log.List(p.As(world.Boss()), page.Args{}, auditlog.ListInput{Filter: &auditlog.Filter{Actions: []audit.Action{audit.DownloadExport}}})
	if err != nil || len(entries.Edges) != 2 {
		t.Fatal(entries, err)
	}
	for _, e := range entries.Nodes() {
		if e.Actor.Subject != "looker" || e.Outcome != audit.Success || e.ResourceID == nil || *e.ResourceID != one {
			t.Errorf("a download is told as %+v", e)
		}
	}
}

// TestALinkThatIsNoGood is refused in one wording, whatever is wrong with it.
func TestALinkThatIsNoGood(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	in := export.CreateExportInput{List: &allSeats}
	looker := world.Person("looker", lifecycle.ViewOnly)
	one, secret := p.link(looker, in)
	_, others := p.link(looker, in)
	if _, _, err := p.Exports.Open(t.Context(), one, secret); err != nil {
		t.Fatal(err)
	}
	p.Clock.Pass(export.LinkLife - time.Microsecond)
	if _, _, err := p.Exports.Open(t.Context(), one, secret); err != nil {
		t.Errorf("in its last moment: %v", err)
	}
	sentences := map[string]bool{}
	try := func(name string, one id.ID, secret string) {
		_, _, err := p.Exports.Open(t.Context(), one, secret)
		if no := refusal.Find(err); no == nil || no.Code != refusal.NotFound {
			t.Errorf("%s: %v", name, err)
		} else {
			sentences[no.Message] = true
		}
	}
	try("another link's secret", one, others)
	try("no secret", one, "")
	try("a part of it", one, secret[:len(secret)-1])
	try("a link that is not there", id.New(id.Export), secret)
	try("another thing's id", id.Of(id.Seat, one.UUID), secret)
	p.Clock.Pass(time.Microsecond)
	try("one that has ended", one, secret)
	if len(sentences) != 1 {
		t.Errorf("they are told apart: %v", sentences)
	}
}

// TestEndedLinksAreForgotten, once no repeat can ask for them.
func TestEndedLinksAreForgotten(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	in := export.CreateExportInput{List: &allSeats, IdempotencyKey: new("key")}
	looker := world.Person("looker", lifecycle.ViewOnly)
	p.link(looker, in)
	for _, row := range []struct {
		pass time.Duration
		left int
	}{{24*time.Hour - time.Minute, 1}, {2 * time.Hour, 0}} {
		p.Clock.Pass(row.pass)
		if _, err := p.Store.Forget(t.Context()); err != nil {
			t.Fatal(err)
		}
		var left int
		if err := p.DB.Admin(t).QueryRow(`SELECT count(*) FROM exports`).Scan(&left); err != nil || left != row.left {
			t.Errorf("%d links are left, %v, want %d", left, err, row.left)
		}
		if row.left == 1 {
			if again, err := p.Exports.Create(p.As(looker), in); err != nil || again.Export == nil || !again.Replayed {
				t.Errorf("a repeat no longer finds it: %+v, %v", again, err)
			}
		}
	}
}
