package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/store"
)

// hook is a webhook with what only the server knows of it.
type hook struct {
	Webhook
	// actor is whose rights it has, as viewer.Keep wrote them.
	actor      []byte
	cipher     []byte
	position   int64
	replayedTo int64
	// restingUntil: before then nothing is sent; nil when that is now.
	restingUntil *time.Time
	// roundUntil: until then a job is at work on its deliveries, and since then none is;
	// nil when none ever was.
	roundUntil *time.Time
	lists      lists
}

// columns are those of a webhook under the alias w, in the order of into.
var columns = strings.Join([]string{
	"w.id", "w.version", "w.created_at", "w.updated_at", "w.owner_issuer", "w.owner_subject", "w.owner_name", "w.actor", "w.url", "w.description",
	"w.actions", "w.resource_types", "w.business_unit_ids", "w.profile_ids", "w.status", "w.secret_cipher", "w.position", "w.replayed_to",
	"w.failing_since", "w.delivered_at", "w.resting_until", "w.round_until", "NULLIF(w.last_error, '')",
}, ", ")

// lists are the columns that are lists, as they stand in the row.
type lists struct{ actions, resources, units, profiles []byte }

// into is where a row is read to; settle then reads the lists.
func (h *hook) into() []any {
	l := &h.lists
	h.ID.Kind = id.Webhook
	return []any{
		&h.ID.UUID, &h.Version, &h.CreatedAt, &h.UpdatedAt, &h.Owner.Issuer, &h.Owner.Subject, &h.Owner.Name, &h.actor, &h.URL, &h.Description,
		&l.actions, &l.resources, &l.units, &l.profiles, &h.Status, &h.cipher, &h.position, &h.replayedTo,
		&h.FailingSince, &h.DeliveredAt, &h.restingUntil, &h.roundUntil, &h.LastError,
	}
}

// settle completes a row that was read. NULL is a nil list: for all.
func (h *hook) settle() error {
	l := h.lists
	var units, profiles []uuid.UUID
	for _, one := range []struct {
		text []byte
		into any
	}{{l.actions, &h.Actions}, {l.resources, &h.ResourceTypes}, {l.units, &units}, {l.profiles, &profiles}} {
		if one.text == nil {
			continue
		}
		if err := json.Unmarshal(one.text, one.into); err != nil {
			return fmt.Errorf("read what %s is told of: %w", h.ID, err)
		}
	}
	h.BusinessUnitIDs, h.ProfileIDs = idsOf(id.BusinessUnit, units), idsOf(id.Profile, profiles)
	h.CreatedAt, h.UpdatedAt = h.CreatedAt.UTC(), h.UpdatedAt.UTC()
	inUTC(&h.FailingSince, &h.DeliveredAt)
	return nil
}

// inUTC puts instants that may be absent into UTC.
func inUTC(all ...**time.Time) {
	for _, t := range all {
		if *t != nil {
			utc := (*t).UTC()
			*t = &utc
		}
	}
}

// idsOf are the ids of rows; of no list none.
func idsOf(kind id.Kind, rows []uuid.UUID) []id.ID {
	if rows == nil {
		return nil
	}
	ids := make([]id.ID, len(rows))
	for n, row := range rows {
		ids[n] = id.Of(kind, row)
	}
	return ids
}

// rows are the result of a statement.
type rows interface {
	Next() bool
	Scan(into ...any) error
	Err() error
	Close() error
}

// scanHooks reads webhooks by columns, and closes the rows.
func scanHooks(found rows, err error) ([]*hook, error) {
	if err != nil {
		return nil, fmt.Errorf("read webhooks: %w", err)
	}
	defer func() { _ = found.Close() }()
	var all []*hook
	for found.Next() {
		h := &hook{}
		if err := found.Scan(h.into()...); err != nil {
			return nil, fmt.Errorf("read a webhook: %w", err)
		}
		if err := h.settle(); err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, found.Err()
}

// lock takes a webhook that the viewer may see for this transaction; the error is a
// refusal when there is none.
func (ws *Webhooks) lock(ctx context.Context, tx *store.Tx, s sight, one id.ID) (*hook, error) {
	if one.Kind != id.Webhook {
		return nil, missing(one)
	}
	condition, args := s.condition(2)
	all, err := scanHooks(tx.Query(ctx, "SELECT "+columns+" FROM webhooks w WHERE w.id = $1 AND w.deleted_at IS NULL AND "+condition+" FOR UPDATE",
		append([]any{one.UUID}, args...)...))
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, missing(one)
	}
	return all[0], nil
}

// unit is the business unit whose auditors see what is done to the webhook: the one
// that it is for. What is for several or all is seen by those who see all.
func (h *hook) unit() uuid.UUID {
	if len(h.BusinessUnitIDs) == 1 {
		return h.BusinessUnitIDs[0].UUID
	}
	return uuid.Nil
}

// named is the row that an id names; none of another kind.
func named(one id.ID) uuid.UUID {
	if one.Kind != id.Webhook {
		return uuid.Nil
	}
	return one.UUID
}

// values are what a webhook is told of, as its columns keep it.
func (h *hook) values() store.Row {
	return store.Row{
		"url": h.URL, "description": h.Description, "status": h.Status,
		"actions": listOf(h.Actions), "resource_types": listOf(h.ResourceTypes),
		"business_unit_ids": idList(h.BusinessUnitIDs), "profile_ids": idList(h.ProfileIDs),
	}
}

// words is a list of words, which an entry tells without JSON's marks.
type words []string

// String is for the entry.
func (w words) String() string { return strings.Join(w, ", ") }

// listOf is a list as its column keeps it; NULL for all.
func listOf[T audit.Action | audit.Resource](all []T) any {
	if all == nil {
		return nil
	}
	list := make(words, len(all))
	for n, one := range all {
		list[n] = string(one)
	}
	return list
}

// rowIDs is a list of ids, whose column keeps the rows' ids and whose audit entry
// tells the public ones.
type rowIDs []id.ID

// MarshalJSON is for the column.
func (r rowIDs) MarshalJSON() ([]byte, error) {
	all := make([]uuid.UUID, len(r))
	for n, one := range r {
		all[n] = one.UUID
	}
	return json.Marshal(all)
}

// String is for the entry.
func (r rowIDs) String() string {
	all := make([]string, len(r))
	for n, one := range r {
		all[n] = one.String()
	}
	return strings.Join(all, ", ")
}

// idList is a list of ids as a row's value; NULL for all.
func idList(all []id.ID) any {
	if all == nil {
		return nil
	}
	return rowIDs(all)
}
