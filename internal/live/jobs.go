package live

import (
	"context"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/store"
)

// JobEvent says that a job has gone on.
type JobEvent struct {
	Cursor Cursor
	Job    id.ID
}

// Jobs follows one job, or all of the viewer's own, until the context ends. Those of
// others are seen by who sees the whole audit log. Of one job, and without a cursor,
// the first message comes at once; of one that does not exist for the viewer nothing
// follows it. A message that finds the queue full ends the stream with fault.TooSlow,
// once what waits was read.
func (f *Feed) Jobs(ctx context.Context, one *id.ID, after *Cursor) (<-chan *JobEvent, error) {
	eyes, err := f.sightOf(ctx)
	if err != nil {
		return nil, err
	}
	s := newStream(ctx, ofJobs, eyes, f.queue, jobJudge(eyes, one))
	if one != nil && after == nil {
		s.first = func(at Cursor) *JobEvent { return &JobEvent{Cursor: at, Job: *one} }
	}
	if err := f.follow(ctx, s, after); err != nil {
		return nil, err
	}
	return s.out, nil
}

// jobJudge decides by the event alone.
func jobJudge(eyes *sight, one *id.ID) func(*store.Event) *JobEvent {
	return func(e *store.Event) *JobEvent {
		switch {
		case e.Resource != audit.Job:
			return nil
		case one == nil && !eyes.own(e):
			return nil
		case one != nil && (id.Of(id.Job, e.Thing) != *one || !eyes.own(e) && !eyes.jobs()):
			return nil
		}
		return &JobEvent{Cursor: Cursor(e.Position), Job: id.Of(id.Job, e.Thing)}
	}
}
