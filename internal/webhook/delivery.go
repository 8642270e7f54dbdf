package webhook

import (
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/receiver"
)

// delivery is one message on its way.
type delivery struct {
	id, hook uuid.UUID
	// event is what it tells of; none of a test.
	event uuid.UUID
	// unit is the business unit of that; none where it belongs to none.
	unit       uuid.UUID
	kind, body string
	messageID  string
	attempts   int
}

// test reports whether it is one.
func (d delivery) test() bool { return d.event == uuid.Nil }

// attempt is a delivery with what came of one attempt.
type attempt struct {
	delivery
	answer receiver.Answer
	// withheld: nothing was sent, since the webhook may not tell of it any more.
	withheld bool

	status lifecycle.DeliveryStatus
	// made is how many attempts there were with this one.
	made int
	due  time.Time
}

// pauses are the pauses between the attempts at a delivery, as the specification
// proposes them: ten attempts in three days.
var pauses = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// decide says what becomes of a delivery after an attempt. A test is tried once: who
// asked for it is waiting for the answer.
func (a *attempt) decide(now time.Time) {
	a.made, a.due = a.attempts+1, now
	switch {
	case a.withheld:
		a.made, a.status = a.attempts, lifecycle.DeliveryFailed
	case a.answer.Wrong == "":
		a.status = lifecycle.DeliveryDone
	case a.test(), a.answer.Gone(), a.made > len(pauses):
		a.status = lifecycle.DeliveryFailed
	default:
		a.status, a.due = lifecycle.DeliveryQueued, now.Add(pauses[a.made-1])
	}
}
