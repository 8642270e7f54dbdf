package store

import "testing"

// TestTheFloorRises only over what no open transaction can still bring.
func TestTheFloorRises(t *testing.T) {
	t.Parallel()
	var h horizon
	for _, round := range []struct {
		name             string
		here, xmin, xmax int64
		floor            int64
	}{
		{"the first round knows nothing", 100, 7, 9, 0},
		{"number 7 may have written below 100", 200, 7, 12, 0},
		{"so may 8, which had its id then", 300, 8, 14, 0},
		{"all of then have ended", 400, 9, 15, 100},
		{"of this one's time 14 is still there", 500, 14, 16, 100},
		{"and now it has ended", 600, 15, 20, 400},
	} {
		h.rise(round.here, round.xmin, round.xmax)
		if h.floor != round.floor {
			t.Errorf("%s: the floor is %d, want %d", round.name, h.floor, round.floor)
		}
	}
}
