package lifecycle

import (
	"slices"
	"testing"
	"time"
)

func TestEffectiveStatus(t *testing.T) {
	t.Parallel()
	end := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, s := range Statuses {
		expires := slices.Contains([]Status{"CREATED", "PENDING", "PENDING_SECOND_APPROVAL", "IN_PROGRESS", "APPROVED"}, s)
		for _, c := range []struct {
			name    string
			now     time.Time
			issuing bool
			expired bool
		}{
			{"a nanosecond before", end.Add(-1), false, false},
			{"at its time", end, false, expires},
			{"long after", end.AddDate(1, 0, 0), false, expires},
			{"long after, while a CA is at work", end.AddDate(1, 0, 0), true, false},
		} {
			want := s
			if c.expired {
				want = Expired
			}
			if got := Effective(s, end, c.now, c.issuing); got != want {
				t.Errorf("%s, %s: %s, not %s", s, c.name, got, want)
			}
		}
	}
}

func TestKindsOfStatus(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status                 Status
		final, active, expires bool
	}{
		{"CREATED", false, true, true},
		{"PENDING", false, true, true},
		{"PENDING_SECOND_APPROVAL", false, true, true},
		{"IN_PROGRESS", false, true, true},
		{"APPROVED", false, true, true},
		{"REDEEMED", true, false, false},
		{"REJECTED", true, false, false},
		{"EXPIRED", false, false, false},
		{"LOCKED", false, true, false},
		{"", false, false, false},
	} {
		if c.status.Final() != c.final || c.status.Active() != c.active || c.status.Expires() != c.expires {
			t.Errorf("%q: final %v, active %v, expires %v", c.status, c.status.Final(), c.status.Active(), c.status.Expires())
		}
	}
}
