package bulk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/lib/pq"

	"gatehouse/internal/filter"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// List is one page of the jobs that the viewer may see, the newest first. It refuses
// page arguments that make no sense (INVALID), and a filter for which it would have to
// look through too many jobs (FILTER_TOO_BROAD).
func (js *Jobs) List(ctx context.Context, args page.Args, given *JobFilter) (*page.Connection[*Job], error) {
	f, no := jobRule.Tidied(given)
	if no != nil {
		return nil, no
	}
	window, err := args.Open("jobs", f)
	if err != nil {
		return nil, err
	}
	v, ok := viewer.From(ctx)
	if !ok || jobRule.Empty(f) {
		return page.Empty[*Job](), nil
	}
	m := merged(v, f)
	statement, values := m.Page(window)
	found, err := js.jobs(ctx, statement, values...)
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	if len(found) <= window.Limit {
		if err := js.narrow(ctx, m, window); err != nil {
			return nil, err
		}
	}
	return page.NewConnection(window, found, place, func(ctx context.Context) (int, error) {
		if err := js.narrow(ctx, m, page.Window{}); err != nil {
			return 0, err
		}
		statement, values := m.Count()
		n := 0
		if err := one(ctx, js.read, statement, values, &n); err != nil {
			return 0, fmt.Errorf("count jobs: %w", err)
		}
		return n, nil
	}), nil
}

// place is a job's place in the list.
func place(j *Job) page.Key {
	return page.Key{Value: j.CreatedAt.Format(time.RFC3339Nano), ID: j.ID.UUID}
}

// jobRule is how the values of a JobFilter are treated.
var jobRule = filter.RuleFor[JobFilter](filter.Forms{})

// merged is the list, from the index of the viewer's own jobs or of all.
func merged(v viewer.Viewer, f JobFilter) page.Merge {
	m := page.Merge{Table: "bulk_jobs b", Alias: "b", Columns: columns, Order: "created_at", Cast: "timestamptz", Descending: true}
	var where []string
	if !seesAll(v) || f.Mine != nil && *f.Mine {
		where = []string{"b.owner_subject = " + m.Arg(v.Subject), "b.owner_issuer = " + m.Arg(v.Issuer)}
	}
	m.Branches = []page.Branch{{Where: where}}
	if f.Mine != nil && !*f.Mine {
		m.Residual = append(m.Residual, fmt.Sprintf("(b.owner_subject, b.owner_issuer) <> (%s, %s)", m.Arg(v.Subject), m.Arg(v.Issuer)))
	}
	if f.Statuses != nil {
		m.Residual = append(m.Residual, "b.status = ANY("+m.Arg(pq.Array(f.Statuses))+")")
	}
	if f.Actions != nil {
		m.Residual = append(m.Residual, "b.action = ANY("+m.Arg(pq.Array(f.Actions))+")")
	}
	return m
}

// narrow refuses a filter that has not looked through all the jobs that it might find.
func (js *Jobs) narrow(ctx context.Context, m page.Merge, w page.Window) error {
	if len(m.Residual) == 0 {
		return nil
	}
	statement, values := m.Broad(w)
	broad := false
	if err := one(ctx, js.read, statement, values, &broad); err != nil {
		return fmt.Errorf("ask how broad a filter on jobs is: %w", err)
	}
	if broad {
		return refusal.New(page.TooBroad, "This filter would look through more than %d jobs; leave it out, or ask for your own jobs by mine.", page.MaxCandidates)
	}
	return nil
}

// list is what a SELECT lists.
func list(columns []string) string { return strings.Join(columns, ", ") }
