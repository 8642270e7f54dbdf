package accounting

import (
	"context"
	"fmt"
	"slices"

	"gatehouse/internal/audit"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// told is what the audit has of one request.
type told struct {
	done     map[audit.Action]int
	codes    []refusal.Code
	failures int
}

// entries compares what the callers were answered with what the audit says of their
// requests: every refusal has one entry with its code, and everything that a caller
// was told is done has one, and nothing else has.
func (s *stage) entries(ctx context.Context, p plan, answers []answer) ([]string, error) {
	by, err := s.toldOf(ctx, p)
	if err != nil {
		return nil, err
	}
	var wrong []string
	for _, a := range answers {
		entries := by[a.Request]
		slices.Sort(a.Codes)
		slices.Sort(entries.codes)
		if !slices.Equal(a.Codes, entries.codes) {
			wrong = append(wrong, fmt.Sprintf("%s (%s) was refused with %v; the audit has %v", a.Request, a.Act, a.Codes, entries.codes))
		}
		for action, done := range a.Done {
			if n := entries.done[action]; n > done || n < done && !a.Perhaps {
				wrong = append(wrong, fmt.Sprintf("%s (%s) was told %d times that %s was done; the audit has %d", a.Request, a.Act, done, action, n))
			}
		}
		if entries.failures > 0 && a.Fault == "" {
			wrong = append(wrong, fmt.Sprintf("%s (%s) failed %d times by the audit, and its caller was told of none", a.Request, a.Act, entries.failures))
		}
	}
	return wrong, nil
}

// toldOf reads the entries of a check's requests. What became of things by itself
// within a request, such as the expiry of an enrollment before it was decided
// about, was done by the system, and the caller is not told: only the sweep says
// how many it has expired.
func (s *stage) toldOf(ctx context.Context, p plan) (map[string]*told, error) {
	rows, err := s.admin.QueryContext(ctx, `SELECT request_id, actor_kind, action, outcome, code FROM audit_entries WHERE request_id LIKE $1 || '/%'`, p.Name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	by := map[string]*told{}
	for _, s := range p.Scripts {
		for n := range s.Steps {
			by[request(p, s, n)] = &told{done: map[audit.Action]int{}}
		}
	}
	for rows.Next() {
		var request string
		var actor viewer.Kind
		var action audit.Action
		var outcome audit.Outcome
		var code refusal.Code
		if err := rows.Scan(&request, &actor, &action, &outcome, &code); err != nil {
			return nil, err
		}
		of := by[request]
		switch {
		case of == nil:
			return nil, fmt.Errorf("the audit has an entry of a request %s that nobody made", request)
		case outcome == audit.Refused:
			of.codes = append(of.codes, code)
		case outcome == audit.Failure:
			of.failures++
		case actor == viewer.User, actor == viewer.EndUser, action == audit.Expire:
			of.done[action]++
		}
	}
	return by, rows.Err()
}
