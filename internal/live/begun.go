package live

import "context"

type begunKey struct{}

// begun is where the stream stood, or why that is not known.
type begun struct {
	at  Cursor
	err error
}

// Begin notes in the context where the stream of changes stands. What is read after
// it shows every change up to there; those behind it are told to who subscribes with
// that cursor. A change in between may be both shown and told, and none is neither.
func (f *Feed) Begin(ctx context.Context) context.Context {
	_, newest, err := f.store.Positions(ctx)
	return context.WithValue(ctx, begunKey{}, begun{Cursor(newest), err})
}

// Begun is where the stream stood at the Begin of the context; without one, where it
// stands now.
func (f *Feed) Begun(ctx context.Context) (Cursor, error) {
	b, ok := ctx.Value(begunKey{}).(begun)
	if !ok {
		b, _ = f.Begin(ctx).Value(begunKey{}).(begun)
	}
	return b.at, b.err
}
