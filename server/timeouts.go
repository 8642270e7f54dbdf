package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

// timeouts are how long a statement may take, for who has no role and for every role
// that has a time of its own.
type timeouts struct {
	usual time.Duration
	of    map[string]time.Duration
}

// timeouts reads the settings. It refuses a role that does not exist and a time that
// is none, all at once.
func (d databaseSettings) timeouts() (timeouts, error) {
	t := timeouts{usual: d.StatementTimeout, of: map[string]time.Duration{}}
	known := []string{string(viewer.EndUser), string(viewer.System)}
	for _, role := range lifecycle.Roles {
		known = append(known, string(role))
	}
	var problems []error
	for role, text := range d.StatementTimeouts {
		time, err := time.ParseDuration(text)
		switch {
		case !slices.Contains(known, role):
			problems = append(problems, fmt.Errorf("GATEHOUSE_STATEMENT_TIMEOUTS gives a time to %q, which is no role; there are %s", role, strings.Join(known, ", ")))
		case err != nil || time <= 0:
			problems = append(problems, fmt.Errorf("GATEHOUSE_STATEMENT_TIMEOUTS gives %s %q, which is no time such as 30s", role, text))
		}
		t.of[role] = time
	}
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return t, errors.Join(problems...)
}

// longest is what a connection is opened with: the longest time that anybody has.
func (t timeouts) longest() time.Duration {
	longest := t.usual
	for _, time := range t.of {
		longest = max(longest, time)
	}
	return longest
}

// forViewer is a viewer's time; 0 when it is that of the connection. Nobody is an end
// user, and of a person's roles the one with the most time counts.
func (t timeouts) forViewer(v viewer.Viewer) time.Duration {
	var most time.Duration
	switch v.Kind {
	case viewer.User:
		for _, role := range v.Roles {
			most = max(most, t.named(string(role)))
		}
		if len(v.Roles) == 0 {
			most = t.usual
		}
	case viewer.System:
		most = t.named(string(viewer.System))
	default:
		most = t.named(string(viewer.EndUser))
	}
	if most == t.longest() {
		return 0
	}
	return most
}

func (t timeouts) named(role string) time.Duration {
	if own, ok := t.of[role]; ok {
		return own
	}
	return t.usual
}

// longestStatement is the longest time that anybody's statement may take. The
// settings have been checked.
func (d databaseSettings) longestStatement() time.Duration {
	t, _ := d.timeouts()
	return t.longest()
}
