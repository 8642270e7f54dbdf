package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"gatehouse/internal/export"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/view"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// viewOf is the tenant's saved view of a list.
func (a *wayAround) viewOf(list lifecycle.List) string {
	return id.Of(id.View, column[uuid.UUID](a.t, a.admin, `SELECT id FROM saved_views WHERE business_unit_id = $1 AND list = $2`, a.here.unit.UUID, string(list))[0]).String()
}

// ownView saves a view of one's own that names the business unit.
func (a *wayAround) ownView(v viewer.Viewer) string {
	a.made++
	return a.ask(&v, fmt.Sprintf(`mutation { saveView(input: {name: "My view %d", list: {seats: {filter: {businessUnitIds: [%q]}}}}) { view { count { count } } } }`, a.made, a.here.unit), nil).body
}

// exported is what a download with a token holds.
func (a *wayAround) exported(content func() export.Content) func(viewer.Viewer) string {
	return func(v viewer.Viewer) string {
		settled, err := a.Exports.Begin(a.As(v), content(), nil)
		return a.written(v, settled, err)
	}
}

func (a *wayAround) written(v viewer.Viewer, content export.Content, err error) string {
	var text bytes.Buffer
	if err == nil {
		err = a.Exports.Write(a.As(v), content, &text)
	}
	if no := refusal.Find(err); err != nil && no == nil {
		a.t.Error(err)
	} else if no != nil {
		return no.Message
	}
	return text.String()
}

// link is one to the list of seats, and its secret.
func (a *wayAround) link(v viewer.Viewer) (one id.ID, secret string) {
	a.t.Helper()
	made, err := a.Exports.Create(a.As(v), export.CreateExportInput{List: &view.ListInput{Seats: &inventory.SeatListInput{}}})
	if err != nil || len(made.UserErrors) > 0 {
		a.t.Fatal(err, made)
	}
	address, secret, _ := strings.Cut(*made.Export.URL, "?secret=")
	if one, err = id.Parse(address[strings.LastIndexByte(address, '/')+1:]); err != nil {
		a.t.Fatal(err)
	}
	return one, secret
}

// opened is what whoever has a link downloads.
func (a *wayAround) opened(one id.ID, secret string) string {
	a.t.Helper()
	ctx, content, err := a.Exports.Open(a.t.Context(), one, secret)
	if err != nil {
		a.t.Fatal(err)
	}
	maker, _ := viewer.From(ctx)
	return a.written(maker, content, nil)
}

func (a *wayAround) linked(v viewer.Viewer) string { return a.opened(a.link(v)) }

// aLinkIsOfItsMaking: whoever has a link downloads with the rights of the token that
// made it, for its ten minutes, whatever became of its maker: it is as good as the file
// that could have been downloaded when it was made.
func (a *wayAround) aLinkIsOfItsMaking(insider, moved viewer.Viewer) {
	one, secret := a.link(insider)
	other, guess := a.link(moved)
	if text := a.opened(one, secret); !strings.Contains(text, "alpaca-seat-1") {
		a.t.Errorf("the link of somebody who had the right shows %.300s", text)
	}
	for name, try := range map[string]struct {
		one    id.ID
		secret string
	}{"another link's secret": {one, guess}, "another link with the secret": {other, secret}, "no secret": {one, ""}} {
		if _, _, err := a.Exports.Open(a.t.Context(), try.one, try.secret); refusal.Find(err) == nil {
			a.t.Errorf("%s: %v", name, err)
		}
	}
}

// again calls a mutation that names the business unit.
func (a *wayAround) again(call string) func(viewer.Viewer) string {
	call = strings.ReplaceAll(call, "$here", fmt.Sprintf("%q", a.here.unit))
	return a.asked("mutation { " + call + " }")
}

// delivered is what somebody's webhooks were told, by who looks at them.
func (a *wayAround) delivered(v viewer.Viewer) string {
	a.made++
	a.data(v, fmt.Sprintf(`mutation { createWebhook(input: {url: "https://hooks.example.com/all-%d"}) { secret } }`, a.made), nil)
	a.happens()
	system := a.As(viewer.TheSystem())
	if _, _, err := a.Store.Number(system, 1000); err != nil {
		a.t.Fatal(err)
	}
	if _, err := a.Webhooks.Gather(system, 1000); err != nil {
		a.t.Fatal(err)
	}
	return a.ask(&v, `{ webhooks { nodes { deliveries(first: 100) { nodes { body } } } } }`, nil).body
}

// happens has something happen here and then there.
func (a *wayAround) happens() {
	a.made++
	a.Note(world.Boss(), a.here.pending, "A note.")
	a.Request(rita(), a.open(), fmt.Sprintf("alpaca-new-%d", a.made))
	a.Request(rita(), a.there, fmt.Sprintf("yak-new-%d", a.made))
}

// open is a profile of the business unit under which requests are made.
func (a *wayAround) open() id.ID {
	return id.Of(id.Profile, column[uuid.UUID](a.t, a.admin, `SELECT profile_id FROM enrollments WHERE id = $1`, a.here.pending.UUID)[0])
}

// streamed is the first message of a subscription.
func (a *wayAround) streamed(document string) func(viewer.Viewer) string {
	return func(v viewer.Viewer) string { return a.first(v, document, func() {}) }
}

// first is the first message of a subscription, after something has happened.
func (a *wayAround) first(v viewer.Viewer, document string, happens func()) string {
	a.t.Helper()
	next := a.stream(v, document)
	happens()
	var message json.RawMessage
	next(&message)
	return string(message)
}

// changed is the first change that somebody is told of, of one here and one there.
func (a *wayAround) changed(v viewer.Viewer) string {
	return a.first(v, `subscription { enrollmentChanged(filter: {statuses: [PENDING]}) { change enrollment { seatId } } }`, func() {
		a.made++
		a.Request(rita(), a.open(), fmt.Sprintf("alpaca-new-%d", a.made))
		a.Request(rita(), a.there, fmt.Sprintf("yak-new-%d", a.made))
	})
}

// progressed is the first message about jobs, of the insider's here and one of one's own.
func (a *wayAround) progressed(v viewer.Viewer) string {
	return a.first(v, `subscription { jobProgressed { job { startedBy { subject } results { nodes { id } } } } }`, func() {
		a.starts(a.here.eve(), a.item())
		a.starts(v, id.New(id.Enrollment))
	})
}

// followed is a job as its first message shows it.
func (a *wayAround) followed(v viewer.Viewer) string {
	return a.first(v, fmt.Sprintf(`subscription { jobProgressed(id: %q) { job { results { nodes { id } } } } }`, a.here.job), func() {})
}

// starts begins a job on a request, and has it done.
func (a *wayAround) starts(v viewer.Viewer, on id.ID) {
	a.t.Helper()
	a.data(v, fmt.Sprintf(`mutation { startBulkAction(input: {action: UNLOCK, selection: {ids: [%q]}}) { job { id } } }`, on), nil)
	work(a.t, a.World)
}
