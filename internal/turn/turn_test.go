package turn

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
)

func TestOneAtATimeOfEachName(t *testing.T) {
	t.Parallel()
	var turns Turns
	var all sync.WaitGroup
	var inside [2]atomic.Int32
	for n := range 200 {
		all.Go(func() {
			release, err := turns.Take(t.Context(), []string{"ada", "ben"}[n%2])
			if err != nil {
				t.Error(err)
				return
			}
			if inside[n%2].Add(1) != 1 {
				t.Error("two have the turn of one name")
			}
			inside[n%2].Add(-1)
			release()
		})
	}
	all.Wait()
	if len(turns.lines) != 0 {
		t.Errorf("%d lines are left behind", len(turns.lines))
	}
}

func TestAnotherNameWaitsForNobody(t *testing.T) {
	t.Parallel()
	var turns Turns
	release, err := turns.Take(t.Context(), "ada")
	if err != nil {
		t.Fatal(err)
	}
	other, err := turns.Take(t.Context(), "ben")
	if err != nil {
		t.Fatal(err)
	}
	other()
	gone := errors.New("gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(gone)
	if _, err := turns.Take(ctx, "ada"); !errors.Is(err, gone) {
		t.Errorf("who has gone is told %v", err)
	}
	release()
	again, err := turns.Take(t.Context(), "ada")
	if err != nil {
		t.Fatal(err)
	}
	again()
	if len(turns.lines) != 0 {
		t.Errorf("%d lines are left behind", len(turns.lines))
	}
}
