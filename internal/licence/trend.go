package licence

import (
	"fmt"
	"math"
	"time"
)

// SeatForecast is the day on which no seat is left, if seats go on being created
// at the rate at which they lately were.
type SeatForecast struct {
	// RunsOutOn is the first day on which no seat is left.
	RunsOutOn time.Time
	// SeatsPerDay is the rate, rounded to two decimals.
	SeatsPerDay float64
	// Since and Until are the first and the last day whose figure was used.
	Since time.Time
	Until time.Time
	// Basis is the sentence to show with it.
	Basis string
}

const (
	// trendDays is how far back a trend looks, leastDays how much it must see.
	trendDays, leastDays = 90, 14
	// leastRise is the rate under which there is none. A slower one would be shown as
	// 0.00, and comes from less than one seat in the whole time.
	leastRise = 0.005
	// mostYears is how far ahead a trend is believed.
	mostYears = 10
)

// trend decides when the seats run out, from the figures of consecutive days of
// which the last is today's.
//
// The rate is that of a straight line through what was created (least squares), so
// that one busy Monday does not count for more than its share. From today on seats
// are counted at that rate from where they stand, not from where the line passes:
// what is left is known, and a line that is above it after a clean-up would have
// the seats run out in the past. So the day is today when nothing is left.
//
// There is no trend (nil) with fewer than 14 days, without a rise that two decimals
// can show, and when the day is more than ten years ahead.
func trend(days []*SeatUsageDay) *SeatForecast {
	if len(days) < leastDays {
		return nil
	}
	first, today := days[0], days[len(days)-1]
	rise := slope(days)
	if rise < leastRise {
		return nil
	}
	ahead := math.Ceil(float64(today.Available()) / rise)
	last := today.Day.AddDate(mostYears, 0, 0)
	if ahead > last.Sub(today.Day).Hours()/24 {
		return nil
	}
	f := &SeatForecast{
		RunsOutOn: today.Day.AddDate(0, 0, int(ahead)), SeatsPerDay: math.Round(rise*100) / 100, Since: first.Day, Until: today.Day,
	}
	f.Basis = fmt.Sprintf("A straight line through the seats of %d days (%s to %s) rises by %.2f seats a day; %s.",
		len(days), first.Day.Format(time.DateOnly), today.Day.Format(time.DateOnly), f.SeatsPerDay, left(today.Figures))
	return f
}

// slope is by how many seats the line through the days rises in one. The sums are
// whole numbers, counted from the first figure so that they stay small: figures
// that do not move come to exactly 0.
func slope(days []*SeatUsageDay) float64 {
	var n, x, xx, y, xy int
	for i, d := range days {
		created := d.Created - days[0].Created
		n, x, xx, y, xy = n+1, x+i, xx+i*i, y+created, xy+i*created
	}
	return float64(n*xy-x*y) / float64(n*xx-x*x)
}

// left says how many seats can still be created.
func left(f Figures) string {
	switch n := f.Available(); n {
	case 0:
		return fmt.Sprintf("none of %d is left", f.Allocated)
	case 1:
		return fmt.Sprintf("1 of %d is left", f.Allocated)
	default:
		return fmt.Sprintf("%d of %d are left", n, f.Allocated)
	}
}
