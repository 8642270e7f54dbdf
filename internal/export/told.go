package export

import (
	"fmt"
	"strings"

	"gatehouse/internal/audit"
	"gatehouse/internal/view"
)

// told is the content as an audit entry tells it.
func (c Content) told() ([]audit.Change, error) {
	var changes []audit.Change
	tell := func(field, value string) {
		if value != "" {
			changes = append(changes, audit.Change{Field: field, After: &value})
		}
	}
	if c.Job != nil {
		tell("job", c.Job.String())
	}
	if c.List != nil {
		written, err := view.Encode(*c.List)
		if err != nil {
			return nil, fmt.Errorf("tell what is exported: %w", err)
		}
		tell("list", string(written.List))
		if written.SystemView != nil {
			tell("view", *written.SystemView)
		}
		if written.Search != nil {
			tell("search", *written.Search)
		}
		tell("filter", string(written.Filter))
		tell("orderBy", string(written.OrderBy))
	}
	tell("columns", strings.Join(c.Columns, ", "))
	tell("format", string(c.Format))
	return changes, nil
}
