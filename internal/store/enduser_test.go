package store_test

import (
	"context"
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// The end user gets past the door of what the table lists them for, and of nothing
// else; a person without the permission gets past none of it.
func TestTheEndUserDoesWhatTheTableSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	endUser := viewer.With(t.Context(), viewer.TheEndUser(""))
	stranger := viewer.With(t.Context(), viewer.New("i", "s", "", "", nil, viewer.Units{All: true}))
	passes := func(ctx context.Context, mutation string) bool {
		ran := false
		out, err := w.Do(ctx, store.Cause{Mutation: mutation, Action: audit.Request, Resource: audit.Enrollment}, func(context.Context, *store.Tx) (store.Outcome, error) {
			ran = true
			return store.Outcome{}, nil
		})
		if err != nil || ran == (len(out.Refusals) > 0) || !ran && out.Refusals[0].Code != refusal.Forbidden {
			t.Errorf("%s: run %t, %+v %v", mutation, ran, out, err)
		}
		return ran
	}
	for _, mutation := range append(lifecycle.Mutations(), "", "dropEverything") {
		need, _ := lifecycle.MutationNeeds(mutation)
		if got, want := passes(endUser, mutation), mutation == "requestEnrollment" || mutation == "redeemEnrollment"; got != want {
			t.Errorf("the end user does %s: %t", mutation, got)
		}
		if got := passes(stranger, mutation); got != need.NoLogin {
			t.Errorf("a stranger does %s: %t", mutation, got)
		}
	}
}
