package inventory

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/lifecycle"
)

// usualPatience is how long Redeem waits for the certificate authority.
const usualPatience = 10 * time.Second

// lookAgain is how often it looks meanwhile: another server may do the work, and
// its word does not come here.
const lookAgain = 200 * time.Millisecond

// awaitAuthority waits until no certificate authority is at work on the enrollment
// any more, until its patience ends, or until the caller has gone; then the error
// is why.
func (i *Inventory) awaitAuthority(ctx context.Context, enrollment uuid.UUID) error {
	told, stop := i.ended.wait(enrollment)
	defer stop()
	patience, look := time.NewTimer(i.patience), time.NewTicker(lookAgain)
	defer patience.Stop()
	defer look.Stop()
	for {
		states, err := readAll(ctx, i.read, `SELECT e.issuance FROM enrollments e WHERE e.id = $1`, []any{enrollment}, nil,
			func(s **lifecycle.IssuanceState) []any { return []any{s} })
		if err != nil {
			return fmt.Errorf("look whether the certificate authority has answered: %w", err)
		}
		if len(states) == 0 || *states[0] == nil || **states[0] != lifecycle.IssuanceRequested {
			return nil
		}
		select {
		case <-told:
		case <-look.C:
		case <-patience.C:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// endings lets those who wait for a certificate authority know that it has
// answered, as far as this process has asked it. It is a hint: the row decides.
type endings struct {
	mu      sync.Mutex
	waiting map[uuid.UUID]map[chan struct{}]bool
}

// wait is a channel that has something in it once the enrollment's claim has ended,
// and what is called when nobody waits any more.
func (e *endings) wait(enrollment uuid.UUID) (<-chan struct{}, func()) {
	told := make(chan struct{}, 1)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.waiting[enrollment] == nil {
		e.waiting[enrollment] = map[chan struct{}]bool{}
	}
	e.waiting[enrollment][told] = true
	return told, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.waiting[enrollment], told)
		if len(e.waiting[enrollment]) == 0 {
			delete(e.waiting, enrollment)
		}
	}
}

// tell lets everybody know who waits for the enrollment.
func (e *endings) tell(enrollment uuid.UUID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for told := range e.waiting[enrollment] {
		select {
		case told <- struct{}{}:
		default: // they have been told and have not looked yet
		}
	}
}
