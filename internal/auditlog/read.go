package auditlog

import (
	"context"
	"strings"

	"github.com/google/uuid"
)

// selection reads entries by what follows it.
var selection = "SELECT " + strings.Join(columns, ", ") + " FROM audit_entries a"

// entries reads the entries of a statement that selects columns.
func (l *Log) entries(ctx context.Context, statement string, args []any) ([]*Entry, error) {
	rows, err := l.read.Query(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var entries []*Entry
	for rows.Next() {
		e, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	together(entries)
	return entries, rows.Err()
}

// entriesByParent reads the entries of a statement that selects the parent and
// columns.
func (l *Log) entriesByParent(ctx context.Context, statement string, args []any) (map[uuid.UUID][]*Entry, error) {
	rows, err := l.read.Query(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	byParent := map[uuid.UUID][]*Entry{}
	var all []*Entry
	for rows.Next() {
		var parent uuid.UUID
		e, err := scan(rows.Scan, &parent)
		if err != nil {
			return nil, err
		}
		byParent[parent] = append(byParent[parent], e)
		all = append(all, e)
	}
	together(all)
	return byParent, rows.Err()
}
