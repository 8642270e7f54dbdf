package client_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/internal/client"
	"gatehouse/internal/seatfile"
)

func TestEveryPageIsExported(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	node := func(seatID string) map[string]any {
		return map[string]any{"seatId": seatID, "name": "n", "email": "e", "phone": "p", "seatType": "USER", "status": "CREATED",
			"businessUnit": map[string]any{"key": "berlin"}, "unusedSince": noon, "createdAt": noon, "updatedAt": noon}
	}
	bare := node("c")
	bare["businessUnit"], bare["unusedSince"] = nil, nil
	var asked []map[string]any
	f.pages = func(variables map[string]any) any {
		asked = append(asked, variables)
		if variables["after"] == nil {
			return map[string]any{"seats": map[string]any{"nodes": []any{node("a"), node("b")}, "pageInfo": map[string]any{"hasNextPage": true, "endCursor": "behind b"}}}
		}
		return map[string]any{"seats": map[string]any{"nodes": []any{bare}, "pageInfo": map[string]any{"hasNextPage": false, "endCursor": "behind c"}}}
	}
	selection := client.Selection{
		View: "NOT_ENROLLED", Search: "ada", Units: []client.Unit{berlin}, Types: []string{"USER"}, Statuses: []string{"CREATED"},
		CreatedSince: noon, CreatedBefore: noon.Add(time.Hour), UpdatedSince: noon.Add(2 * time.Hour), UpdatedBefore: noon.Add(3 * time.Hour), OrderField: "SEAT_ID", OrderDirection: "ASC",
	}
	var got []seatfile.Seat
	err := f.client().Export(t.Context(), selection, func(error, time.Duration) {}, func(seats []seatfile.Seat) error { got = append(got, seats...); return nil })
	if err != nil {
		t.Fatal(err)
	}
	seat := seatfile.Seat{SeatID: "a", Name: "n", Email: "e", Phone: "p", Type: "USER", BusinessUnit: "berlin", Status: "CREATED", UnusedSince: noon, CreatedAt: noon, UpdatedAt: noon}
	want := []seatfile.Seat{seat, seat, seat}
	want[1].SeatID, want[2].SeatID, want[2].BusinessUnit, want[2].UnusedSince = "b", "c", "", time.Time{}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the seats (-want +got)\n%s", diff)
	}
	variables := map[string]any{
		"first": 100.0, "view": "NOT_ENROLLED", "search": "ada", "orderBy": map[string]any{"field": "SEAT_ID", "direction": "ASC"},
		"filter": map[string]any{
			"businessUnitIds": []any{berlin.ID}, "seatTypes": []any{"USER"}, "statuses": []any{"CREATED"},
			"createdSince": "2026-11-22T12:00:00Z", "createdBefore": "2026-11-22T13:00:00Z", "updatedSince": "2026-11-22T14:00:00Z", "updatedBefore": "2026-11-22T15:00:00Z",
		},
	}
	again := map[string]any{"after": "behind b"}
	for name, value := range variables {
		again[name] = value
	}
	if diff := cmp.Diff([]map[string]any{variables, again}, asked); diff != "" {
		t.Errorf("what was asked (-want +got)\n%s", diff)
	}
}

func TestAnExportEndsWhenItsSeatsCannotBeKept(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.pages = func(map[string]any) any {
		return map[string]any{"seats": map[string]any{"nodes": []any{}, "pageInfo": map[string]any{"hasNextPage": true, "endCursor": "on"}}}
	}
	full := errors.New("no space left")
	if err := f.client().Export(t.Context(), client.Selection{OrderField: "SEAT_ID"}, nil, func([]seatfile.Seat) error { return full }); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}
