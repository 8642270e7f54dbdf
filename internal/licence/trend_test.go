package licence

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// someDay is where the days of these tests begin.
var someDay = time.Date(2026, 8, 25, 0, 0, 0, 0, time.UTC)

// daysOf are consecutive days with so many seats created, and the same allocation.
func daysOf(first time.Time, allocated int, created []int) []*SeatUsageDay {
	days := make([]*SeatUsageDay, len(created))
	for n, c := range created {
		days[n] = &SeatUsageDay{first.AddDate(0, 0, n), Figures{Allocated: allocated, Created: c}}
	}
	return days
}

// anyDays are any figures that the database can hold.
func anyDays(t *rapid.T, least int) []*SeatUsageDay {
	created := rapid.SliceOfN(rapid.IntRange(0, most), least, trendDays).Draw(t, "created")
	return daysOf(someDay.AddDate(0, 0, rapid.IntRange(-20000, 20000).Draw(t, "first")), created[len(created)-1]+rapid.IntRange(0, 1000).Draw(t, "left"), created)
}

func TestTrendFindsALineAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		begin, rise := rapid.IntRange(0, 1_000_000).Draw(t, "begin"), rapid.IntRange(1, 1000).Draw(t, "rise")
		created := make([]int, rapid.IntRange(leastDays, trendDays).Draw(t, "days"))
		for n := range created {
			created[n] = begin + rise*n
		}
		left := rapid.IntRange(0, rise*3000).Draw(t, "left")
		days := daysOf(someDay, created[len(created)-1]+left, created)
		f := trend(days)
		if f == nil {
			t.Fatal("no trend")
		}
		today := days[len(days)-1].Day
		if want := today.AddDate(0, 0, (left+rise-1)/rise); f.SeatsPerDay != float64(rise) || !f.RunsOutOn.Equal(want) || !f.Since.Equal(someDay) || !f.Until.Equal(today) {
			t.Fatalf("%+v, want %s", f, want)
		}
	})
}

func TestTrendMovesWithItsDays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		days := anyDays(t, 1)
		before := trend(days)
		by := rapid.IntRange(-5000, 5000).Draw(t, "by")
		for _, d := range days {
			d.Day = d.Day.AddDate(0, 0, by)
		}
		after := trend(days)
		if before == nil || after == nil {
			// Ten years have one leap day more or less.
			if before != after && math.Abs(nearTenYears(before, after)) > 2 {
				t.Fatalf("%+v, and %d days later %+v", before, by, after)
			}
			return
		}
		if !after.RunsOutOn.Equal(before.RunsOutOn.AddDate(0, 0, by)) || after.SeatsPerDay != before.SeatsPerDay || !after.Since.Equal(before.Since.AddDate(0, 0, by)) {
			t.Fatalf("%+v, and %d days later %+v", before, by, after)
		}
	})
}

// nearTenYears is how many days before ten years the one that is there runs out.
func nearTenYears(one, other *SeatForecast) float64 {
	if one == nil {
		one = other
	}
	return one.Until.AddDate(mostYears, 0, 0).Sub(one.RunsOutOn).Hours() / 24
}

func TestTrendIsNeverInThePastAndNeverFar(t *testing.T) {
	t.Parallel()
	seen := 0
	rapid.Check(t, func(t *rapid.T) {
		days := anyDays(t, 1)
		f := trend(days)
		if f == nil {
			return
		}
		seen++
		first, today := days[0].Day, days[len(days)-1]
		switch {
		case len(days) < leastDays:
			t.Fatalf("a trend of %d days", len(days))
		case f.RunsOutOn.Before(today.Day) || f.RunsOutOn.After(today.Day.AddDate(mostYears, 0, 0)):
			t.Fatalf("of %s it runs out on %s", today.Day, f.RunsOutOn)
		case today.Available() == 0 && !f.RunsOutOn.Equal(today.Day):
			t.Fatalf("nothing is left and it runs out on %s", f.RunsOutOn)
		case f.SeatsPerDay <= 0 || !f.Since.Equal(first) || !f.Until.Equal(today.Day) || !strings.HasSuffix(f.Basis, "left."):
			t.Fatalf("%+v", f)
		}
	})
	if seen == 0 {
		t.Error("no figures had a trend, so that nothing was shown")
	}
}

func TestTrendNeedsARise(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		days := anyDays(t, leastDays)
		for n := range days[1:] { // each day as many as the day before, or fewer
			days[n+1].Created = min(days[n].Created, days[n+1].Created)
		}
		if f := trend(days); f != nil {
			t.Fatalf("%+v", f)
		}
	})
}

func TestTrendIsShownToTwoDecimals(t *testing.T) {
	t.Parallel()
	step := make([]int, trendDays) // one seat in all the time
	for n := trendDays / 2; n < trendDays; n++ {
		step[n] = 1
	}
	late := make([]int, trendDays) // one seat, today
	late[trendDays-1] = 1
	fallen := make([]int, trendDays) // it rose, and then half of the seats were deleted
	for n := range fallen {
		fallen[n] = 10 * n
	}
	fallen[trendDays-1] = 400
	for _, c := range []struct {
		name      string
		created   []int
		allocated int
		perDay    float64 // 0: no trend
		inDays    int
		says      string
	}{
		{"one seat in the middle", step, 2, 0.02, 60, "rises by 0.02 seats a day; 1 of 2 is left."},
		{"one seat on the last day is no trend", late, 2, 0, 0, ""},
		{"beyond ten years", step, 1000, 0, 0, ""},
		{"after a clean-up it counts from what is left", fallen, 500, 9.64, 11, "rises by 9.64 seats a day; 100 of 500 are left."},
	} {
		f := trend(daysOf(someDay, c.allocated, c.created))
		if c.perDay == 0 {
			if f != nil {
				t.Errorf("%s: %+v", c.name, f)
			}
			continue
		}
		today := someDay.AddDate(0, 0, trendDays-1)
		if f == nil || f.SeatsPerDay != c.perDay || !f.RunsOutOn.Equal(today.AddDate(0, 0, c.inDays)) || !strings.HasSuffix(f.Basis, c.says) {
			t.Errorf("%s: %+v", c.name, f)
		}
	}
}
