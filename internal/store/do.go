package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/audit"
	"gatehouse/internal/fault"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// ErrAgain is what fn returns when it found under its locks that something was
// added meanwhile that it should have locked: Do runs it again from the start.
var ErrAgain = errors.New("store: another transaction was faster")

// maxTries bounds how often a transaction is run that lost against another one
// (ErrAgain, serialization failure 40001, deadlock 40P01). With the pauses between
// them it is some two seconds: a file of seats whose rows others make, change and
// delete all the while lost six times in a row, one time in ten.
const maxTries = 16

// aftermath is how long writing the entry of a failed attempt may take, after
// the caller may have gone.
const aftermath = 5 * time.Second

// Do runs fn in one transaction, for a cause.
//
// At the door it asks what the cause's mutation needs of the viewer. Then it
// claims the idempotency key, or answers with what an earlier call with the
// same key came to. Then it runs fn, which returns its outcome and records one
// audit entry per change and per refused item; a transaction whose changed row
// has no entry is not committed. fn may be run several times and must leave
// nothing behind outside the transaction. When fn returns a refusal as its
// error, nothing of what it wrote stays, and the refused attempt is audited.
func (s *Store) Do(ctx context.Context, cause Cause, fn func(context.Context, *Tx) (Outcome, error)) (Outcome, error) {
	v, ok := viewer.From(ctx)
	if !ok {
		return Outcome{}, fault.NoViewer
	}
	ctx = s.Pin(ctx)
	if no := cause.admit(v); no != nil {
		return s.refuse(ctx, cause, v, no)
	}
	key, no := newKey(cause, v)
	if no != nil {
		return s.refuse(ctx, cause, v, no)
	}
	if cause.DryRun {
		key = nil
	}
	var about uuid.UUID
	out, err := s.retried(ctx, func() (Outcome, error) {
		return s.once(ctx, cause, v, key, func(ctx context.Context, tx *Tx) (Outcome, error) {
			tx.about = &about
			return fn(ctx, tx)
		})
	})
	no = refusal.Find(err)
	switch {
	case no != nil && cause.DryRun && no.Code != refusal.Forbidden:
		return Outcome{Refusals: []*refusal.Refusal{no}}, nil
	case no != nil:
		cause.DryRun = false // the entry stays
		return s.refuseKept(ctx, cause, v, key, about, no)
	}
	if err != nil && cause.Action != "" && !errors.Is(err, fault.OutcomeUnknown) {
		s.failed(ctx, cause, v, err)
	}
	return out, named(err)
}

// retried runs a transaction until it no longer loses against others.
func (s *Store) retried(ctx context.Context, run func() (Outcome, error)) (Outcome, error) {
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval = 5 * time.Millisecond
	pause.MaxInterval = 200 * time.Millisecond
	pause.RandomizationFactor = 0.5
	return backoff.Retry(ctx, func() (Outcome, error) {
		out, err := run()
		if err != nil && !lostAgainstAnother(err) {
			return out, backoff.Permanent(err)
		}
		return out, err
	}, backoff.WithBackOff(pause), backoff.WithMaxTries(maxTries))
}

// once runs the transaction one time.
func (s *Store) once(ctx context.Context, cause Cause, v viewer.Viewer, key *key, fn func(context.Context, *Tx) (Outcome, error)) (out Outcome, err error) {
	sqlTx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return Outcome{}, fmt.Errorf("begin a transaction: %w", err)
	}
	defer func() {
		if sqlTx != nil {
			_ = sqlTx.Rollback() // after an error or a panic; the error that led here is the one to tell
		}
	}()
	if err := s.hurry(ctx, sqlTx); err != nil {
		return Outcome{}, err
	}
	tx := newTx(s, sqlTx, s.Now(ctx), v, cause)
	if key != nil {
		earlier, err := key.claim(ctx, tx)
		if err != nil {
			return Outcome{}, err
		}
		if earlier != nil {
			return *earlier, nil
		}
	}
	if out, err = fn(ctx, tx); err != nil || cause.DryRun {
		return out, err
	}
	if err := tx.writeEntries(ctx); err != nil {
		return Outcome{}, err
	}
	if key != nil {
		if err := key.keep(ctx, tx, out); err != nil {
			return Outcome{}, err
		}
	}
	committing := sqlTx
	sqlTx = nil
	if err := committing.Commit(); err != nil {
		return Outcome{}, commitError(ctx, err)
	}
	for _, fn := range tx.after {
		fn()
	}
	if tx.follows {
		s.told()
	}
	return out, nil
}

// refuse audits an attempt that was refused before any key was claimed.
func (s *Store) refuse(ctx context.Context, cause Cause, v viewer.Viewer, no *refusal.Refusal) (Outcome, error) {
	cause.DryRun = false // the entry stays
	return s.refuseKept(ctx, cause, v, nil, uuid.Nil, no)
}

// refuseKept audits an attempt that was refused as a whole, in a transaction of
// its own, and keeps the refusal under the caller's key: refusals are kept,
// faults are not. When the key belongs to another input, that is the refusal, and
// it is audited without being kept.
func (s *Store) refuseKept(ctx context.Context, cause Cause, v viewer.Viewer, key *key, unit uuid.UUID, no *refusal.Refusal) (Outcome, error) {
	out, err := s.retried(ctx, func() (Outcome, error) {
		return s.once(ctx, cause, v, key, func(_ context.Context, tx *Tx) (Outcome, error) {
			tx.Record(audit.Entry{Action: cause.Action, Resource: cause.Resource, ID: cause.ID, BusinessUnit: unit, Outcome: audit.Refused, Code: string(no.Code)})
			return Outcome{Refusals: []*refusal.Refusal{no}}, nil
		})
	})
	if reused := refusal.Find(err); reused != nil && key != nil {
		return s.refuse(ctx, cause, v, reused)
	}
	return out, named(err)
}

// failed audits an attempt that ended in a fault. The caller may be gone and
// the database may be down: it tries once, for a short time, and logs.
func (s *Store) failed(ctx context.Context, cause Cause, v viewer.Viewer, fault error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), aftermath)
	defer cancel()
	cause.DryRun = false // the entry stays
	_, err := s.once(ctx, cause, v, nil, func(_ context.Context, tx *Tx) (Outcome, error) {
		tx.Record(audit.Entry{Action: cause.Action, Resource: cause.Resource, ID: cause.ID, Outcome: audit.Failure})
		return Outcome{}, nil
	})
	if err != nil {
		s.log.ErrorContext(ctx, "a failed attempt could not be audited", "mutation", cause.Mutation, "request", viewer.RequestFrom(ctx).ID, "fault", fault.Error(), "error", err.Error())
	}
}

// lostAgainstAnother reports whether running the transaction again may succeed.
func lostAgainstAnother(err error) bool {
	var e *pq.Error
	return errors.Is(err, ErrAgain) || errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

// commitError tells a commit that the database refused from one whose answer
// was lost.
func commitError(ctx context.Context, err error) error {
	var refused *pq.Error
	if errors.As(err, &refused) && refused.Code.Class() != "08" && refused.Code.Class() != "57" {
		return fmt.Errorf("commit: %w", err)
	}
	if errors.Is(err, sql.ErrTxDone) { // the context ended before COMMIT was sent; database/sql rolled back
		return fmt.Errorf("commit: %w", context.Cause(ctx))
	}
	return fmt.Errorf("%w: %w", fault.OutcomeUnknown, err)
}
