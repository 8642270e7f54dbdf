package licence

import (
	"context"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/refusal"
)

// SeatUsageDay is the figures at the end of a UTC day, as they stood in its last
// minute; of today, those of now.
type SeatUsageDay struct {
	// Day is the day's first instant.
	Day time.Time
	Figures
}

// mostDays is how far back a history may be asked for: a year, and the month
// before it to compare with.
const mostDays = 400

// History is the figures of the usage's business units and types day by day,
// oldest first, of so many days up to today; the last equals the figures of the
// usage. It is narrowed as the usage is: to the viewer's business units that are
// not deleted. Days before the first record are left out, and where there is no
// allocation at all it is empty. It is refused for a number of days that is not 1
// to 400.
func (ls *Licences) History(ctx context.Context, u *SeatUsage, days int) ([]*SeatUsageDay, error) {
	if days < 1 || days > mostDays {
		return nil, refusal.New(refusal.Invalid, "A history has 1 to %d days, today included; %d were asked for. Ask for a number of days in between.", mostDays, days)
	}
	if lacksView(ctx, "the usage of licences") != nil {
		return []*SeatUsageDay{}, nil
	}
	sc, err := ls.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	all, err := ls.daily(ctx, inOne, used(3), days, sc.Arg(), u.unit, u.seatType)
	if err != nil {
		return nil, err
	}
	history := append([]*SeatUsageDay{}, all[uuid.Nil]...)
	if n := len(history); n > 0 {
		history[n-1].Figures = u.Figures // somebody may have made a seat since they were read
	}
	return history, nil
}
