package page

import (
	"fmt"
	"io"
	"strconv"
)

// Direction is which way a list runs.
type Direction string

// The directions.
const (
	Ascending  Direction = "ASC"
	Descending Direction = "DESC"
)

// MarshalGQL writes the direction as a GraphQL enum value.
func (d Direction) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(d))) }

// UnmarshalGQL reads a GraphQL enum value.
func (d *Direction) UnmarshalGQL(v any) error {
	switch v {
	case "ASC":
		*d = Ascending
	case "DESC":
		*d = Descending
	default:
		return fmt.Errorf("%v is neither ASC nor DESC", v)
	}
	return nil
}
