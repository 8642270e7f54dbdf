package batch_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/batch"
)

type question struct{ first int }

func TestOneFetchAnswersTheWholeGroup(t *testing.T) {
	t.Parallel()
	ids := []uuid.UUID{uuid.New(), uuid.New(), uuid.New()}
	g := batch.NewGroup(ids)
	var fetches atomic.Int32
	var callers sync.WaitGroup
	for range 32 {
		callers.Go(func() {
			got, err := batch.Load(t.Context(), g, question{1}, func(_ context.Context, asked []uuid.UUID) (map[uuid.UUID]int, error) {
				fetches.Add(1)
				if !slices.Equal(asked, ids) {
					t.Errorf("asked for %v", asked)
				}
				return map[uuid.UUID]int{ids[1]: 7}, nil
			})
			if err != nil || got[ids[1]] != 7 {
				t.Errorf("%v %v", got, err)
			}
		})
	}
	callers.Wait()
	if n := fetches.Load(); n != 1 {
		t.Errorf("%d fetches", n)
	}
	other, err := batch.Load(t.Context(), g, question{2}, func(context.Context, []uuid.UUID) (string, error) { return "another question", nil })
	if err != nil || other != "another question" {
		t.Errorf("%q %v", other, err)
	}
}

func TestAnErrorIsAnsweredToAll(t *testing.T) {
	t.Parallel()
	g := batch.NewGroup(nil)
	down := errors.New("down")
	for n := range 2 {
		_, err := batch.Load(t.Context(), g, "q", func(context.Context, []uuid.UUID) (int, error) {
			if n > 0 {
				t.Error("it was asked again")
			}
			return 0, down
		})
		if !errors.Is(err, down) {
			t.Errorf("%v", err)
		}
	}
}

func TestACallerWhoLeavesSpoilsNothing(t *testing.T) {
	t.Parallel()
	g := batch.NewGroup(nil)
	ctx, leave := context.WithCancel(t.Context())
	started, waiting := make(chan struct{}), make(chan struct{})
	answered := make(chan error, 1)
	go func() {
		<-started
		close(waiting)
		n, err := batch.Load(t.Context(), g, "q", func(context.Context, []uuid.UUID) (int, error) { return 7, nil })
		if n != 7 {
			err = errors.Join(err, errors.New("no answer"))
		}
		answered <- err
	}()
	_, err := batch.Load(ctx, g, "q", func(ctx context.Context, _ []uuid.UUID) (int, error) {
		close(started)
		<-waiting
		leave()
		<-ctx.Done()
		return 0, ctx.Err()
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("who left was answered %v", err)
	}
	if err := <-answered; err != nil {
		t.Errorf("who stayed was answered %v", err)
	}
}

func TestAPanicLetsTheOthersGo(t *testing.T) {
	t.Parallel()
	g := batch.NewGroup(nil)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_, _ = batch.Load(t.Context(), g, "q", func(context.Context, []uuid.UUID) (int, error) { panic("a bug") })
	}()
	if _, err := batch.Load(t.Context(), g, "q", func(context.Context, []uuid.UUID) (int, error) { return 1, nil }); err == nil {
		t.Error("a fetch that panicked was answered as if it had come to an end")
	}
}
