//go:build unix

package main

import (
	"strings"
	"testing"
)

func TestLoggedStatements(t *testing.T) {
	t.Parallel()
	got := logged(strings.Join([]string{
		"2026-11-22 05:46:01.123 UTC [4711] LOG:  execute <unnamed>: SELECT e.id FROM enrollments e",
		"\tWHERE e.name = $1 AND e.seat = $2 AND e.reason = $3 LIMIT $4",
		"2026-11-22 05:46:01.123 UTC [4711] DETAIL:  parameters: $1 = 'O''Brien, $9 = ''x''', $2 = '{a,b}', $3 = NULL, $4 = '51'",
		"2026-11-22 05:46:01.124 UTC [4711] LOG:  statement: BEGIN",
		"2026-11-22 05:46:01.125 UTC [4711] LOG:  checkpoint starting: time",
		"2026-11-22 05:46:01.126 UTC [4711] LOG:  execute 7/C_1: SELECT now()",
		"",
	}, "\n"))
	if len(got) != 3 {
		t.Fatalf("got %d statements: %+v", len(got), got)
	}
	if want := "SELECT e.id FROM enrollments e\nWHERE e.name = $1 AND e.seat = $2 AND e.reason = $3 LIMIT $4"; got[0].text != want {
		t.Errorf("got %q", got[0].text)
	}
	if got[1].text != "BEGIN" || got[2].text != "SELECT now()" {
		t.Errorf("got %q and %q", got[1].text, got[2].text)
	}
	if literals := got[0].literals(); literals != `('O''Brien, $9 = ''x''', '{a,b}', NULL, '51')` {
		t.Errorf("the values are %s", literals)
	}
	if got[2].literals() != "" {
		t.Errorf("the last has no values, and is executed with %s", got[2].literals())
	}
}

func TestReadPlan(t *testing.T) {
	t.Parallel()
	got, err := readPlan([]byte(`[{"Plan": {"Node Type": "Limit", "Actual Rows": 51, "Actual Loops": 1, "Shared Hit Blocks": 120, "Shared Read Blocks": 3, "Plans": [
		{"Node Type": "Index Scan", "Relation Name": "enrollments", "Index Name": "by_time", "Actual Rows": 25.5, "Actual Loops": 2, "Rows Removed by Filter": 1, "Shared Hit Blocks": 100, "Shared Read Blocks": 3},
		{"Node Type": "Seq Scan", "Relation Name": "business_units", "Actual Rows": 7, "Actual Loops": 1, "Shared Hit Blocks": 20},
		{"Node Type": "Index Scan", "Relation Name": "seats", "Index Name": "seats_one_live", "Actual Rows": 0, "Actual Loops": 0}
	]}}]`))
	if err != nil {
		t.Fatal(err)
	}
	if got.rows != 53+7 || got.hit != 120 || got.read != 3 {
		t.Errorf("got %+v", got)
	}
	if all := strings.Join(got.scans, "; "); all != "index scan by by_time (53); seq scan by business_units (7)" {
		t.Errorf("got %s", all)
	}
}

func TestThePartsOfPgbenchThatAreRead(t *testing.T) {
	t.Parallel()
	got, err := transactionsPerSecond("latency average = 1.2 ms\ninitial connection time = 9.1 ms\ntps = 8482.123456 (without initial connection time)\n")
	if err != nil || got != 8482.123456 {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := transactionsPerSecond("pgbench: error"); err == nil {
		t.Error("an output without a figure is a figure")
	}
}
