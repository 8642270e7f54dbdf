package client

import "context"

// Available is how many seats of a type a business unit can still make; known is
// false when the token's bearer may not see it.
func (c *Client) Available(ctx context.Context, unit Unit, seatType string) (available int, known bool) {
	var data struct {
		SeatUsage *struct{ Available int }
	}
	const document = `query Available($unit: ID!, $type: SeatType!) { seatUsage(businessUnitId: $unit, seatType: $type) { available } }`
	// It is a hint beside an answer that stands without it, so a failure is no news.
	if err := c.Ask(ctx, document, map[string]any{"unit": unit.ID, "type": seatType}, &data); err != nil || data.SeatUsage == nil {
		return 0, false
	}
	return data.SeatUsage.Available, true
}
