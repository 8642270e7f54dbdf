package businessunit

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/batch"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/viewer"
)

// columns are those of a business unit under the alias u.
var columns = []string{
	"u.id", "u.key", "u.name", "u.is_default", "u.approver_emails", "u.manager_emails", "u.created_at", "u.updated_at", "u.deleted_at", "u.version",
}

// One is a business unit by its id, deleted ones included; nil when there is
// none for the viewer. It is refused without VIEW_BUSINESS_UNITS.
func (us *Units) One(ctx context.Context, i id.ID) (*BusinessUnit, error) {
	if no := lacksView(ctx); no != nil {
		return nil, no
	}
	found, err := us.ByIDs(ctx, id.UUIDs(id.BusinessUnit, []id.ID{i}))
	return found[i.UUID], err
}

// ByIDs are the business units with these ids that exist for the viewer,
// deleted ones included, by one statement; without VIEW_BUSINESS_UNITS none.
func (us *Units) ByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*BusinessUnit, error) {
	if len(ids) == 0 || lacksView(ctx) != nil {
		return nil, nil
	}
	sc, err := us.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	all, err := us.query(ctx, fmt.Sprintf("SELECT %s FROM business_units u WHERE u.id = ANY($1) AND %s",
		strings.Join(columns, ", "), scope.Condition("u.id", 2)), pq.Array(ids), sc.Arg())
	if err != nil {
		return nil, err
	}
	found := make(map[uuid.UUID]*BusinessUnit, len(all))
	for _, u := range all {
		found[u.ID.UUID] = u
	}
	return found, nil
}

// askUnits is the question that a group of business unit ids is asked.
type askUnits struct{}

// Of is one business unit of a group whose ids are those of the business units
// that the things of a page belong to: the first one asked for reads them all.
// Without a group it is read alone.
func (us *Units) Of(ctx context.Context, units *batch.Group, unit uuid.UUID) (*BusinessUnit, error) {
	if units == nil {
		units = batch.NewGroup([]uuid.UUID{unit})
	}
	found, err := batch.Load(ctx, units, askUnits{}, us.ByIDs)
	return found[unit], err
}

// query reads business units that are read together.
func (us *Units) query(ctx context.Context, statement string, args ...any) ([]*BusinessUnit, error) {
	rows, err := us.read.Query(ctx, statement, args...)
	if err != nil {
		return nil, fmt.Errorf("read business units: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []*BusinessUnit
	var ids []uuid.UUID
	for rows.Next() {
		u := &BusinessUnit{ID: id.ID{Kind: id.BusinessUnit}}
		var approvers, managers []byte
		if err := rows.Scan(&u.ID.UUID, &u.Key, &u.Name, &u.IsDefault, &approvers, &managers, &u.CreatedAt, &u.UpdatedAt, &u.DeletedAt, &u.Version); err != nil {
			return nil, fmt.Errorf("read business units: %w", err)
		}
		if u.ApproverEmails, err = addresses(approvers); err != nil {
			return nil, fmt.Errorf("read the approvers of %s: %w", u.ID, err)
		}
		if u.ManagerEmails, err = addresses(managers); err != nil {
			return nil, fmt.Errorf("read the managers of %s: %w", u.ID, err)
		}
		u.CreatedAt, u.UpdatedAt, u.DeletedAt = u.CreatedAt.UTC(), u.UpdatedAt.UTC(), inUTC(u.DeletedAt)
		all, ids = append(all, u), append(ids, u.ID.UUID)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read business units: %w", err)
	}
	group := batch.NewGroup(ids)
	for _, u := range all {
		u.group = group
	}
	return all, nil
}

// addresses reads a column of them; never nil, since the schema's lists are not.
func addresses(column []byte) ([]string, error) {
	list := []string{}
	err := json.Unmarshal(column, &list)
	return list, err
}

func inUTC(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	utc := t.UTC()
	return &utc
}

// lacksView is the no to a viewer who may not see business units.
func lacksView(ctx context.Context) *refusal.Refusal {
	v, _ := viewer.From(ctx)
	return v.Lacks("business units", lifecycle.ViewBusinessUnits)
}
