//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/lib/pq"
)

// work is what PostgreSQL does for one statement.
type work struct {
	// rows were read from tables and indexes, those that a filter dropped included.
	rows int
	// hit buffers were in PostgreSQL's memory, read ones were not.
	hit, read int
	// scans are how rows were found, in the plan's order.
	scans []string
	// replanned: PostgreSQL plans the prepared statement anew each time, because
	// it expects a plan for the very values to be worth that.
	replanned bool
}

// settledAfter is after how many executions PostgreSQL has chosen for good
// between a plan for these values and one for any.
const settledAfter = 6

// work explains the statement under the plan that a prepared one settles on,
// with everything in memory that fits.
func (s statement) work(ctx context.Context, databaseURL string) (_ work, err error) {
	db, err := connect(databaseURL)
	if err != nil {
		return work{}, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1) // a prepared statement belongs to its session
	if _, err := db.ExecContext(ctx, "PREPARE measured AS "+s.text); err != nil {
		return work{}, fmt.Errorf("preparing the list's statement: %w", err)
	}
	var told []byte
	for range settledAfter + 1 {
		if err := db.QueryRowContext(ctx, "EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT JSON) EXECUTE measured"+s.literals()).Scan(&told); err != nil {
			return work{}, fmt.Errorf("explaining the list's statement: %w", err)
		}
	}
	w, err := readPlan(told)
	if err != nil {
		return work{}, err
	}
	if err := db.QueryRowContext(ctx, "SELECT generic_plans = 0 FROM pg_prepared_statements WHERE name = 'measured'").Scan(&w.replanned); err != nil {
		return work{}, fmt.Errorf("asking how the list's statement was planned: %w", err)
	}
	return w, nil
}

// plans says how often the statement is planned.
func (w work) plans() string {
	if w.replanned {
		return "anew for each request"
	}
	return "once for all"
}

// literals are the values as an EXECUTE lists them.
func (s statement) literals() string {
	if len(s.values) == 0 {
		return ""
	}
	all := make([]string, len(s.values))
	for n, v := range s.values {
		all[n] = "NULL"
		if v != nil {
			all[n] = pq.QuoteLiteral(*v)
		}
	}
	return "(" + strings.Join(all, ", ") + ")"
}

// node is a step of a plan, as EXPLAIN writes it.
type node struct {
	Type     string  `json:"Node Type"`
	Relation string  `json:"Relation Name"`
	Index    string  `json:"Index Name"`
	Rows     float64 `json:"Actual Rows"`
	Loops    float64 `json:"Actual Loops"`
	Dropped  float64 `json:"Rows Removed by Filter"`
	Hit      int     `json:"Shared Hit Blocks"`
	Read     int     `json:"Shared Read Blocks"`
	Plans    []node  `json:"Plans"`
}

// readPlan adds up a plan. The buffers of a step include those of the steps under
// it, so that the first has all.
func readPlan(told []byte) (work, error) {
	var plans []struct{ Plan node }
	if err := json.Unmarshal(told, &plans); err != nil || len(plans) != 1 {
		return work{}, fmt.Errorf("reading the plan of the list's statement: %w", err)
	}
	w := work{hit: plans[0].Plan.Hit, read: plans[0].Plan.Read}
	w.add(plans[0].Plan)
	return w, nil
}

func (w *work) add(n node) {
	if n.Relation != "" && n.Loops > 0 {
		rows := int((n.Rows+n.Dropped)*n.Loops + 0.5)
		w.rows += rows
		how := n.Relation
		if n.Index != "" {
			how = n.Index
		}
		w.scans = append(w.scans, fmt.Sprintf("%s by %s (%d)", strings.ToLower(n.Type), how, rows))
	}
	for _, under := range n.Plans {
		w.add(under)
	}
}
