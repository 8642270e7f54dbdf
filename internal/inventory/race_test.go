package inventory_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
)

// before runs other once, just before the next statement that contains a text is
// sent: a race whose outcome does not depend on luck.
func (w *world) before(text string, other func()) {
	var done atomic.Bool
	told := func(_ context.Context, statement string) {
		if strings.Contains(statement, text) && done.CompareAndSwap(false, true) {
			other()
		}
	}
	w.onStatement.Store(&told)
}

// together runs n callers from one start and waits for all of them.
func together(n int, call func(n int)) {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			<-start
			call(i)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
}

// tally counts how often each value stands in a list.
func tally[T comparable](values []T) map[T]int {
	n := map[T]int{}
	for _, v := range values {
		n[v]++
	}
	return n
}
