package job

import (
	"context"
	"errors"
	"fmt"

	"gatehouse/internal/refusal"
)

// Failure is an error with a sentence that may stand in the job's row, where people
// read it. Other errors may carry an address with a password or a piece of a mail,
// so of them the row says only where to look.
type Failure struct {
	// Sentence says what went wrong, without any secret.
	Sentence string
	// Final: trying again is of no use.
	Final bool
	cause error
}

// Fail is a handler's error that is tried again. The cause is for the log.
func Fail(cause error, format string, args ...any) *Failure {
	return &Failure{Sentence: fmt.Sprintf(format, args...), cause: cause}
}

// GiveUp is a handler's error that is final: the job is FAILED at once.
func GiveUp(cause error, format string, args ...any) *Failure {
	return &Failure{Sentence: fmt.Sprintf(format, args...), Final: true, cause: cause}
}

// Error is for the log.
func (f *Failure) Error() string {
	if f.cause == nil {
		return f.Sentence
	}
	return f.Sentence + " (" + f.cause.Error() + ")"
}

// Unwrap is the cause.
func (f *Failure) Unwrap() error { return f.cause }

// final reports whether trying again is of no use.
func final(err error) bool {
	var f *Failure
	return errors.As(err, &f) && f.Final
}

// told is what a job's row says of an error.
func told(err error) string {
	var f *Failure
	if errors.As(err, &f) {
		return f.Sentence
	}
	if no := refusal.Find(err); no != nil {
		return no.Message
	}
	if errors.Is(err, errStopping) {
		return "The server stopped while it was at work; it is done again."
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "It did not end in the time that it had."
	}
	return "An unexpected fault; the server's log tells it under this job's id."
}
