package inventory

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"gatehouse/internal/lifecycle"
)

// SeatView is a system view of seats (domain.md; TLM's "Seat management").
type SeatView string

// The system views of seats.
const (
	SeatsAll         SeatView = "ALL"
	SeatsNotEnrolled SeatView = "NOT_ENROLLED"
	SeatsEnrolled    SeatView = "ENROLLED"
	SeatsConsumed    SeatView = "CONSUMED"
	SeatsUnused      SeatView = "UNUSED_90_DAYS"
	SeatsDeleted     SeatView = "DELETED"
)

// SeatViews lists the system views of seats in the order in which they are offered.
var SeatViews = []SeatView{SeatsAll, SeatsNotEnrolled, SeatsEnrolled, SeatsConsumed, SeatsUnused, SeatsDeleted}

// Unused is for how long nobody has used a seat that the view UNUSED_90_DAYS shows.
const Unused = 90 * 24 * time.Hour

// liveStatuses are all but DELETED: the seats that hold a licence.
var liveStatuses = []lifecycle.SeatStatus{lifecycle.SeatCreated, lifecycle.SeatEnrolled, lifecycle.SeatConsumed}

// MarshalGQL writes the view as a GraphQL enum value.
func (v SeatView) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(v))) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *SeatView) UnmarshalGQL(x any) error {
	s, _ := x.(string)
	if !slices.Contains(SeatViews, SeatView(s)) {
		return fmt.Errorf("%q is no view of seats", x)
	}
	*v = SeatView(s)
	return nil
}

// statuses are those that the view shows; of no view, the live ones.
func (v SeatView) statuses() []lifecycle.SeatStatus {
	switch v {
	case SeatsNotEnrolled, SeatsUnused:
		return []lifecycle.SeatStatus{lifecycle.SeatCreated}
	case SeatsEnrolled:
		return []lifecycle.SeatStatus{lifecycle.SeatEnrolled}
	case SeatsConsumed:
		return []lifecycle.SeatStatus{lifecycle.SeatConsumed}
	case SeatsDeleted:
		return []lifecycle.SeatStatus{lifecycle.SeatDeleted}
	case SeatsAll, "":
		return liveStatuses
	}
	return nil
}
