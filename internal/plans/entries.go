//go:build unix

package main

import (
	"context"
	"fmt"

	"gatehouse/internal/audit"
	"gatehouse/internal/auditlog"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// entryQuestions are any one filter of audit entries both ways, by somebody who sees
// everything; and the log of one business unit.
func entryQuestions(w *world) (all []question) {
	boss := viewer.New("https://login.example", "boss", "Somebody", "", []lifecycle.Role{lifecycle.Admin}, viewer.Units{All: true})
	local := viewer.New("https://login.example", "local", "Somebody", "", []lifecycle.Role{lifecycle.Admin}, viewer.Units{Names: []string{"unit-42"}})
	type filter = auditlog.Filter
	request := "request-4711"
	ask := func(by viewer.Viewer, view, name string, f filter) {
		for _, o := range orders("AT") {
			q := question{view: view, filter: name, order: o[0] + " " + o[1]}
			if name == "actions EXPIRE" {
				q.bound, q.why = 2*tenPages, "one in ten: looked for along the time"
			}
			q.ask = func(ctx context.Context) error {
				first := pageSize
				if _, err := w.log.List(viewer.With(ctx, by), page.Args{First: &first}, auditlog.ListInput{Filter: &f, OrderBy: &auditlog.Order{Direction: page.Direction(o[1])}}); err != nil {
					return fmt.Errorf("asking for a page: %w", err)
				}
				return nil
			}
			all = append(all, q)
		}
	}
	ask(local, "of one business unit", "", filter{})
	ask(boss, "all", "", filter{})
	ask(boss, "all", "actorSubjects person", filter{ActorSubjects: []string{"person-42"}})
	ask(boss, "all", "actorSubjects system", filter{ActorSubjects: []string{"system"}})
	ask(boss, "all", "resourceIds", filter{ResourceIDs: []id.ID{made(id.Enrollment, "enrollment4711")}})
	ask(boss, "all", "businessUnitIds", filter{BusinessUnitIDs: []id.ID{made(id.BusinessUnit, "unit42")}})
	ask(boss, "all", "requestId", filter{RequestID: &request})
	for _, a := range []audit.Action{audit.Request, audit.Expire, audit.Lock, audit.SetPurchasedSeats, audit.CreateWebhook} {
		ask(boss, "all", "actions "+string(a), filter{Actions: []audit.Action{a}})
	}
	for _, r := range []audit.Resource{audit.Enrollment, audit.Seat, audit.License, audit.Webhook} {
		ask(boss, "all", "resourceTypes "+string(r), filter{ResourceTypes: []audit.Resource{r}})
	}
	for _, o := range []audit.Outcome{audit.Success, audit.Refused, audit.Failure} {
		ask(boss, "all", "outcomes "+string(o), filter{Outcomes: []audit.Outcome{o}})
	}
	for _, c := range []refusal.Code{refusal.InvalidState, refusal.NoSeatLeft, refusal.Conflict} {
		ask(boss, "all", "codes "+string(c), filter{Codes: []refusal.Code{c}})
	}
	return all
}

// loadEntries makes the log of a year: most of it is about enrollments and succeeded,
// one of fifty was refused, few by a code that is rare.
func loadEntries(rows int) []string {
	return []string{
		"SELECT setseed(0.125)",
		fmt.Sprintf(`INSERT INTO audit_entries (id, at, actor_kind, actor_issuer, actor_subject, actor_name, actor_roles, action, resource_type, resource_id, business_unit_id, outcome, code, request_id, changes)
SELECT md5('entry' || n)::uuid, %[1]s - interval '365 days' * (%[2]d - n) / %[2]d, 'USER', 'https://login.example', CASE WHEN a < 0.3 THEN 'system' ELSE 'person-' || floor(3000 * b)::int END, 'Somebody', '[]',
  CASE WHEN d < 0.9999 THEN (ARRAY['REQUEST','APPROVE','REDEEM','EXPIRE','ENROLL','REQUEST','APPROVE','REDEEM','UPDATE_SEAT','CREATE_SEAT'])[1 + floor(10 * c)::int] WHEN d < 0.99995 THEN 'LOCK' ELSE 'SET_PURCHASED_SEATS' END,
  CASE WHEN d >= 0.99995 THEN 'SEAT_LICENSE' WHEN c < 0.8 THEN 'ENROLLMENT' ELSE 'SEAT' END, md5('enrollment' || 1 + floor(%[2]d / 4 * e)::int)::uuid, CASE WHEN d < 0.99995 THEN md5('unit' || 1 + floor(%[3]d * power(f, 1.3))::int)::uuid END,
  CASE WHEN g < 0.02 THEN 'REFUSED' ELSE 'SUCCESS' END, CASE WHEN g < 0.0001 THEN 'NO_SEAT_LEFT' WHEN g < 0.02 THEN 'INVALID_STATE' ELSE '' END, 'request-' || n / 3, '[]'
FROM (SELECT n, random() AS a, random() AS b, random() AS c, random() AS d, random() AS e, random() AS f, random() AS g FROM generate_series(1, %[2]d) n OFFSET 0) x`, at, rows, units),
	}
}
