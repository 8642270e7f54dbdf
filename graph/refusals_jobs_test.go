package graph_test

import (
	"fmt"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// jobAttempts are about actions on many things at once.
var jobAttempts = []attempt{
	{refusal.NotFound, "A job that does not exist, or is somebody else's", "jobs", []ask{
		{call: `cancelJob(input: {id: $noJob})`, field: "id"},
		{by: carl, call: `cancelJob(input: {id: $annas5})`, field: "id"},
	}},
	{refusal.NotFound, "A selection through a saved view that does not exist, or is somebody else's", "views", []ask{
		{call: `startBulkAction(input: {action: DELETE, selection: {seats: {viewId: $noView}}})`, field: "selection.seats.viewId"},
		{by: carl, call: `startBulkAction(input: {action: DELETE, selection: {seats: {viewId: $machines}}})`, field: "selection.seats.viewId"},
	}},
	{refusal.NotFound, "To enroll under a profile that does not exist", "certificate profile", []ask{
		{call: `startBulkAction(input: {action: ENROLL, selection: {ids: [$dora]}, input: {profileId: $noProfile}})`, field: "input.profileId"},
	}},
	{refusal.WrongMethod, "To enroll under a profile without codes", "ENROLLMENT_CODE", []ask{
		{call: `startBulkAction(input: {action: ENROLL, selection: {ids: [$dora]}, input: {profileId: $laptops}})`, field: "input.profileId"},
	}},
	{refusal.ProfileArchived, "To enroll under an archived profile", "profile", []ask{
		{call: `startBulkAction(input: {action: ENROLL, selection: {ids: [$dora]}, input: {profileId: $oldCodes}})`, field: "input.profileId"},
	}},
	{refusal.Forbidden, "An action whose mutation one may not call", "would", []ask{
		{by: sofia, call: `startBulkAction(input: {action: APPROVE, selection: {ids: [$waiting]}})`},
	}},
	{refusal.Invalid, "Nothing selected, or more than one thing", "exactly one", []ask{
		{call: `startBulkAction(input: {action: APPROVE, selection: {ids: [$waiting], enrollments: {}}})`, field: "selection"},
	}},
	{refusal.Invalid, "A selection of no ids", "at least one", []ask{
		{call: `startBulkAction(input: {action: APPROVE, selection: {ids: []}})`, field: "selection.ids"},
	}},
	{refusal.Invalid, "A selection from another list", "is done to enrollments", []ask{
		{call: `startBulkAction(input: {action: APPROVE, selection: {seats: {}}})`, field: "selection.seats"},
	}},
	{refusal.Invalid, "A selection of other things", "is done to enrollments", []ask{
		{call: `startBulkAction(input: {action: APPROVE, selection: {ids: [$waiting, $dora]}})`, field: "selection.ids.1"},
	}},
	{refusal.Invalid, "A list that shows nothing", "Look at it", []ask{
		{call: `startBulkAction(input: {action: APPROVE, selection: {enrollments: {search: "nobody at all"}}})`, field: "selection.enrollments"},
	}},
	{refusal.Invalid, "What another action takes", "Leave it out", []ask{
		{call: `startBulkAction(input: {action: APPROVE, selection: {ids: [$waiting]}, input: {reason: "Left."}})`, field: "input.reason"},
	}},
	{refusal.Invalid, "A rejection of many without a reason", "1 to 1000", []ask{
		{call: `startBulkAction(input: {action: REJECT, selection: {ids: [$waiting]}})`, field: "input.reason"},
	}},
	{refusal.FilterTooBroad, "More than 5,000 seats with one e-mail address", "Name fewer", []ask{
		{call: `startBulkAction(input: {action: DELETE, selection: {seats: {filter: {emails: ["machines@example.com"]}}}})`, field: "selection.seats"},
	}},
	{refusal.SearchTooBroad, "To act on what a search finds that more than 5,000 seats match", "Write more", []ask{
		{call: `startBulkAction(input: {action: DELETE, selection: {seats: {search: "machine"}}})`, field: "selection.seats"},
	}},
	{refusal.TooMany, "A selection of 1,001 ids", "several jobs", []ask{
		{call: `startBulkAction(input: {action: DELETE, selection: {ids: $manyIDs}})`, field: "selection.ids"},
	}},
	{refusal.TooMany, "The sixth job of one person", "wait for one", []ask{
		{by: tom, call: `startBulkAction(input: {action: UNLOCK, selection: {ids: [$waiting]}})`},
	}},
	{refusal.InvalidState, "To end a job that has ended", "nothing left to cancel", []ask{
		{call: `cancelJob(input: {id: $endedJob})`, field: "id"},
	}},
}

// tom has as many views, jobs and webhooks as one person may have.
func tom() viewer.Viewer { return colleague("tom", "Tom Example", lifecycle.Admin) }

// kept are Anna's saved views, jobs and webhooks, and Tom's, who has all that one may
// have.
func (o *office) kept() {
	for name, kind := range map[string]string{"noView": "view", "noJob": "job", "noWebhook": "wh"} {
		o.name(name, kind+o.texts["noSeat"][len("seat"):])
	}
	made := func(v viewer.Viewer, name, call, shows string) {
		answer := o.data(v, "mutation { made: "+o.typed(call)+" { one: "+shows+" { id } } }", nil)
		o.name(name, answer["made"].(map[string]any)["one"].(map[string]any)["id"])
	}
	made(anna(), "machines", `saveView(input: {name: "Machines", list: {seats: {search: "machine"}}})`, "view")
	made(anna(), "others", `saveView(input: {name: "Others", list: {seats: {}}})`, "view")
	made(tom(), "toms", `saveView(input: {name: "Mine", list: {seats: {}}})`, "view")
	o.copied("saved_views", `jsonb_build_object('name', n, 'name_key', n::text)`, 199, o.id("toms").UUID)
	made(anna(), "endedJob", `startBulkAction(input: {action: UNLOCK, selection: {ids: [$waiting]}})`, "job")
	o.done(anna(), `cancelJob(input: {id: $endedJob})`)
	for n := range 5 {
		made(tom(), fmt.Sprint("toms", n), `startBulkAction(input: {action: UNLOCK, selection: {ids: [$waiting]}})`, "job")
	}
	made(anna(), "annas5", `startBulkAction(input: {action: UNLOCK, selection: {ids: [$waiting]}})`, "job")
	made(anna(), "hook", `createWebhook(input: {url: "https://hooks.example.com/"})`, "webhook")
	made(anna(), "paused", `createWebhook(input: {url: "https://hooks.example.com/paused"})`, "webhook")
	o.done(anna(), `updateWebhook(input: {id: $paused, enabled: false})`)
	made(anna(), "tested", `createWebhook(input: {url: "https://hooks.example.com/tested"})`, "webhook")
	for range 10 {
		o.done(anna(), `testWebhook(input: {id: $tested})`)
	}
	made(tom(), "tomsHook", `createWebhook(input: {url: "https://hooks.example.com/toms"})`, "webhook")
	o.copied("webhooks", `'{}'`, 99, o.id("tomsHook").UUID)
}
