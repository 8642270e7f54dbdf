package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"entgo.io/ent/dialect/sql/schema"
	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/audit"
)

// Change is one row of an audited thing, locked by this transaction, with the
// values of some columns before and after. Version and updated_at are raised by
// Apply itself.
type Change struct {
	ID           uuid.UUID
	BusinessUnit uuid.UUID
	Version      int
	Before       Row
	After        Row
}

// Apply changes many rows of one thing by one statement, whose number does not
// grow with the rows. Every change sets the same columns. It fails, and the
// transaction with it, unless each row is there in the version that was read.
// Each changed row must be recorded.
func (tx *Tx) Apply(ctx context.Context, resource audit.Resource, changes []Change) error {
	if len(changes) == 0 {
		return nil
	}
	table := tables[resource]
	columns := slices.Sorted(maps.Keys(changes[0].After))
	ids, versions := make([]string, len(changes)), make([]int64, len(changes))
	rows := make([]Row, len(changes))
	for i, c := range changes {
		ids[i], versions[i], rows[i] = c.ID.String(), int64(c.Version), c.After
	}
	args := []any{pq.Array(ids), pq.Array(versions), tx.now}
	values, sources, names, err := unnested(table, columns, rows, len(args))
	if err != nil {
		return err
	}
	sets := make([]string, len(columns))
	for i, c := range columns {
		t, _ := sqlType(table, c) // unnested has asked already
		sets[i] = fmt.Sprintf("%s = v.%s::%s", c, c, t)
	}
	statement := fmt.Sprintf(`WITH changed AS (
  UPDATE %s AS t SET %s, version = t.version + 1, updated_at = $3
  FROM unnest($1::uuid[], $2::bigint[], %s) AS v(id, version, %s)
  WHERE t.id = v.id AND t.version = v.version
  RETURNING t.id)
SELECT count(*) FROM changed`, table.Name, strings.Join(sets, ", "), sources, names)
	var n int
	if err := tx.row(ctx, statement, append(args, values...), &n); err != nil {
		return fmt.Errorf("change %d rows of %s: %w", len(changes), table.Name, err)
	}
	if n != len(changes) {
		return fmt.Errorf("store: %d of %d rows of %s were not as they were read under their lock", len(changes)-n, len(changes), table.Name)
	}
	for _, c := range changes {
		var fields []audit.Change
		for _, column := range columns {
			if !slices.Contains(untold, column) {
				fields = append(fields, audit.Change{Field: fieldName(column), Before: toldOf(column, c.Before[column]), After: toldOf(column, c.After[column])})
			}
		}
		tx.note(thing{resource, c.ID}, c.BusinessUnit, fields)
	}
	return nil
}

// Insert adds many rows of an audited thing by one statement; each row has its
// id and business_unit_id, and all have the same columns. Where conflict is not
// empty (an index's columns and condition, as ON CONFLICT takes them), a row
// that exists already is left as it is. It returns the ids that were added, each
// of which must be recorded.
func (tx *Tx) Insert(ctx context.Context, resource audit.Resource, conflict string, rows []Row) (map[uuid.UUID]bool, error) {
	added, err := tx.insert(ctx, tables[resource], conflict, rows)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		row, _ := r["id"].(uuid.UUID)
		if !added[row] {
			continue
		}
		var fields []audit.Change
		for _, column := range slices.Sorted(maps.Keys(r)) {
			if !slices.Contains(untold, column) {
				if after := toldOf(column, r[column]); after != nil && *after != "" {
					fields = append(fields, audit.Change{Field: fieldName(column), After: after})
				}
			}
		}
		unit, _ := r["business_unit_id"].(uuid.UUID)
		tx.note(thing{resource, row}, unit, fields)
		tx.changed[thing{resource, row}].added = true
	}
	return added, nil
}

// TakeBack removes rows that this very transaction has added by Insert and that
// nothing tells of yet, by one statement: for what turns out at the last moment,
// under the lock of a counter, to have no place. Nothing else is ever deleted.
func (tx *Tx) TakeBack(ctx context.Context, resource audit.Resource, rows []uuid.UUID) error {
	if len(rows) == 0 {
		return nil
	}
	ids := make([]string, len(rows))
	for i, row := range rows {
		c := tx.changed[thing{resource, row}]
		if c == nil || !c.added || c.entries > 0 {
			return fmt.Errorf("store: %s %s was not added by this transaction, or is audited already", resource, row)
		}
		ids[i] = row.String()
	}
	if err := tx.exec(ctx, fmt.Sprintf(`DELETE FROM %s WHERE id = ANY($1::uuid[])`, tables[resource].Name), pq.Array(ids)); err != nil {
		return fmt.Errorf("take back %d rows of %s: %w", len(rows), tables[resource].Name, err)
	}
	for _, row := range rows {
		delete(tx.changed, thing{resource, row})
	}
	return nil
}

// Add adds many rows of something that is no audited thing of its own
// (decisions, notes, mails, jobs), by one statement.
func (tx *Tx) Add(ctx context.Context, table *schema.Table, rows []Row) error {
	for entity, resource := range audited {
		if tables[resource] == table {
			return fmt.Errorf("store: %s is audited; use Insert", entity)
		}
	}
	_, err := tx.insert(ctx, table, "", rows)
	return err
}

func (tx *Tx) insert(ctx context.Context, table *schema.Table, conflict string, rows []Row) (map[uuid.UUID]bool, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	columns := slices.Sorted(maps.Keys(rows[0]))
	values, sources, names, err := unnested(table, columns, rows, 0)
	if err != nil {
		return nil, err
	}
	casts := make([]string, len(columns))
	for i, c := range columns {
		t, _ := sqlType(table, c) // unnested has asked already
		casts[i] = fmt.Sprintf("v.%s::%s", c, t)
	}
	if conflict != "" {
		conflict = " ON CONFLICT " + conflict + " DO NOTHING"
	}
	statement := fmt.Sprintf(`WITH added AS (INSERT INTO %s (%s) SELECT %s FROM unnest(%s) AS v(%s)%s RETURNING id) SELECT id FROM added`,
		table.Name, names, strings.Join(casts, ", "), sources, names, conflict)
	found, err := tx.query(ctx, statement, values)
	if err != nil {
		return nil, fmt.Errorf("add %d rows to %s: %w", len(rows), table.Name, err)
	}
	defer func() { _ = found.Close() }()
	added := make(map[uuid.UUID]bool, len(rows))
	for found.Next() {
		var row uuid.UUID
		if err := found.Scan(&row); err != nil {
			return nil, fmt.Errorf("add rows to %s: %w", table.Name, err)
		}
		added[row] = true
	}
	if err := found.Err(); err != nil {
		return nil, fmt.Errorf("add %d rows to %s: %w", len(rows), table.Name, err)
	}
	return added, nil
}

// unnested turns rows into one text array per column: the arguments, the
// placeholders that follow number offset, and the columns' names.
func unnested(table *schema.Table, columns []string, rows []Row, offset int) (args []any, sources, names string, err error) {
	placeholders := make([]string, len(columns))
	for i, c := range columns {
		if _, err := sqlType(table, c); err != nil {
			return nil, "", "", err
		}
		values := make(textArray, len(rows))
		for j, r := range rows {
			v, ok := r[c]
			if !ok || len(r) != len(columns) {
				return nil, "", "", fmt.Errorf("store: the rows for %s do not have the same columns", table.Name)
			}
			if values[j], err = text(v); err != nil {
				return nil, "", "", fmt.Errorf("store: %s.%s: %w", table.Name, c, err)
			}
		}
		args = append(args, values)
		placeholders[i] = fmt.Sprintf("$%d::text[]", offset+i+1)
	}
	return args, strings.Join(placeholders, ", "), strings.Join(columns, ", "), nil
}
