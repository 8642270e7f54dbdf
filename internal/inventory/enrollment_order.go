package inventory

import (
	"fmt"
	"io"
	"strconv"

	"gatehouse/internal/page"
)

// EnrollmentOrder is how a list of enrollments is ordered.
type EnrollmentOrder struct {
	Field     EnrollmentOrderField
	Direction page.Direction
}

// EnrollmentOrderField is what enrollments can be ordered by.
type EnrollmentOrderField string

// The fields that enrollments can be ordered by: NOT NULL and indexed.
const (
	OrderCreatedAt EnrollmentOrderField = "CREATED_AT"
	OrderExpiresAt EnrollmentOrderField = "EXPIRES_AT"
	OrderUpdatedAt EnrollmentOrderField = "UPDATED_AT"
	OrderSeatID    EnrollmentOrderField = "SEAT_ID"
)

// enrollmentOrders are the column and type behind each order.
var enrollmentOrders = map[EnrollmentOrderField][2]string{
	OrderCreatedAt: {"created_at", "timestamptz"},
	OrderExpiresAt: {"expires_at", "timestamptz"},
	OrderUpdatedAt: {"updated_at", "timestamptz"},
	OrderSeatID:    {"seat_key", "text"},
}

// MarshalGQL writes the field as a GraphQL enum value.
func (f EnrollmentOrderField) MarshalGQL(w io.Writer) {
	_, _ = io.WriteString(w, strconv.Quote(string(f)))
}

// UnmarshalGQL reads a GraphQL enum value.
func (f *EnrollmentOrderField) UnmarshalGQL(v any) error {
	s, _ := v.(string)
	if _, ok := enrollmentOrders[EnrollmentOrderField(s)]; !ok {
		return fmt.Errorf("enrollments cannot be ordered by %v", v)
	}
	*f = EnrollmentOrderField(s)
	return nil
}
