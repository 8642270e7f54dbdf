// Package bulk does one action to all that somebody selected, as a job.
//
// The selection is fixed when the job is started and cut into batches of 500. A batch
// is one transaction: it does to its items what the action's plural mutation does,
// with the rights of the token that started the job, writes down what came of each,
// moves the job on and enqueues the next batch. So any server can do any batch, a
// crash loses the batch that it hit and nothing else, and no item is done twice: only
// the batch that is the job's next may be done. The next batch waits behind what is
// waiting already, so that a huge job starves nobody's small one.
package bulk

import (
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

// Life is how long a job may take: the rights of the token that started it are not
// carried on for ever.
const Life = 24 * time.Hour

// MostItems is how many items a job may have.
const MostItems = 1_000_000

// mostUnfinished is how many jobs that have not ended one person may have.
const mostUnfinished = 5

// batchSize is how many items one transaction works on. The place of a result follows
// from it, so it is the same for all jobs that are kept.
const batchSize = 500

// Job is one action on all that somebody selected.
type Job struct {
	ID             id.ID
	Action         lifecycle.BulkAction
	DryRun         bool
	Selection      string
	Status         lifecycle.JobStatus
	Size           int
	Processed      int
	Succeeded      int
	Refused        int
	Outcomes       []*JobOutcome
	ItemsPerSecond *float64
	SecondsLeft    *int
	Error          *string
	ResultsURL     string
	StartedBy      inventory.Actor
	CreatedAt      time.Time
	StartedAt      *time.Time
	FinishedAt     *time.Time
	ExpiresAt      time.Time
	Version        int

	// with are the jobs that were read with this one; nil of one alone.
	with *together
}

// JobOutcome is how many items ended alike.
type JobOutcome struct {
	Outcome lifecycle.JobItemOutcome
	Code    *refusal.Code
	Count   int
}

// JobResult is what came of one item.
type JobResult struct {
	Position int
	ID       id.ID
	Outcome  lifecycle.JobItemOutcome
	Code     *refusal.Code
	Message  *string
}

// The connections of this package, by the names that the schema gives them.
type (
	JobConnection       = page.Connection[*Job]
	JobEdge             = page.Edge[*Job]
	JobResultConnection = page.Connection[*JobResult]
	JobResultEdge       = page.Edge[*JobResult]
)

// JobFilter says which jobs to list. What is nil does not narrow; an empty list
// matches nothing.
type JobFilter struct {
	Statuses []lifecycle.JobStatus
	Actions  []lifecycle.BulkAction
	Mine     *bool
}

// Selection is what to act on: exactly one of the fields.
type Selection struct {
	IDs          []id.ID
	Enrollments  *inventory.EnrollmentListInput
	Seats        *inventory.SeatListInput
	Certificates *inventory.CertificateListInput
}

// StartBulkActionInput says what to do to what.
type StartBulkActionInput struct {
	Action         lifecycle.BulkAction
	Selection      Selection
	Input          *inventory.BulkActionInput
	DryRun         *bool
	IdempotencyKey *string
}

// CancelJobInput says which job to end.
type CancelJobInput struct {
	ID             id.ID
	IdempotencyKey *string
}

// Payload is what came of starting or ending a job.
type Payload struct {
	Job        *Job
	UserErrors []*refusal.Refusal
	Replayed   bool
}

// things are the kind of the ids of each list that can be acted on, and its words for
// one and for several.
var things = map[lifecycle.List]struct {
	kind      id.Kind
	one, many string
}{
	lifecycle.Enrollments:  {id.Enrollment, "enrollment", "enrollments"},
	lifecycle.Seats:        {id.Seat, "seat", "seats"},
	lifecycle.Certificates: {id.Certificate, "certificate", "certificates"},
}

// kindOf is what an action is done to.
func kindOf(action lifecycle.BulkAction) id.Kind { return things[action.Needs().List].kind }
