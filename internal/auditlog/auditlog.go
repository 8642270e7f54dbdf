// Package auditlog reads the audit log: the list of everything that was done or
// tried, and the trail of one thing. Package store writes it, and nobody can
// change it.
//
// Without VIEW_AUDIT_LOG there is no entry. Entries are narrowed to the viewer's
// business units; those without one are seen with business units "*" only.
package auditlog

import (
	"context"
	"fmt"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// Log is the audit log as viewers read it.
type Log struct {
	read   store.Reader
	scopes *scope.Resolver
}

// New makes a log on a store.
func New(s *store.Store, scopes *scope.Resolver) *Log {
	return &Log{read: s.Read(), scopes: scopes}
}

// sight is what the context's viewer may see of the log: the business units, and
// whether anything at all.
func (l *Log) sight(ctx context.Context) (scope.Scope, bool, error) {
	if !may(ctx) {
		return scope.Scope{}, false, nil
	}
	seen, err := l.scopes.Of(ctx)
	return seen, err == nil, err
}

// may reports whether the context's viewer may read the log at all.
func may(ctx context.Context) bool {
	v, _ := viewer.From(ctx)
	return v.May(lifecycle.ViewAuditLog)
}

// forbidden is the no to who may not read the log.
func forbidden(ctx context.Context) *refusal.Refusal {
	v, _ := viewer.From(ctx)
	return v.Lacks("audit entries", lifecycle.ViewAuditLog)
}

// one reads the one value of a statement.
func one[V any](ctx context.Context, r store.Reader, statement string, args []any) (value V, err error) {
	rows, err := r.Query(ctx, statement, args...)
	if err != nil {
		return value, err
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return value, err
		}
		return value, fmt.Errorf("auditlog: a statement for one value answered nothing: %.60q", statement)
	}
	err = rows.Scan(&value)
	return value, err
}
