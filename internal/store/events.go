package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/lifecycle"
)

// Event is a committed change, for those who follow along.
type Event struct {
	// Position is its place among all: 1, 2, 3, … in the order in which those of one
	// thing committed, without a gap. Those that are kept are all from the oldest one
	// on; whoever finds another than the next one has missed what was forgotten.
	Position     int64
	ID           uuid.UUID
	At           time.Time
	Action       audit.Action
	Resource     audit.Resource
	Thing        uuid.UUID
	BusinessUnit uuid.UUID
	// Of an enrollment: the status before (empty when it was made) and after, the
	// profile, and who requested it; of a job the owner as the requester.
	StatusBefore, Status              lifecycle.Status
	Profile                           uuid.UUID
	RequesterIssuer, RequesterSubject string
}

// EventsChannel is where servers tell each other that there are new numbers; what
// they say is the newest one.
const EventsChannel = "gatehouse_events"

// Events reads up to limit numbered events behind a position, in their order.
func (s *Store) Events(ctx context.Context, after int64, limit int) ([]Event, error) {
	rows, err := s.Read().Query(ctx, `SELECT position, id, at, action, resource_type, resource_id, business_unit_id, status_before, status, profile_id, requester_issuer, requester_subject
FROM events WHERE position > $1 ORDER BY position LIMIT $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read the events behind %d: %w", after, err)
	}
	defer func() { _ = rows.Close() }()
	var events []Event
	for rows.Next() {
		var e Event
		var unit, profile uuid.NullUUID
		if err := rows.Scan(&e.Position, &e.ID, &e.At, &e.Action, &e.Resource, &e.Thing, &unit, &e.StatusBefore, &e.Status, &profile, &e.RequesterIssuer, &e.RequesterSubject); err != nil {
			return nil, fmt.Errorf("read the events behind %d: %w", after, err)
		}
		e.At, e.BusinessUnit, e.Profile = e.At.UTC(), unit.UUID, profile.UUID
		events = append(events, e)
	}
	return events, named(rows.Err())
}

// Positions are those of the oldest event that is kept and of the newest numbered
// one; both 0 when there never was one.
func (s *Store) Positions(ctx context.Context) (oldest, newest int64, err error) {
	rows, err := s.Read().Query(ctx, `SELECT COALESCE(min(position), 0), COALESCE(max(position), 0) FROM events`)
	if err != nil {
		return 0, 0, fmt.Errorf("read where the events begin and end: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := rows.Scan(&oldest, &newest); err != nil {
			return 0, 0, fmt.Errorf("read where the events begin and end: %w", err)
		}
	}
	return oldest, newest, named(rows.Err())
}

// OnCommit has fn called after each transaction of this process that has written
// events: a hint to number them. It must not block.
func (s *Store) OnCommit(fn func()) {
	s.follow.mu.Lock()
	defer s.follow.mu.Unlock()
	s.follow.called = append(s.follow.called, fn)
}

// told calls those who asked to hear of events.
func (s *Store) told() {
	s.follow.mu.RLock()
	defer s.follow.mu.RUnlock()
	for _, fn := range s.follow.called {
		fn()
	}
}

// Tell adds an event of which no audit entry tells: how far a job is. It says the
// resource and the thing, and the business unit if there is one; the rest is filled
// in. Without an action, as here, no webhook tells of it.
func (tx *Tx) Tell(e Event) { tx.events = append(tx.events, e) }
