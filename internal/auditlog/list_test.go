package auditlog_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/auditlog"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

func TestWhoSeesWhichEntries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sales, legal := id.New(id.BusinessUnit), id.New(id.BusinessUnit)
	inSales := w.write(line{unit: sales.UUID})
	inLegal := w.write(line{unit: legal.UUID, after: time.Second})
	ofNone := w.write(line{resource: audit.License, after: 2 * time.Second})
	tests := []struct {
		name  string
		role  lifecycle.Role
		units []string
		want  []uuid.UUID
	}{
		{"all business units: also what belongs to none", lifecycle.Auditor, []string{"*"}, []uuid.UUID{ofNone, inLegal, inSales}},
		{"one business unit", lifecycle.Auditor, []string{sales.String()}, []uuid.UUID{inSales}},
		{"two business units", lifecycle.Admin, []string{sales.String(), legal.String()}, []uuid.UUID{inLegal, inSales}},
		{"a business unit by a name that nobody knows", lifecycle.Auditor, []string{"nowhere"}, nil},
		{"no business unit", lifecycle.Auditor, nil, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ctx := as(t, test.role, test.units...)
			got, err := w.log.List(ctx, page.Args{}, auditlog.ListInput{})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(ids(got.Nodes()), test.want) {
				t.Errorf("the list is %v, want %v", ids(got.Nodes()), test.want)
			}
			if n, err := got.TotalCount(ctx); err != nil || n != len(test.want) {
				t.Errorf("totalCount is %d (%v), want %d", n, err, len(test.want))
			}
			byID, err := w.log.ByIDs(ctx, []uuid.UUID{inSales, inLegal, ofNone, uuid.New()})
			if err != nil || len(byID) != len(test.want) {
				t.Errorf("by id %d exist (%v), want %d", len(byID), err, len(test.want))
			}
			for _, one := range test.want {
				if byID[one] == nil {
					t.Errorf("%s is in the list and not there by id", one)
				}
			}
		})
	}
}

func TestTheLogNeedsItsPermission(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	entry := w.write(line{})
	for _, role := range lifecycle.Roles {
		ctx := as(t, role, "*")
		v, _ := viewer.From(ctx)
		got, err := w.log.List(ctx, page.Args{}, auditlog.ListInput{})
		byID, byIDErr := w.log.ByIDs(ctx, []uuid.UUID{entry})
		if byIDErr != nil {
			t.Fatal(byIDErr)
		}
		if v.May(lifecycle.ViewAuditLog) {
			if err != nil || len(got.Edges) != 1 || len(byID) != 1 {
				t.Errorf("%s may read the log and does not (%v)", role, err)
			}
			continue
		}
		if no := refusal.Find(err); no == nil || no.Code != refusal.Forbidden || !strings.Contains(no.Message, "VIEW_AUDIT_LOG") || !strings.Contains(no.Message, string(lifecycle.Auditor)) {
			t.Errorf("%s is told %v, want FORBIDDEN that names the permission and who has it", role, err)
		}
		if len(byID) != 0 {
			t.Errorf("%s reads an entry by its id", role)
		}
	}
	if _, err := w.log.List(t.Context(), page.Args{}, auditlog.ListInput{}); refusal.Find(err) == nil {
		t.Errorf("nobody reads the log: %v", err)
	}
}

func TestAnEntryTellsEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	unit, seat := id.New(id.BusinessUnit), id.New(id.Seat)
	w.write(line{after: time.Microsecond, thing: seat.UUID, unit: unit.UUID, code: "NO_SEAT_LEFT"})
	got, err := w.log.List(as(t, lifecycle.Auditor, "*"), page.Args{}, auditlog.ListInput{})
	if err != nil || len(got.Edges) != 1 {
		t.Fatal(got, err)
	}
	e, code, after := got.Nodes()[0], refusal.NoSeatLeft, "Printer"
	want := auditlog.Entry{
		ID: e.ID, At: noon.Add(time.Microsecond),
		Actor:  auditlog.Actor{Kind: viewer.User, Issuer: "https://idp", Subject: "anna", Name: "Anna", Roles: []lifecycle.Role{lifecycle.Approver}},
		Action: audit.UpdateSeat, ResourceType: audit.Seat, ResourceID: &seat, Outcome: audit.Refused, Code: &code,
		RequestID: "req-1", ClientAddress: "192.0.2.7", Comment: "as agreed", Changes: []audit.Change{{Field: "name", After: &after}},
		Unit: unit.UUID, Units: e.Units,
	}
	if !reflect.DeepEqual(*e, want) || e.ID.Kind != id.AuditEntry {
		t.Errorf("the entry is\n%+v, want\n%+v", *e, want)
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sales, legal := id.New(id.BusinessUnit), id.New(id.BusinessUnit)
	seat, enrollment := id.New(id.Seat), id.New(id.Enrollment)
	made := w.write(line{after: 1 * time.Minute, action: audit.CreateSeat, thing: seat.UUID, unit: sales.UUID})
	asked := w.write(line{after: 2 * time.Minute, action: audit.Request, resource: audit.Enrollment, thing: enrollment.UUID, unit: sales.UUID, actor: "bob"})
	denied := w.write(line{after: 3 * time.Minute, action: audit.Approve, resource: audit.Enrollment, thing: enrollment.UUID, unit: sales.UUID, actor: "bob", code: "OWN_REQUEST", request: "req-2"})
	approved := w.write(line{after: 4 * time.Minute, action: audit.Approve, resource: audit.Enrollment, thing: enrollment.UUID, unit: sales.UUID})
	bought := w.write(line{after: 5 * time.Minute, action: audit.SetPurchasedSeats, resource: audit.License})
	other := w.write(line{after: 6 * time.Minute, action: audit.Approve, resource: audit.Enrollment, thing: uuid.New(), unit: legal.UUID})
	minute := func(n time.Duration) *time.Time { at := noon.Add(n * time.Minute); return &at }
	tests := []struct {
		name   string
		filter auditlog.Filter
		want   []uuid.UUID
	}{
		{"nothing asked for narrows nothing", auditlog.Filter{}, []uuid.UUID{other, bought, approved, denied, asked, made}},
		{"an actor", auditlog.Filter{ActorSubjects: []string{"bob"}}, []uuid.UUID{denied, asked}},
		{"an actor named twice", auditlog.Filter{ActorSubjects: []string{"bob", "bob"}}, []uuid.UUID{denied, asked}},
		{"two actions", auditlog.Filter{Actions: []audit.Action{audit.CreateSeat, audit.Request}}, []uuid.UUID{asked, made}},
		{"a type", auditlog.Filter{ResourceTypes: []audit.Resource{audit.License}}, []uuid.UUID{bought}},
		{"a thing", auditlog.Filter{ResourceIDs: []id.ID{enrollment}}, []uuid.UUID{approved, denied, asked}},
		{"things named twice", auditlog.Filter{ResourceIDs: []id.ID{seat, enrollment, seat}}, []uuid.UUID{approved, denied, asked, made}},
		{"a thing under the wrong kind of id", auditlog.Filter{ResourceIDs: []id.ID{id.Of(id.Seat, enrollment.UUID)}}, nil},
		{"a kind of id that has no entries", auditlog.Filter{ResourceIDs: []id.ID{id.Of(id.Mail, enrollment.UUID)}}, nil},
		{"a business unit", auditlog.Filter{BusinessUnitIDs: []id.ID{legal}}, []uuid.UUID{other}},
		{"refused", auditlog.Filter{Outcomes: []audit.Outcome{audit.Refused, audit.Failure}}, []uuid.UUID{denied}},
		{"done", auditlog.Filter{Outcomes: []audit.Outcome{audit.Success}}, []uuid.UUID{other, bought, approved, asked, made}},
		{"since an instant, included", auditlog.Filter{Since: minute(5)}, []uuid.UUID{other, bought}},
		{"before an instant, excluded", auditlog.Filter{Before: minute(2)}, []uuid.UUID{made}},
		{"an actor within a time", auditlog.Filter{ActorSubjects: []string{"bob"}, Since: minute(2), Before: minute(3)}, []uuid.UUID{asked}},
		{"an action in a business unit", auditlog.Filter{Actions: []audit.Action{audit.Approve}, BusinessUnitIDs: []id.ID{sales}}, []uuid.UUID{approved, denied}},
		{"everything at once", auditlog.Filter{ActorSubjects: []string{"bob"}, Actions: []audit.Action{audit.Approve}, ResourceTypes: []audit.Resource{audit.Enrollment},
			ResourceIDs: []id.ID{enrollment}, BusinessUnitIDs: []id.ID{sales, legal}, Outcomes: []audit.Outcome{audit.Refused}, Since: minute(0), Before: minute(9)}, []uuid.UUID{denied}},
		{"a code", auditlog.Filter{Codes: []refusal.Code{refusal.OwnRequest, refusal.NoSeatLeft, refusal.OwnRequest}}, []uuid.UUID{denied}},
		{"a code that nobody met", auditlog.Filter{Codes: []refusal.Code{refusal.NoSeatLeft}}, nil},
		{"a request", auditlog.Filter{RequestID: new("req-2")}, []uuid.UUID{denied}},
		{"a request of an actor", auditlog.Filter{RequestID: new("req-1"), ActorSubjects: []string{"bob"}}, []uuid.UUID{asked}},
		{"all acts but some", auditlog.Filter{ExcludeActions: []audit.Action{audit.Approve, audit.CreateSeat}}, []uuid.UUID{bought, asked}},
		{"all actors but one", auditlog.Filter{ExcludeActorSubjects: []string{"bob"}}, []uuid.UUID{other, bought, approved, made}},
		{"an act and all acts but that", auditlog.Filter{Actions: []audit.Action{audit.Approve}, ExcludeActions: []audit.Action{audit.Approve}}, nil},
		{"no act and nobody left out", auditlog.Filter{ExcludeActions: []audit.Action{}, ExcludeActorSubjects: []string{}}, []uuid.UUID{other, bought, approved, denied, asked, made}},
		{"an empty list of codes", auditlog.Filter{Codes: []refusal.Code{}}, nil},
		{"an empty list of actors", auditlog.Filter{ActorSubjects: []string{}}, nil},
		{"an empty list of actions", auditlog.Filter{Actions: []audit.Action{}}, nil},
		{"an empty list of types", auditlog.Filter{ResourceTypes: []audit.Resource{}}, nil},
		{"an empty list of things", auditlog.Filter{ResourceIDs: []id.ID{}}, nil},
		{"an empty list of business units", auditlog.Filter{BusinessUnitIDs: []id.ID{}}, nil},
		{"an empty list of outcomes", auditlog.Filter{Outcomes: []audit.Outcome{}}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ctx := as(t, lifecycle.Auditor, "*")
			for _, direction := range []page.Direction{page.Descending, page.Ascending} {
				want := slices.Clone(test.want)
				if direction == page.Ascending {
					slices.Reverse(want)
				}
				got, err := w.log.List(ctx, page.Args{}, auditlog.ListInput{Filter: &test.filter, OrderBy: &auditlog.Order{Direction: direction}})
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(ids(got.Nodes()), want) {
					t.Errorf("%s: the list is %v, want %v", direction, ids(got.Nodes()), want)
				}
				if n, err := got.TotalCount(ctx); err != nil || n != len(want) {
					t.Errorf("%s: totalCount is %d (%v), want %d", direction, n, err, len(want))
				}
			}
		})
	}
	t.Run("a filter never leads out of the viewer's business units", func(t *testing.T) {
		t.Parallel()
		got, err := w.log.List(as(t, lifecycle.Auditor, legal.String()), page.Args{}, auditlog.ListInput{Filter: &auditlog.Filter{BusinessUnitIDs: []id.ID{sales}}})
		if err != nil || len(got.Edges) != 0 {
			t.Errorf("%d entries of another business unit (%v)", len(got.Edges), err)
		}
		got, err = w.log.List(as(t, lifecycle.Auditor, legal.String()), page.Args{}, auditlog.ListInput{Filter: &auditlog.Filter{ResourceIDs: []id.ID{enrollment, seat}}})
		if err != nil || len(got.Edges) != 0 {
			t.Errorf("%d entries about things of another business unit (%v)", len(got.Edges), err)
		}
	})
}

func TestPagesTileTheList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 23 { // three at each instant: the id decides among them
		w.write(line{after: time.Duration(n/3) * time.Microsecond, actor: []string{"anna", "bob"}[n%2]})
	}
	ctx := as(t, lifecycle.Auditor, "*")
	filter := &auditlog.Filter{ActorSubjects: []string{"anna", "bob"}}
	most := page.Most
	whole, err := w.log.List(ctx, page.Args{First: &most}, auditlog.ListInput{Filter: filter})
	if err != nil || len(whole.Edges) != 23 {
		t.Fatal(len(whole.Edges), err)
	}
	five := 5
	var forward []uuid.UUID
	for args := (page.Args{First: &five}); ; {
		got, err := w.log.List(ctx, args, auditlog.ListInput{Filter: filter})
		if err != nil {
			t.Fatal(err)
		}
		forward = append(forward, ids(got.Nodes())...)
		if !got.PageInfo.HasNextPage {
			break
		}
		args.After = got.PageInfo.EndCursor
	}
	var backward []uuid.UUID
	for args := (page.Args{Last: &five}); ; {
		got, err := w.log.List(ctx, args, auditlog.ListInput{Filter: filter})
		if err != nil {
			t.Fatal(err)
		}
		backward = append(ids(got.Nodes()), backward...)
		if !got.PageInfo.HasPreviousPage {
			break
		}
		args.Before = got.PageInfo.StartCursor
	}
	if !slices.Equal(forward, ids(whole.Nodes())) || !slices.Equal(backward, ids(whole.Nodes())) {
		t.Errorf("pages of five do not make up the list:\nforward  %v\nbackward %v\nlist     %v", forward, backward, ids(whole.Nodes()))
	}
	if _, err := w.log.List(ctx, page.Args{First: &five, After: whole.PageInfo.StartCursor}, auditlog.ListInput{}); refusal.Find(err) == nil || refusal.Find(err).Code != refusal.Invalid {
		t.Errorf("a cursor of another filter is taken: %v", err)
	}
}

func TestBroadFilters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sales := id.New(id.BusinessUnit)
	w.exec(`INSERT INTO audit_entries (id, at, actor_kind, actor_issuer, actor_subject, actor_roles, action, resource_type, resource_id, business_unit_id, outcome, changes)
		SELECT gen_random_uuid(), $1::timestamptz + n * interval '1 second', 'SYSTEM', 'gatehouse', 'system', '[]', 'EXPIRE', (ARRAY['ENROLLMENT', 'SEAT'])[n % 2 + 1], gen_random_uuid(), $2, 'SUCCESS', '[]'
		FROM generate_series(1, $3::int) n`, noon, sales.UUID, page.MaxCandidates+50)
	rare := w.write(line{after: -time.Hour, actor: "system", action: audit.AddNote, resource: audit.Enrollment, thing: uuid.New(), unit: sales.UUID})
	profile := w.write(line{after: -time.Hour, action: audit.CreateProfile, resource: audit.Profile, thing: uuid.New(), unit: sales.UUID})
	since, until := noon.Add(-2*time.Hour), noon
	tests := []struct {
		name   string
		filter auditlog.Filter
		broad  bool
		want   []uuid.UUID
	}{
		{"all that another did: no index tells", auditlog.Filter{ExcludeActorSubjects: []string{"system"}}, true, nil},
		{"the same within a time", auditlog.Filter{ExcludeActorSubjects: []string{"system"}, Since: &since, Before: &until}, false, []uuid.UUID{profile}},
		{"a type that is rare: its index tells", auditlog.Filter{ResourceTypes: []audit.Resource{audit.Profile}}, false, []uuid.UUID{profile}},
		{"a busy actor's rare act: the act's index tells", auditlog.Filter{ActorSubjects: []string{"system"}, Actions: []audit.Action{audit.AddNote}}, false, []uuid.UUID{rare}},
		{"a busy business unit's rare act", auditlog.Filter{BusinessUnitIDs: []id.ID{sales}, Actions: []audit.Action{audit.AddNote}}, false, []uuid.UUID{rare}},
		{"a busy actor's acts that never were", auditlog.Filter{ActorSubjects: []string{"system"}, Actions: []audit.Action{audit.Redeem}}, false, nil},
		{"a busy actor's rare type", auditlog.Filter{ActorSubjects: []string{"system"}, ResourceTypes: []audit.Resource{audit.Profile}}, false, nil},
		{"a busy actor's rare outcome", auditlog.Filter{ActorSubjects: []string{"system"}, Outcomes: []audit.Outcome{audit.Success}, ExcludeActions: []audit.Action{audit.Expire}}, true, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ctx := as(t, lifecycle.Auditor, "*")
			got, err := w.log.List(ctx, page.Args{}, auditlog.ListInput{Filter: &test.filter})
			if no := refusal.Find(err); (no != nil && no.Code == page.TooBroad) != test.broad || err != nil && no == nil {
				t.Fatalf("FILTER_TOO_BROAD is %v, want %v (%v)", no, test.broad, err)
			}
			if test.broad {
				return
			}
			if !slices.Equal(ids(got.Nodes()), test.want) {
				t.Errorf("the list is %v, want %v", ids(got.Nodes()), test.want)
			}
			if n, err := got.TotalCount(ctx); err != nil || n != len(test.want) {
				t.Errorf("totalCount is %d (%v), want %d", n, err, len(test.want))
			}
		})
	}
	t.Run("a filter with more than enough of it is counted up to the cap", func(t *testing.T) {
		t.Parallel()
		ctx := as(t, lifecycle.Auditor, "*")
		got, err := w.log.List(ctx, page.Args{}, auditlog.ListInput{Filter: &auditlog.Filter{ExcludeActions: []audit.Action{audit.CreateProfile}, ResourceTypes: []audit.Resource{audit.Enrollment, audit.Seat}}})
		if err != nil || len(got.Edges) != page.Usual {
			t.Fatal(len(got.Edges), err)
		}
		n, capped, err := w.log.Count(ctx, auditlog.ListInput{Filter: &auditlog.Filter{ExcludeActions: []audit.Action{audit.CreateProfile}}})
		if err != nil || n != page.MaxCount || !capped {
			t.Errorf("%d are counted, capped %v, %v", n, capped, err)
		}
		if n, _, err := w.log.Count(ctx, auditlog.ListInput{Filter: &auditlog.Filter{ExcludeActorSubjects: []string{"system"}}}); refusal.Find(err) == nil {
			t.Errorf("more candidates than are looked through are counted as %d (%v)", n, err)
		}
	})
	t.Run("a long list is counted up to the cap", func(t *testing.T) {
		t.Parallel()
		ctx := as(t, lifecycle.Auditor, "*")
		got, err := w.log.List(ctx, page.Args{}, auditlog.ListInput{})
		if err != nil {
			t.Fatal(err)
		}
		n, err := got.TotalCount(ctx)
		capped, _ := got.TotalCountCapped(ctx)
		if err != nil || n != page.MaxCount || !capped {
			t.Errorf("totalCount is %d, capped %v (%v)", n, capped, err)
		}
	})
}
