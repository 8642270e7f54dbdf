package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"gatehouse/ent/generated/migrate"
	"gatehouse/internal/audit"
)

// writeEvents writes the transaction's events by one statement: one for each entry
// that tells of a change, and those that were told beside. They have their place in
// the order of their ids, and get their number after the commit.
func (tx *Tx) writeEvents(ctx context.Context) error {
	var rows []Row
	facts := false
	for _, e := range tx.entries {
		// An event is that something changed, which a failure may have done too.
		if (e.Outcome == audit.Success || len(e.Changes) > 0) && e.ID != uuid.Nil {
			row := eventRow(Event{At: e.At, Action: e.Action, Resource: e.Resource, Thing: e.ID, BusinessUnit: e.BusinessUnit})
			row["changes"] = e.Changes
			row["status_before"], row["status"] = moved(e.Entry)
			rows = append(rows, row)
			facts = facts || hasFacts(e.Resource)
		}
	}
	for _, e := range tx.events {
		e.At = tx.now
		rows = append(rows, eventRow(e))
		facts = facts || hasFacts(e.Resource)
	}
	if len(rows) == 0 {
		return nil
	}
	tx.follows = true
	if facts {
		return tx.insertWithFacts(ctx, rows)
	}
	for _, r := range rows {
		delete(r, "status_before")
		delete(r, "status")
	}
	_, err := tx.insert(ctx, migrate.EventsTable, "", rows)
	return err
}

// eventRow is an event as a row, but for what is read from the thing.
func eventRow(e Event) Row {
	return Row{
		"id": uuid.Must(uuid.NewV7()), "at": e.At, "action": e.Action, "resource_type": e.Resource, "resource_id": e.Thing,
		"business_unit_id": orNull(e.BusinessUnit), "changes": []audit.Change{}, "status_before": nil, "status": nil,
	}
}

// hasFacts reports whether the thing's row has what subscriptions judge by.
func hasFacts(r audit.Resource) bool { return r == audit.Enrollment || r == audit.Job }

// moved is an enrollment's status before and after, as its entry tells; NULL where
// the entry does not change it. A new one was nothing before.
func moved(e audit.Entry) (before, after any) {
	if e.Resource != audit.Enrollment {
		return nil, nil
	}
	n := slices.IndexFunc(e.Changes, func(c audit.Change) bool { return c.Field == "status" })
	if n < 0 {
		return nil, nil
	}
	if b := e.Changes[n].Before; b != nil {
		return *b, e.Changes[n].After
	}
	return "", e.Changes[n].After
}

// insertWithFacts adds events together with what their things' rows say: whoever
// follows along judges in memory, and no transaction has a statement more for it.
// Where an entry does not move an enrollment, its status is the one that the next
// entry of this transaction moved it from, else the row's.
func (tx *Tx) insertWithFacts(ctx context.Context, rows []Row) error {
	later := map[any]any{}
	for _, r := range slices.Backward(rows) {
		if r["status"] == nil && later[r["resource_id"]] != nil {
			r["status_before"], r["status"] = later[r["resource_id"]], later[r["resource_id"]]
		}
		if r["status"] != nil {
			later[r["resource_id"]] = r["status_before"]
		}
	}
	columns := []string{"id", "at", "action", "resource_type", "resource_id", "business_unit_id", "changes", "status_before", "status"}
	values, sources, names, err := unnested(migrate.EventsTable, columns, rows, 0)
	if err != nil {
		return err
	}
	// LIMIT 1 keeps the planner to one look by id per event, in the events' order.
	statement := fmt.Sprintf(`WITH added AS (INSERT INTO events (%s, profile_id, requester_issuer, requester_subject)
  SELECT v.id::uuid, v.at::timestamptz, v.action, v.resource_type, v.resource_id::uuid, v.business_unit_id::uuid, v.changes::jsonb,
    COALESCE(v.status_before, o.status, ''), COALESCE(v.status, o.status, ''), o.profile_id, COALESCE(o.issuer, ''), COALESCE(o.subject, '')
  FROM unnest(%s) AS v(%s) LEFT JOIN LATERAL (
    (SELECT e.status, e.profile_id, e.requester_issuer AS issuer, e.requester_subject AS subject
     FROM enrollments e WHERE v.resource_type = 'ENROLLMENT' AND e.id = v.resource_id::uuid LIMIT 1)
    UNION ALL
    (SELECT '', NULL, j.owner_issuer, j.owner_subject FROM bulk_jobs j WHERE v.resource_type = 'JOB' AND j.id = v.resource_id::uuid LIMIT 1)
  ) o ON TRUE RETURNING id)
SELECT count(*) FROM added`, strings.Join(columns, ", "), sources, names)
	var added int
	if err := tx.row(ctx, statement, values, &added); err != nil {
		return fmt.Errorf("add %d events: %w", len(rows), err)
	}
	return nil
}
