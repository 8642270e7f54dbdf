package client

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Patience is how long a question is asked again while the server cannot answer.
type Patience struct {
	// First is the wait before the second time, Most the longest wait, Total when it
	// is given up.
	First, Most, Total time.Duration
}

// Patient outlasts a restart of the server and a failover of its database.
func Patient() Patience {
	return Patience{First: 500 * time.Millisecond, Most: 30 * time.Second, Total: 5 * time.Minute}
}

// Insist is Ask, asked again after a passing failure. A mutation must have an
// idempotency key in its variables: it may have been done, and its answer lost.
// The waiting ends with waiting, a question that is on its way with ctx. told
// hears of each failure that is waited out.
func (c *Client) Insist(ctx, waiting context.Context, told func(err error, wait time.Duration), document string, variables map[string]any, data any) error {
	steps := &backoff.ExponentialBackOff{InitialInterval: c.patience.First, MaxInterval: c.patience.Most, Multiplier: 2, RandomizationFactor: 0.3}
	var failed *Failure
	_, err := backoff.Retry(waiting, func() (struct{}, error) {
		err := c.Ask(ctx, document, variables, data)
		switch {
		case err == nil:
			return struct{}{}, nil
		case !errors.As(err, &failed) || !failed.Passing:
			return struct{}{}, backoff.Permanent(err)
		case failed.after > 0:
			return struct{}{}, errors.Join(failed, &backoff.RetryAfterError{Duration: failed.after})
		}
		return struct{}{}, failed
	}, backoff.WithBackOff(steps), backoff.WithMaxElapsedTime(c.patience.Total), backoff.WithNotify(told))
	if errors.As(err, &failed) {
		return failed
	}
	return err
}
