package licence

import (
	"context"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/batch"
	"gatehouse/internal/scope"
)

// Forecast is when the licences of all that the usage shows run out together; nil
// where there is no trend. Allocations that grow by themselves are left out: they
// never run out, and would only hide that others do. It reads one statement.
func (ls *Licences) Forecast(ctx context.Context, u *SeatUsage) (*SeatForecast, error) {
	if lacksView(ctx, "the usage of licences") != nil {
		return nil, nil
	}
	sc, err := ls.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	all, err := ls.daily(ctx, inOne, "NOT a.grows AND "+used(3), trendDays, sc.Arg(), u.unit, u.seatType)
	return trend(all[uuid.Nil]), err
}

// askDays is the question that a group of allocations is asked.
type askDays struct{}

// ForecastOf is when one allocation runs out; nil where there is no trend, and for
// one that grows by itself. The figures are read for all allocations of its page
// at once.
func (ls *Licences) ForecastOf(ctx context.Context, a *SeatAllocation) (*SeatForecast, error) {
	if a.Grows || lacksView(ctx, "the usage of licences") != nil {
		return nil, nil
	}
	all, err := batch.Load(ctx, a.together, askDays{}, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*SeatUsageDay, error) {
		sc, err := ls.scopes.Of(ctx)
		if err != nil {
			return nil, err
		}
		return ls.daily(ctx, "a.id", scope.Condition("a.business_unit_id", 3)+" AND NOT a.grows AND a.id = ANY($4)", trendDays, sc.Arg(), pq.Array(ids))
	})
	return trend(all[a.ID.UUID]), err
}
