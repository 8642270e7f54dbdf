//go:build unix

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gatehouse/internal/client"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

// pagesDocument is a page of the table that an administrator sees.
const pagesDocument = `query Page($first: Int!, $after: String, $view: EnrollmentView, $search: String, $filter: EnrollmentFilter) {
  enrollments(first: $first, after: $after, view: $view, search: $search, filter: $filter) {
    nodes {
      id
      status
      createdAt
      expiresAt
      seat { id seatId name email }
      profile { id name }
      businessUnit { id name }
      availableActions
    }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`

const (
	// deepPage is how deep the deep page is, and deepFirst how many enrollments each
	// page then has: the smallest database of 10,000 has no more pages.
	deepPage, deepFirst = 1000, 10
	// prefix is what some 60 seats begin with, however many there are.
	prefix = "person-0001"
)

// pageQuestions are what is asked, and how many enrollments the answer must have.
var pageQuestions = [...]struct {
	name      string
	variables map[string]any
	nodes     int
	deep      bool
}{
	{"first page of all", map[string]any{"view": "ALL", "first": pageSize}, pageSize, false},
	{"first page of PENDING_APPROVAL", map[string]any{"view": "PENDING_APPROVAL", "first": pageSize}, pageSize, false},
	{"the same of one business unit", map[string]any{"view": "PENDING_APPROVAL", "first": pageSize, "filter": map[string]any{"businessUnitIds": []any{id.Of(id.BusinessUnit, unitID(pagesUnits/2))}}}, pageSize, false},
	{"page 1,000 of all", map[string]any{"view": "ALL", "first": deepFirst}, deepFirst, true},
	{"search " + prefix, map[string]any{"view": "ALL", "first": pageSize, "search": prefix}, pageSize, false},
}

// pageAsked is one page, asked for by somebody who sees everything.
type pageAsked struct{ variables map[string]any }

func (pageAsked) viewer() viewer.Viewer {
	return viewer.New(issuer, "bench-administrator", "Bench Administrator", "", []lifecycle.Role{lifecycle.Admin}, viewer.Units{All: true})
}

func (q pageAsked) body() ([]byte, error) {
	return json.Marshal(map[string]any{"query": pagesDocument, "variables": q.variables})
}

// pagesSide is one of the databases, and the server before it.
type pagesSide struct{ usageSide }

// pageSubject is a question asked of one side.
type pageSubject struct {
	*subject
	sent               int
	work               work
	allocations, bytes uint64
}

// asked makes every question ready to be measured: its statements are counted and
// explained, and its answer is looked at.
func (p pagesSide) asked(ctx context.Context) (all []pageSubject, err error) {
	token, err := tokenFor(pageAsked{}, p.secret, time.Now())
	if err != nil {
		return nil, err
	}
	cursor, err := p.walk(ctx, token)
	if err != nil {
		return nil, err
	}
	for _, one := range pageQuestions {
		q := pageAsked{one.variables}
		if one.deep {
			q.variables = map[string]any{"view": "ALL", "first": one.nodes, "after": cursor}
		}
		s, err := p.question(ctx, q, token, one.nodes)
		if err != nil {
			return nil, fmt.Errorf("%s of %d enrollments: %w", one.name, p.seats, err)
		}
		s.name = one.name
		all = append(all, s)
	}
	return all, nil
}

// question makes one ready.
func (p pagesSide) question(ctx context.Context, q pageAsked, token string, nodes int) (s pageSubject, err error) {
	s.subject = &subject{pid: p.server.cmd.Process.Pid}
	sent, err := p.db.statements(ctx, q)
	if err != nil {
		return s, err
	}
	s.sent = len(sent)
	for _, one := range sent {
		w, err := one.work(ctx, p.db.AppURL())
		if err != nil {
			return s, err
		}
		s.work = work{rows: s.work.rows + w.rows, hit: s.work.hit + w.hit, read: s.work.read + w.read, scans: append(s.work.scans, w.scans...)}
	}
	if s.allocations, s.bytes, err = allocations(ctx, p.db.AppURL(), q); err != nil {
		return s, err
	}
	request, err := wire(q, p.server.address, token)
	if err != nil {
		return s, err
	}
	l := load{pid: s.pid, address: p.server.address, request: request, connections: 1}
	if l.answer, err = l.once(ctx); err != nil {
		return s, err
	}
	s.run = l.run
	return s, checkPage(l.answer, nodes)
}

// pageAnswer is what is looked at of an answer.
type pageAnswer struct {
	Enrollments struct {
		Nodes    []struct{ ID string }
		PageInfo struct{ EndCursor string }
	}
}

// checkPage refuses an answer that is no page of so many.
func checkPage(body []byte, nodes int) error {
	var answer struct {
		Errors json.RawMessage
		Data   pageAnswer
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return fmt.Errorf("the answer is no JSON: %w: %.200s", err, body)
	}
	if answer.Errors != nil || len(answer.Data.Enrollments.Nodes) != nodes {
		return fmt.Errorf("the answer is no page of %d enrollments: %.400s", nodes, body)
	}
	return nil
}

// walk turns pages until the deep one and gives the cursor that it comes behind.
func (p pagesSide) walk(ctx context.Context, token string) (cursor string, err error) {
	c, err := client.New("http://"+p.server.address, token, client.Patient())
	if err != nil {
		return "", err
	}
	variables := map[string]any{"view": "ALL"}
	for left := (deepPage - 1) * deepFirst; left > 0; {
		variables["first"] = min(left, 100)
		var answer pageAnswer
		if err := c.Ask(ctx, pagesDocument, variables, &answer); err != nil {
			return "", fmt.Errorf("turning pages: %w", err)
		}
		if len(answer.Enrollments.Nodes) == 0 {
			return "", fmt.Errorf("there are %d enrollments too few for %d pages", left, deepPage)
		}
		left -= len(answer.Enrollments.Nodes)
		variables["after"] = answer.Enrollments.PageInfo.EndCursor
	}
	return variables["after"].(string), nil
}
