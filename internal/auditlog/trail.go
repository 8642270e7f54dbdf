package auditlog

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/batch"
	"gatehouse/internal/page"
	"gatehouse/internal/scope"
)

// trail is the entries of the things that belong to one owner.
type trail struct {
	// name is the list's, as cursors and batches know it.
	name string
	// things is SQL for a set r(id) of the owner's things, with p.parent for the owner.
	things string
}

var (
	enrollmentTrail  = trail{"enrollment.auditTrail", "(SELECT p.parent AS id) r"}
	certificateTrail = trail{"certificate.auditTrail", "(SELECT p.parent AS id) r"}
	seatTrail        = trail{"seat.auditTrail", `(SELECT p.parent AS id
  UNION ALL SELECT e.id FROM enrollments e WHERE e.seat_row_id = p.parent
  UNION ALL SELECT c.id FROM certificates c WHERE c.seat_row_id = p.parent) r`}
)

// EnrollmentTrail is one page of an enrollment's entries, newest first; empty
// without VIEW_AUDIT_LOG. The enrollments of the group are answered by one
// statement.
func (l *Log) EnrollmentTrail(ctx context.Context, group *batch.Group, enrollment uuid.UUID, args page.Args) (*page.Connection[*Entry], error) {
	return l.trail(ctx, enrollmentTrail, group, enrollment, args)
}

// CertificateTrail is one page of a certificate's entries, newest first; empty
// without VIEW_AUDIT_LOG. The certificates of the group are answered by one
// statement.
func (l *Log) CertificateTrail(ctx context.Context, group *batch.Group, certificate uuid.UUID, args page.Args) (*page.Connection[*Entry], error) {
	return l.trail(ctx, certificateTrail, group, certificate, args)
}

// SeatTrail is one page of the entries of a seat, its enrollments and its
// certificates, newest first; empty without VIEW_AUDIT_LOG. The seats of the
// group are answered by one statement.
func (l *Log) SeatTrail(ctx context.Context, group *batch.Group, seat uuid.UUID, args page.Args) (*page.Connection[*Entry], error) {
	return l.trail(ctx, seatTrail, group, seat, args)
}

// asked names a trail's question to a group: pages of another size are another
// question, and so is the count.
type asked struct {
	trail    string
	limit    int
	backward bool
	count    bool
}

func (l *Log) trail(ctx context.Context, t trail, group *batch.Group, owner uuid.UUID, args page.Args) (*page.Connection[*Entry], error) {
	window, err := args.Open(t.name, owner)
	if err != nil {
		return nil, err
	}
	if !may(ctx) {
		return page.Empty[*Entry](), nil
	}
	// A cursor belongs to one owner's trail: the others of the group cannot be
	// asked for the same page.
	pages := group
	if group == nil || window.From != nil || window.To != nil {
		pages = batch.NewGroup([]uuid.UUID{owner})
	}
	byOwner, err := batch.Load(ctx, pages, asked{trail: t.name, limit: window.Limit, backward: window.Backward},
		func(ctx context.Context, owners []uuid.UUID) (map[uuid.UUID][]*Entry, error) {
			// Asked once for the group and not by each owner: it may take a statement.
			seen, err := l.scopes.Of(ctx)
			if err != nil {
				return nil, err
			}
			statement, args := t.merge(seen, owners).Page(window)
			found, err := l.entriesByParent(ctx, statement, args)
			if err != nil {
				return nil, fmt.Errorf("read audit trails: %w", err)
			}
			return found, nil
		})
	if err != nil {
		return nil, err
	}
	if group == nil {
		group = pages
	}
	// The rows are the group's, and a page may turn them round: hence the copy.
	return page.NewConnection(window, slices.Clone(byOwner[owner]), place, func(ctx context.Context) (int, error) {
		counts, err := batch.Load(ctx, group, asked{trail: t.name, count: true}, func(ctx context.Context, owners []uuid.UUID) (map[uuid.UUID]int, error) {
			seen, err := l.scopes.Of(ctx)
			if err != nil {
				return nil, err
			}
			return l.counts(ctx, t, seen, owners)
		})
		return counts[owner], err
	}), nil
}

// merge describes the trails of many owners. The few entries of an owner's
// things are found by the index that starts with the thing, and put in order.
func (t trail) merge(seen scope.Scope, owners []uuid.UUID) page.Merge {
	m := page.Merge{
		Table: "LATERAL " + t.things + " JOIN audit_entries a ON a.resource_id = r.id",
		Alias: "a", Columns: columns, Order: "at", Cast: "timestamptz", Descending: true, PerParent: "p.parent",
	}
	from := "unnest(" + m.Arg(pq.Array(distinct(owners))) + "::uuid[]) AS p(parent)"
	m.Arg(seen.Arg())
	m.Branches = []page.Branch{{From: from, Where: []string{scope.Condition("a.business_unit_id", len(m.Args))}}}
	return m
}

// counts are the lengths of the trails of many owners, by one statement.
func (l *Log) counts(ctx context.Context, t trail, seen scope.Scope, owners []uuid.UUID) (map[uuid.UUID]int, error) {
	statement := fmt.Sprintf(`SELECT p.parent, n.n FROM unnest($1::uuid[]) AS p(parent) CROSS JOIN LATERAL (
  SELECT count(*) AS n FROM (
    SELECT 1 FROM LATERAL %s JOIN audit_entries a ON a.resource_id = r.id WHERE %s LIMIT %d) x) n`,
		t.things, scope.Condition("a.business_unit_id", 2), page.MaxCount+1)
	rows, err := l.read.Query(ctx, statement, pq.Array(distinct(owners)), seen.Arg())
	if err != nil {
		return nil, fmt.Errorf("count audit trails: %w", err)
	}
	defer func() { _ = rows.Close() }()
	counts := make(map[uuid.UUID]int, len(owners))
	for rows.Next() {
		var owner uuid.UUID
		var n int
		if err := rows.Scan(&owner, &n); err != nil {
			return nil, fmt.Errorf("count audit trails: %w", err)
		}
		counts[owner] = n
	}
	return counts, rows.Err()
}
