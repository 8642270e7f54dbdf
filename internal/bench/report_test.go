//go:build unix

package main

import (
	"math"
	"slices"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		values []float64
		want   float64
	}{
		{"one", []float64{7}, 7},
		{"odd", []float64{9, 1, 5}, 5},
		{"even", []float64{4, 1, 3, 2}, 2.5},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			given := slices.Clone(row.values)
			if got := median(row.values); got != row.want {
				t.Errorf("got %v, want %v", got, row.want)
			}
			if !slices.Equal(given, row.values) {
				t.Errorf("the rounds are put in another order: %v", row.values)
			}
		})
	}
	if !math.IsNaN(median(nil)) {
		t.Error("of nothing there is a median")
	}
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	var s sample
	for n := 100; n >= 1; n-- {
		s.latencies = append(s.latencies, time.Duration(n)*time.Millisecond)
	}
	for of100, want := range map[int]float64{1: 1, 50: 50, 99: 99, 100: 100} {
		if got := s.percentile(of100); got != want {
			t.Errorf("%d%%: got %v ms, want %v", of100, got, want)
		}
	}
}

// A machine that becomes half as fast between two rounds changes no ratio.
func TestRatiosAreOfTheSameRound(t *testing.T) {
	t.Parallel()
	done := func(n int) sample { return sample{took: time.Second, latencies: make([]time.Duration, n)} }
	got := ratios([]sample{done(100), done(50)}, []sample{done(200), done(100)})
	if !slices.Equal(got, []float64{0.5, 0.5}) {
		t.Errorf("got %v", got)
	}
}
