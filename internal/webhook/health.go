package webhook

import (
	"time"

	"gatehouse/internal/lifecycle"
)

// patience is how long nothing may arrive before the server gives a webhook up.
const patience = 5 * 24 * time.Hour

// The rest of a webhook after an attempt that failed: a quarter of the time for which
// nothing has arrived, between these two.
const (
	shortestRest = 5 * time.Second
	longestRest  = 10 * time.Minute
)

// health is how a webhook fares.
type health struct {
	status                                  lifecycle.WebhookStatus
	failingSince, restingUntil, deliveredAt *time.Time
	lastError                               string
}

// after is how it fares after attempts. While nothing arrives it is tried with one
// delivery at a time, and rests in between, however many wait: so a receiver that is
// down costs little, and is soon noticed when it is back. What failed as a test says
// so and counts for nothing else; what arrived as one is as good as any. The second
// result says why it is stopped; empty when it is not.
func (h health) after(attempts []attempt, now time.Time) (_ health, stopped string) {
	for _, a := range attempts {
		switch {
		case a.withheld:
		case a.answer.Wrong == "":
			h.failingSince, h.restingUntil, h.deliveredAt, h.lastError = nil, nil, &now, ""
		case a.answer.Gone():
			h.lastError, stopped = a.answer.Wrong, a.answer.Wrong
		case a.test():
			h.lastError = a.answer.Wrong
		default:
			if h.lastError = a.answer.Wrong; h.failingSince == nil {
				h.failingSince = &now
			}
			failing := now.Sub(*h.failingSince)
			rest := now.Add(min(longestRest, max(shortestRest, failing/4)))
			h.restingUntil = &rest
			if failing >= patience {
				stopped = "Nothing has arrived for five days. " + a.answer.Wrong
			}
		}
	}
	if h.status != lifecycle.WebhookActive {
		stopped = "" // somebody switched it off already
	}
	return h, stopped
}
