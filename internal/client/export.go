package client

import (
	"context"
	"time"

	"gatehouse/internal/seatfile"
)

// pageSize is the most that one page holds.
const pageSize = 100

// Selection says which seats to export, in the words of the API. What is zero does
// not narrow.
type Selection struct {
	View, Search    string
	Units           []Unit
	Types, Statuses []string
	CreatedSince    time.Time
	CreatedBefore   time.Time
	UpdatedSince    time.Time
	UpdatedBefore   time.Time
	OrderField      string
	OrderDirection  string
}

const listSeats = `query ExportSeats($first: Int!, $after: String, $view: SeatView, $search: String, $filter: SeatFilter, $orderBy: SeatOrder) {
  seats(first: $first, after: $after, view: $view, search: $search, filter: $filter, orderBy: $orderBy) {
    nodes { seatId name email phone seatType businessUnit { key } status unusedSince createdAt updatedAt }
    pageInfo { hasNextPage endCursor }
  }
}`

// Export hands on the seats of a selection, page after page, until each fails or
// ctx ends. The first page is asked for once, so that a wrong address is told at
// once; later ones again after a passing failure.
func (c *Client) Export(ctx context.Context, s Selection, told func(why error, wait time.Duration), each func([]seatfile.Seat) error) error {
	variables := s.variables()
	for page := 0; ; page++ {
		var data struct {
			Seats struct {
				Nodes []struct {
					SeatID, Name, Email, Phone, SeatType, Status string
					BusinessUnit                                 *struct{ Key string }
					UnusedSince                                  *time.Time
					CreatedAt, UpdatedAt                         time.Time
				}
				PageInfo struct {
					HasNextPage bool
					EndCursor   *string
				}
			}
		}
		ask := func() error { return c.Insist(ctx, ctx, told, listSeats, variables, &data) }
		if page == 0 {
			ask = func() error { return c.Ask(ctx, listSeats, variables, &data) }
		}
		if err := ask(); err != nil {
			return err
		}
		seats := make([]seatfile.Seat, len(data.Seats.Nodes))
		for n, node := range data.Seats.Nodes {
			seats[n] = seatfile.Seat{
				SeatID: node.SeatID, Name: node.Name, Email: node.Email, Phone: node.Phone, Type: node.SeatType, Status: node.Status,
				CreatedAt: node.CreatedAt, UpdatedAt: node.UpdatedAt,
			}
			if node.BusinessUnit != nil {
				seats[n].BusinessUnit = node.BusinessUnit.Key
			}
			if node.UnusedSince != nil {
				seats[n].UnusedSince = *node.UnusedSince
			}
		}
		if err := each(seats); err != nil {
			return err
		}
		if !data.Seats.PageInfo.HasNextPage || data.Seats.PageInfo.EndCursor == nil {
			return nil
		}
		variables["after"] = *data.Seats.PageInfo.EndCursor
	}
}

// variables are the selection as the document takes it. What does not narrow is
// left out: an empty list would match nothing.
func (s Selection) variables() map[string]any {
	filter := map[string]any{}
	if len(s.Units) > 0 {
		ids := make([]string, len(s.Units))
		for n, unit := range s.Units {
			ids[n] = unit.ID
		}
		filter["businessUnitIds"] = ids
	}
	for name, list := range map[string][]string{"seatTypes": s.Types, "statuses": s.Statuses} {
		if len(list) > 0 {
			filter[name] = list
		}
	}
	for name, at := range map[string]time.Time{
		"createdSince": s.CreatedSince, "createdBefore": s.CreatedBefore, "updatedSince": s.UpdatedSince, "updatedBefore": s.UpdatedBefore,
	} {
		if !at.IsZero() {
			filter[name] = at.UTC().Format(time.RFC3339Nano)
		}
	}
	variables := map[string]any{
		"first": pageSize, "filter": filter, "orderBy": map[string]any{"field": s.OrderField, "direction": s.OrderDirection},
	}
	if s.View != "" {
		variables["view"] = s.View
	}
	if s.Search != "" {
		variables["search"] = s.Search
	}
	return variables
}
