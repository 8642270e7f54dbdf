package graph_test

import "gatehouse/internal/refusal"

// viewAttempts are about saved views, and about exports of what they show.
var viewAttempts = []attempt{
	{refusal.NotFound, "A saved view that does not exist, or is somebody else's", "only its owner", []ask{
		{call: `updateView(input: {id: $noView, name: "Ours"})`, field: "id"},
		{by: vera, call: `updateView(input: {id: $machines, name: "Ours"})`, field: "id"},
		{call: `deleteView(input: {id: $noView})`, field: "id"},
		{by: vera, call: `deleteView(input: {id: $machines})`, field: "id"},
	}},
	{refusal.NotFound, "To share a view with a business unit that does not exist, or is not one of the token's", "business unit", []ask{
		{call: `saveView(input: {name: "Mine", list: {seats: {}}, shared: true, businessUnitId: $noUnit})`, field: "businessUnitId"},
		{by: carl, call: `saveView(input: {name: "Mine", list: {seats: {}}, shared: true, businessUnitId: $sales})`, field: "businessUnitId"},
		{call: `updateView(input: {id: $machines, shared: true, businessUnitId: $noUnit})`, field: "businessUnitId"},
	}},
	{refusal.NotFound, "To look through a saved view that does not exist, or is somebody else's", "views", []ask{
		{call: `saveView(input: {name: "Mine", list: {seats: {viewId: $noView}}})`, field: "list.seats.viewId"},
		{by: vera, call: `saveView(input: {name: "Mine", list: {seats: {viewId: $machines}}})`, field: "list.seats.viewId"},
		{call: `updateView(input: {id: $others, list: {seats: {viewId: $noView}}})`, field: "list.seats.viewId"},
		{call: `createExport(input: {list: {seats: {viewId: $noView}}})`, field: "list.seats.viewId"},
		{by: vera, call: `createExport(input: {list: {seats: {viewId: $machines}}})`, field: "list.seats.viewId"},
	}},
	{refusal.NotFound, "The results of a job that does not exist, or is somebody else's", "jobs", []ask{
		{call: `createExport(input: {job: $noJob})`, field: "job"},
		{by: vera, call: `createExport(input: {job: $endedJob})`, field: "job"},
	}},
	{refusal.Forbidden, "A view of a list that one may not see", "would", []ask{
		{by: sofia, call: `saveView(input: {name: "Mine", list: {auditEntries: {}}})`, field: "list.auditEntries"},
	}},
	{refusal.Forbidden, "To share a view with everybody, with a token that names some business units", "Name one of yours", []ask{
		{by: carl, call: `saveView(input: {name: "Mine", list: {seats: {}}, shared: true})`, field: "businessUnitId"},
	}},
	{refusal.Invalid, "A view without a name", "1 to 100 characters", []ask{
		{call: `saveView(input: {name: " ", list: {seats: {}}})`, field: "name"},
		{call: `updateView(input: {id: $machines, name: ""})`, field: "name"},
	}},
	{refusal.Invalid, "A view of no list, or of two", "exactly one", []ask{
		{call: `saveView(input: {name: "Mine", list: {seats: {}, certificates: {}}})`, field: "list"},
		{call: `updateView(input: {id: $machines, list: {seats: {}, certificates: {}}})`, field: "list"},
	}},
	{refusal.Invalid, "To make a view one of another list", "save another view", []ask{
		{call: `updateView(input: {id: $machines, list: {certificates: {}}})`, field: "list"},
	}},
	{refusal.Invalid, "An export of nothing", "exactly one", []ask{
		{call: `createExport(input: {})`},
	}},
	{refusal.Invalid, "An export with a column that there is not", "seatId", []ask{
		{call: `createExport(input: {list: {seats: {}}, columns: ["seatId", "colour"]})`, field: "columns.1"},
	}},
	{refusal.SearchTooBroad, "An export of what a search finds that more than 5,000 seats match", "Write more", []ask{
		{call: `createExport(input: {list: {seats: {search: "machine"}}})`, field: "list.seats"},
	}},
	{refusal.Duplicate, "The name of another view of the same list", "choose another name", []ask{
		{call: `saveView(input: {name: "MACHINES", list: {seats: {}}})`, field: "name"},
		{call: `updateView(input: {id: $others, name: "MACHINES"})`, field: "name"},
	}},
	{refusal.Conflict, "A version of a saved view that was changed since", "ead it again", []ask{
		{call: `updateView(input: {id: $machines, name: "Ours", expectedVersion: 70})`, field: "expectedVersion"},
		{call: `deleteView(input: {id: $machines, expectedVersion: 70})`, field: "expectedVersion"},
	}},
	{refusal.TooMany, "The 201st saved view", "delete one", []ask{
		{by: tom, call: `saveView(input: {name: "One more", list: {seats: {}}})`},
	}},
}
