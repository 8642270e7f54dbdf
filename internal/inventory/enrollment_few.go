package inventory

import (
	"fmt"
	"strings"

	"github.com/lib/pq"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

// mostNamed is up to how many enrollments a list reads of the person, seat or address
// that its filter names. Whose they are more, they are looked for among all.
const mostNamed = page.MaxCandidates

// foundColumns are those that a list of a few enrollments goes by; the others are read
// when its page is found.
const foundColumns = `e.id, e.business_unit_id, e.profile_id, e.seat_row_id, e.seat_type, e.seat_key, e.email, e.ca_type, e.authentication_method, e.enrollment_method,
  e.status, e.expires_at, e.created_at, e.updated_at, e.requester_issuer, e.requester_subject, e.issuance, e.round`

// byFew reads all enrollments that are named (by a search, a person, a seat, an
// address, the authority's work on them), narrowed to the viewer's business units and,
// where these are all that the viewer may see, to the own requests: then what lies
// outside tells nothing of itself. They are few enough to be asked for everything
// else, in whichever order.
//
// The search counts them in every status: to leave the others out would mean to read
// all that the trigrams find, without an end, for the few that have the status.
func (l *enrollmentList) byFew() enrollmentWay {
	m := l.inOrder()
	way := enrollmentWay{joins: " JOIN enrollments e ON e.id = f.id", most: mostNamed}
	of := few{units: l.units, columns: foundColumns, as: "f"}
	switch own := l.own(); {
	case own && l.search != nil: // the few own ones first, whatever the planner thinks of the text
		m.Table = "(SELECT e.* FROM enrollments e WHERE " + l.mine(&m) + " OFFSET 0) e JOIN enrollment_texts t ON t.id = e.id"
		of.where = append(of.where, "("+l.search.condition(&m, searched{text: "t.search_text"})+") IS TRUE")
	case l.search != nil:
		m.Table, m.Alias, of.withText = "enrollment_texts t JOIN enrollments e ON e.id = t.id", "t", true
		of.where = append(of.where, l.search.condition(&m, searched{text: "t.search_text", parts: "t.parts", rare: l.rare}))
	case own:
		of.where = append(of.where, l.mine(&m))
	case l.filter.Emails != nil:
		m.Table = "enrollment_texts t JOIN enrollments e ON e.id = t.id"
	}
	of.where = append(of.where, l.naming(&m)...)
	if l.search != nil {
		way.most, way.broad = mostFound, refusal.New(page.SearchTooBroad,
			"More than %d enrollments match this search, in whichever status. Write more of what you look for, or name a business unit in the filter.", mostFound)
	}
	of.most = way.most
	among(&m, of)
	way.source = page.Merge{Table: m.Table, Args: append([]any{}, m.Args...)}

	c := l.conditions(&m, false)
	l.kinds(c)
	where := append(append(c.where, c.left...), c.rarely...)
	if len(l.statuses) < len(lifecycle.Statuses) {
		where = append(where, l.reads(&m))
	}
	m.Branches = []page.Branch{{Where: where}}
	way.merge = m
	return way
}

// naming are the conditions that name enrollments, each with an index of its own.
func (l *enrollmentList) naming(m *page.Merge) (where []string) {
	named := &conditions{m: &page.Merge{Alias: "e", Args: m.Args}}
	f := l.filter
	l.names(named)
	m.Args = named.m.Args
	where = named.left
	if f.SeatIDs != nil { // the index of the seatIds begins with the status
		where = append(where, "e.status IN "+quoted(lifecycle.Statuses))
	}
	if f.Issuance != nil {
		where = append(where, "e.issuance IS NOT NULL")
	}
	if f.Emails != nil && strings.Contains(m.Table, "enrollment_texts t") {
		// Which addresses are asked for, a plan that is kept does not know: that none is
		// empty is said for the index, which holds no empty ones.
		where = append(where, fmt.Sprintf("t.email <> '' AND t.email = ANY(%s::text[])", m.Arg(pq.Array(f.Emails))))
	}
	return where
}
