//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"gatehouse/internal/inventory"
	"gatehouse/internal/viewer"
)

// listAsked is one page of a list of certificates.
type listAsked struct {
	name      string
	variables map[string]any
}

func (listAsked) viewer() viewer.Viewer { return importer() }

func (q listAsked) body() ([]byte, error) {
	const document = `query List($view: CertificateView!, $search: String) {
  certificates(first: 50, view: $view, search: $search) {
    nodes { id subject status notAfter locations(first: 1) { nodes { place } } seat { seatId } businessUnit { name } availableActions }
    pageInfo { hasNextPage endCursor }
  }
}`
	return json.Marshal(map[string]any{"query": document, "variables": q.variables})
}

// listLine is what a page takes.
type listLine struct {
	name       string
	nodes      int
	median     time.Duration
	statements int
	work
}

// certificateLists asks for the first page of every view, and for searches.
func (i *importing) certificateLists(ctx context.Context, r *certificatesReport) error {
	for _, table := range []string{"certificates", "seats", "certificate_locations"} { // as autovacuum does in time
		if _, err := i.inside.ExecContext(ctx, "VACUUM (ANALYZE) "+table); err != nil {
			return fmt.Errorf("vacuuming %s: %w", table, err)
		}
	}
	var lists []listAsked
	for _, view := range inventory.CertificateViews {
		lists = append(lists, listAsked{string(view), map[string]any{"view": view}})
	}
	for _, search := range []string{"0000007.unit", "proxy-0000", "nothing-like-it"} {
		lists = append(lists, listAsked{"search " + search, map[string]any{"view": inventory.CertificatesAll, "search": search}})
	}
	for _, list := range lists {
		line, err := i.list(ctx, list)
		if err != nil {
			return fmt.Errorf("asking for %s: %w", list.name, err)
		}
		r.lists = append(r.lists, line)
	}
	return nil
}

// askedEach is how often each list is asked for.
const askedEach = 30

// list asks for one list, explains its statements and measures it.
func (i *importing) list(ctx context.Context, q listAsked) (line listLine, err error) {
	line.name = q.name
	sent, err := i.db.statements(ctx, q)
	if err != nil {
		return line, err
	}
	line.statements = len(sent)
	address, err := i.db.superuserURL("")
	if err != nil {
		return line, err
	}
	for _, s := range sent {
		if !strings.Contains(s.text, "certificates c") {
			continue
		}
		one, err := s.work(ctx, address)
		if err != nil {
			return line, err
		}
		line.rows, line.hit, line.read, line.scans = line.rows+one.rows, line.hit+one.hit, line.read+one.read, append(line.scans, one.scans...)
	}
	it, err := openAPI(ctx, i.db.AppURL(), true, q)
	if err != nil {
		return line, err
	}
	defer func() { err = errors.Join(err, it.store.Close()) }()
	var took []float64
	for range askedEach {
		began := time.Now()
		text, err := it.ask()
		if err != nil {
			return line, err
		}
		took = append(took, float64(time.Since(began)))
		if line.nodes, err = nodesOf(text); err != nil {
			return line, err
		}
	}
	line.median = time.Duration(median(took))
	return line, nil
}

// nodesOf is how many certificates an answer shows.
func nodesOf(answer []byte) (int, error) {
	var read struct {
		Errors json.RawMessage
		Data   struct {
			Certificates *struct{ Nodes []struct{} }
		}
	}
	if err := json.Unmarshal(answer, &read); err != nil || read.Errors != nil || read.Data.Certificates == nil {
		return 0, fmt.Errorf("the answer is no list: %.400s", answer)
	}
	return len(read.Data.Certificates.Nodes), nil
}
