package store

import (
	"errors"
	"fmt"

	"github.com/lib/pq"

	"gatehouse/internal/refusal"
)

// unreadable is the refusal in an error of PostgreSQL about a value that a reader
// was given: bytes that are no text (NUL), or no instant that it knows. The texts of
// statements are our own, so such a value came with the request, in a filter or a
// forged cursor. Every other error is left as it is.
func unreadable(err error) error {
	var told *pq.Error
	if !errors.As(err, &told) {
		return err
	}
	switch told.Code {
	case "22021", "22007", "22008": // character_not_in_repertoire, invalid_datetime_format, datetime_field_overflow
		return fmt.Errorf("%w: %w", refusal.New(refusal.Invalid, "A value in this request is none that is ever stored: a text with a NUL character in it, or a cursor that was changed."), err)
	}
	return err
}
