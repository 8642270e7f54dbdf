// Package job does work after a commit, outside any transaction: mail, calls to
// certificate authorities, long changes, and what the server does by itself now
// and then.
//
// A job is a row that is written in the transaction of its cause (Queue.Enqueue),
// so that it is there exactly when its cause is. A Worker claims rows that are due
// with a lease, runs the handler of their kind, and writes down how it ended, by an
// update that is guarded by the row's attempt: who lost the lease changes nothing.
// A lease is prolonged while its handler runs and taken over by another server when
// nobody prolongs it. So every job is done at least once; a handler whose server
// died may have done its part already, and has to be written for that.
//
// Any number of workers in any number of servers share the table. Their clocks must
// agree to within a few seconds, as those of servers that keep time do.
package job

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
)

// Life is how long a job that acts for a person may take, from its making: the
// rights of the token that made it are not carried on for ever.
const Life = 24 * time.Hour

// usualTries is how often a job is tried unless it says otherwise: with the pauses
// of pause, over about an hour and a half.
const usualTries = 10

// Work is a job to be enqueued.
type Work struct {
	// Kind names the handler.
	Kind string
	// Payload is what the handler needs to know, as JSON. It holds ids, never a
	// secret and nothing that may change meanwhile: the handler reads that anew.
	Payload any
	// BusinessUnit is whose it is; the zero UUID when it is of none.
	BusinessUnit uuid.UUID
	// At is when it is due; the zero time means at once.
	At time.Time
	// Tries is how often it is tried; 0 means 10.
	Tries int
	// AsViewer makes it act with the rights that the transaction's viewer has now,
	// within Life. Otherwise it acts as the system.
	AsViewer bool
}

// Job is one claimed job, as its handler sees it.
type Job struct {
	ID           id.ID
	Kind         string
	Payload      json.RawMessage
	BusinessUnit uuid.UUID
	// Attempt counts the tries, from 1.
	Attempt   int
	CreatedAt time.Time

	tries int
	// actor is who it acts for; nil for the system. unreadable says why that cannot
	// be known.
	actor      *actor
	unreadable error
}

// Handler does a job. Its context carries who acts, has the job's id for its
// request id, and ends when the job's time is over, its lease was lost or the
// server stops; a handler then returns soon. nil means done. An error means that it
// is tried again later; GiveUp says that this is of no use.
type Handler func(ctx context.Context, j Job) error
