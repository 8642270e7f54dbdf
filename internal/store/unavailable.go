package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/lib/pq"

	"gatehouse/internal/fault"
)

// named wraps an error that means that the database cannot be reached, or took
// too long, as fault.Unavailable; so too the error of a transaction that lost
// against others as often as it was run: nothing is wrong with it, and the next
// attempt may win. It leaves every other error as it is.
func named(err error) error {
	if err == nil || errors.Is(err, fault.Unavailable) || errors.Is(err, fault.OutcomeUnknown) {
		return err
	}
	if lostAgainstAnother(err) {
		return fmt.Errorf("%w: %w", fault.Unavailable, err)
	}
	var network net.Error
	var answered *pq.Error
	switch {
	case errors.As(err, &answered):
		switch {
		case answered.Code == "55P03": // lock_timeout
			return fmt.Errorf("%w: %w", fault.Held, err)
		case answered.Code == "57014" && strings.Contains(answered.Message, "statement timeout"): // else it was asked to stop
			return fmt.Errorf("%w: %w", fault.TooLong, err)
		}
		switch answered.Code.Class() {
		case "08", "53", "57": // connection, resources, operator (shutdown, statement timeout)
			return fmt.Errorf("%w: %w", fault.Unavailable, err)
		}
		return err
	case errors.As(err, &network), errors.Is(err, driver.ErrBadConn), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return fmt.Errorf("%w: %w", fault.Unavailable, err)
	}
	return err
}
