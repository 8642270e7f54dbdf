package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/viewer"
)

// question is one way to ask that is answered with a top-level error.
type question struct {
	// code is the error's extensions.code.
	code string
	// tried is what somebody did, as the page says it.
	tried string
	// tells is a part of the sentence: what to do about it.
	tells string
	// by is who asks; anna when nil.
	by func() viewer.Viewer
	// query is the root field as it is typed. $name is a thing of the office.
	query string
}

// exampleID is the one that a sentence shows to say what ids look like.
const exampleID = "enr_01h455vb4pex5vsknk084sn02q"

// questions are the errors of root queries, in the order of the page.
var questions = []question{
	{"FORBIDDEN", "By a REQUESTER", "would", rita, `businessUnit(id: $research) { id }`},
	{"FORBIDDEN", "By a REQUESTER", "would", rita, `businessUnits { nodes { id } }`},
	{"FORBIDDEN", "By a REQUESTER", "would", rita, `seatLicenses { id }`},
	{"FORBIDDEN", "By a REQUESTER", "would", rita, `seatUsage { created }`},
	{"FORBIDDEN", "By a REQUESTER", "would", rita, `certificateProfile(id: $codes) { id }`},
	{"FORBIDDEN", "By a REQUESTER", "would", rita, `certificateProfiles { nodes { id } }`},
	{"FORBIDDEN", "By a REQUESTER", "would", rita, `seat(id: $dora) { id }`},
	{"FORBIDDEN", "By a REQUESTER", "would", rita, `seats { nodes { id } }`},
	{"FORBIDDEN", "By a REQUESTER", "would", rita, `certificate(id: $broughtIn) { id }`},
	{"FORBIDDEN", "By a REQUESTER", "would", rita, `certificates { nodes { id } }`},
	{"FORBIDDEN", "By somebody without a role", "would", nobody, `enrollment(id: $waiting) { id }`},
	{"FORBIDDEN", "By somebody without a role", "would", nobody, `enrollments { nodes { id } }`},
	{"FORBIDDEN", "By a VIEWER", "would", vera, `auditEntries { nodes { id } }`},
	{"FORBIDDEN", "With a token that names some business units", `("*")`, carl, `seatLicenses { id }`},

	{"SEARCH_TOO_BROAD", "A search that more than 5,000 seats match", "Write more", nil, `seats(search: "machine") { nodes { id } }`},

	{"SEARCH_TOO_BROAD", "A search that more than 5,000 certificates match", "Write more", nil, `certificates(search: "machine") { nodes { id } }`},

	{"FILTER_TOO_BROAD", "A filter that leaves too much to look through", "Add a business unit", nil, `enrollments(filter: {hasEmail: false}) { nodes { id } }`},
	{"FILTER_TOO_BROAD", "A filter that leaves too much to look through", "narrow it in time", nil, `auditEntries(filter: {excludeActorSubjects: ["anna", "boss"]}) { nodes { id } }`},

	{"BAD_USER_INPUT", "A page of more than 100", "Read on", nil, `seats(first: 500) { nodes { id } }`},
	{"BAD_USER_INPUT", "Both ends at once", "not both", nil, `seats(first: 10, last: 10) { nodes { id } }`},
	{"BAD_USER_INPUT", "A cursor that is none", "pageInfo", nil, `seats(after: "page 2") { nodes { id } }`},
	{"BAD_USER_INPUT", "A cursor of the same list in another order", "start again", nil, `seats(after: $cursor, orderBy: {field: SEAT_ID}) { nodes { id } }`},
	{"BAD_USER_INPUT", "A search for nothing", "leave it out", nil, `seats(search: " ") { nodes { id } }`},
	{"BAD_USER_INPUT", "A serial number that is none", "hex", nil, `certificates(filter: {serialNumbers: ["one"]}) { nodes { id } }`},
	{"BAD_USER_INPUT", "A thumbprint that is none", "hex", nil, `certificates(filter: {sha256: ["0a"]}) { nodes { id } }`},
	{"BAD_USER_INPUT", "A part of a subject that is too short", "3 to 255", nil, `certificates(filter: {subject: "CN"}) { nodes { id } }`},
	{"BAD_USER_INPUT", "A history of no days", "1 to 400", nil, `seatUsage { history(days: 0) { day } }`},
	{"BAD_USER_INPUT", "A history of more days than are kept for it", "1 to 400", nil, `seatUsage { history(days: 1000) { day } }`},
	{"BAD_USER_INPUT", "A seatId where an id belongs", "an id looks like", nil, `seat(id: "dora@example.com") { id }`},
	{"BAD_USER_INPUT", "An instant that is none", "write it like", nil, `seats(filter: {createdSince: "yesterday"}) { nodes { id } }`},
	{"BAD_USER_INPUT", "More ids than one call finds", "in several calls", nil, `nodes(ids: $manyIDs) { id }`},
}

// crowd makes more seats, requests and entries than a search or a filter looks
// through, each a copy of one that the use cases made.
func (o *office) crowd() {
	o.copied("seats", `jsonb_build_object('seat_id', 'machine-' || n, 'seat_key', 'machine-' || n, 'email', 'machines@example.com', 'search_text', E'\nmachine-' || n || E'\nmachines@example.com')`, 5_001, o.id("dora").UUID)
	o.copied("certificates", `jsonb_build_object('sha256', md5(n::text) || md5(n::text), 'search_text', E'\nmachine-' || n)`, 5_001, o.id("broughtIn").UUID)
	o.copied("enrollments", `'{"token_hash": null}'`, 10_001, o.id("rejected").UUID)
	var entry uuid.UUID
	if err := o.DB.Admin(o.t).QueryRowContext(o.t.Context(), `SELECT id FROM audit_entries ORDER BY id LIMIT 1`).Scan(&entry); err != nil {
		o.t.Fatal(err)
	}
	o.copied("audit_entries", `'{}'`, 10_001, entry)
}

// copied adds copies of a row, whose n-th has the changes.
func (o *office) copied(table, changes string, n int, row uuid.UUID) {
	o.past(fmt.Sprintf(`INSERT INTO %[1]s SELECT (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid()) || %[2]s)).*
FROM %[1]s t, generate_series(1, %[3]d) n WHERE t.id = $1`, table, changes, n), row)
}

// hearQueries asks every question. Those that follow each other and are answered
// with the same sentence are one.
func (o *office) hearQueries(t *testing.T) []hearing {
	t.Helper()
	first := o.data(anna(), `{ seats(first: 1) { pageInfo { endCursor } } }`, nil)
	o.name("cursor", first["seats"].(map[string]any)["pageInfo"].(map[string]any)["endCursor"])
	var heard []hearing
	for _, q := range questions {
		v := ask{by: q.by}.who()
		typed := o.typed(q.query)
		a := o.ask(&v, "{ "+typed+" }", nil)
		if len(a.Errors) != 1 {
			t.Errorf("%s %q: %.300s is answered with %.300s", q.code, q.tried, typed, a.body)
			continue
		}
		e := a.Errors[0]
		if e.Extensions.Code != q.code {
			t.Errorf("%s %q: %.300s is answered with %s: %s", q.code, q.tried, typed, e.Extensions.Code, e.Message)
		}
		for _, wrong := range formFaults(e.Message, typed+exampleID, q.tells) {
			t.Errorf("%s %q: %.300s: the sentence %s: %s", q.code, q.tried, typed, wrong, e.Message)
		}
		h := hearing{attempt: attempt{tried: q.tried}, sentence: unidentified(e.Message), mutations: []string{q.query[:strings.IndexAny(q.query, "( ")]}, fields: []string{q.code}}
		if last := len(heard) - 1; last >= 0 && heard[last].tried == h.tried && heard[last].sentence == h.sentence {
			heard[last].mutations = append(heard[last].mutations, h.mutations...)
			continue
		}
		heard = append(heard, h)
	}
	return heard
}
