package graph

import (
	"context"

	"gatehouse/internal/bulk"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/live"
)

func (q query) EventCursor(ctx context.Context) (live.Cursor, error) { return q.Feed.Begun(ctx) }

func (s subscription) EnrollmentChanged(ctx context.Context, filter *live.EnrollmentFilter, after *live.Cursor) (<-chan *live.EnrollmentEvent, error) {
	return s.Feed.Enrollments(ctx, filter, after)
}

func (s subscription) SeatUsageChanged(ctx context.Context, unit *id.ID, seatType *lifecycle.SeatType, after *live.Cursor) (<-chan *live.SeatUsageEvent, error) {
	return s.Feed.SeatUsage(ctx, unit, seatType, after)
}

func (s subscription) JobProgressed(ctx context.Context, one *id.ID, after *live.Cursor) (<-chan *live.JobEvent, error) {
	return s.Feed.Jobs(ctx, one, after)
}

// What a message shows is read when it is delivered, with the viewer's rights, at the
// present instant and not at that of the subscription's begin.

func (r enrollmentEvent) Enrollment(ctx context.Context, e *live.EnrollmentEvent) (*inventory.Enrollment, error) {
	r.Feed.Present(ctx)
	return r.Inventory.Enrollment(ctx, e.EnrollmentID, wanted(ctx))
}

func (r seatUsageEvent) Usage(ctx context.Context, e *live.SeatUsageEvent) (*licence.SeatUsage, error) {
	r.Feed.Present(ctx)
	return e.Usage, nil
}

func (r jobEvent) Job(ctx context.Context, e *live.JobEvent) (*bulk.Job, error) {
	r.Feed.Present(ctx)
	return r.Jobs.Job(ctx, e.Job)
}
