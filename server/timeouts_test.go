package main

import (
	"strings"
	"testing"
	"time"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

func TestHowLongAStatementMayTake(t *testing.T) {
	t.Parallel()
	person := func(roles ...lifecycle.Role) viewer.Viewer {
		return viewer.New("test", "ada", "", "", roles, viewer.Units{})
	}
	for name, row := range map[string]struct {
		settings []string
		who      viewer.Viewer
		want     time.Duration // 0: as the connection is opened
		session  time.Duration
	}{
		"a person":                         {nil, person(lifecycle.Admin), 0, 10 * time.Second},
		"a person without a role":          {nil, person(), 0, 10 * time.Second},
		"the system":                       {nil, viewer.TheSystem(), 0, 10 * time.Second},
		"an end user":                      {nil, viewer.TheEndUser("enr_1"), 5 * time.Second, 10 * time.Second},
		"nobody":                           {nil, viewer.Viewer{}, 5 * time.Second, 10 * time.Second},
		"a role of its own, with the most": {[]string{"GATEHOUSE_STATEMENT_TIMEOUTS=AUDITOR=30s;APPROVER=2s"}, person(lifecycle.Auditor), 0, 30 * time.Second},
		"beside it, the others":            {[]string{"GATEHOUSE_STATEMENT_TIMEOUTS=AUDITOR=30s;APPROVER=2s"}, person(lifecycle.Admin), 10 * time.Second, 30 * time.Second},
		"less than the others":             {[]string{"GATEHOUSE_STATEMENT_TIMEOUTS=AUDITOR=30s;APPROVER=2s"}, person(lifecycle.Approver), 2 * time.Second, 30 * time.Second},
		"the longest of several roles":     {[]string{"GATEHOUSE_STATEMENT_TIMEOUTS=AUDITOR=30s;APPROVER=2s"}, person(lifecycle.Approver, lifecycle.Auditor), 0, 30 * time.Second},
		"the usual, changed":               {[]string{"GATEHOUSE_STATEMENT_TIMEOUT=3s"}, person(lifecycle.Admin), 3 * time.Second, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := settled(t, row.settings)
			if err != nil {
				t.Fatal(err)
			}
			times, err := c.timeouts()
			if err != nil {
				t.Fatal(err)
			}
			if got := times.forViewer(row.who); got != row.want || times.longest() != row.session {
				t.Errorf("%s, with connections of %s; want %s and %s", got, times.longest(), row.want, row.session)
			}
		})
	}
	c, err := settled(t, []string{"GATEHOUSE_STATEMENT_TIMEOUTS=KING=3s;ADMIN=soon;AUDITOR=-1s"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.timeouts()
	for _, want := range []string{`"KING", which is no role; there are END_USER, SYSTEM, ADMIN`, `ADMIN "soon"`, `AUDITOR "-1s"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %s", err, want)
		}
	}
}
