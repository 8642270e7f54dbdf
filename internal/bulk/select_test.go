package bulk_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gatehouse/internal/bulk"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// To select a million is costly, and who may start no more jobs selects nothing, however
// many calls come at once: they wait for each other.
func TestWhoHasManyJobsSelectsNothing(t *testing.T) {
	t.Parallel()
	var selected atomic.Int32
	w := newTown(t, 2, func(o *store.Options) {
		o.OnStatement = func(_ context.Context, statement string) {
			if strings.Contains(statement, "FROM enrollments") && !strings.Contains(statement, "INSERT INTO") {
				selected.Add(1)
			}
		}
	})
	w.requests(w.berlin, 3)
	in := bulk.StartBulkActionInput{Action: lifecycle.BulkApprove, Selection: bulk.Selection{Enrollments: &inventory.EnrollmentListInput{}}}
	selected.Store(0)
	w.starts(anna, in)
	each := selected.Swap(0)
	var started, refused atomic.Int32
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() {
			p, err := w.Jobs.Start(w.As(anna), in)
			switch {
			case err != nil:
				t.Error(err)
			case p.Job != nil:
				started.Add(1)
			case len(p.UserErrors) == 1 && p.UserErrors[0].Code == refusal.TooMany:
				refused.Add(1)
			}
		})
	}
	all.Wait()
	if each == 0 || started.Load() != 4 || refused.Load() != 8 || selected.Load() != 4*each {
		t.Errorf("%d started and %d refused, by %d statements; want 4 and 8, by %d", started.Load(), refused.Load(), selected.Load(), 4*each)
	}
	if p := w.starts(ben, in); p.Job == nil {
		t.Errorf("somebody else is refused: %v", p.UserErrors)
	}
}
