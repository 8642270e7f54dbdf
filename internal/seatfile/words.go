package seatfile

import (
	"fmt"
	"io"
	"slices"
	"strconv"
)

// Operation is what a file does.
type Operation string

// The operations.
const (
	CreateOrUpdate Operation = "CREATE_OR_UPDATE"
	Delete         Operation = "DELETE"
)

// Operations lists the operations.
var Operations = []Operation{CreateOrUpdate, Delete}

// Outcome is what became of a row.
type Outcome string

// The outcomes.
const (
	Created   Outcome = "CREATED"
	Updated   Outcome = "UPDATED"
	Enrolled  Outcome = "ENROLLED"
	Unchanged Outcome = "UNCHANGED"
	Deleted   Outcome = "DELETED"
	Refused   Outcome = "REFUSED"
)

// Outcomes lists the outcomes.
var Outcomes = []Outcome{Created, Updated, Enrolled, Unchanged, Deleted, Refused}

// MarshalGQL writes the operation as a GraphQL enum value.
func (o Operation) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(o))) }

// UnmarshalGQL reads a GraphQL enum value.
func (o *Operation) UnmarshalGQL(v any) error {
	s, _ := v.(string)
	if !slices.Contains(Operations, Operation(s)) {
		return fmt.Errorf("%q is no operation of a file", v)
	}
	*o = Operation(s)
	return nil
}

// MarshalGQL writes the outcome as a GraphQL enum value.
func (o Outcome) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(o))) }

// UnmarshalGQL reads a GraphQL enum value.
func (o *Outcome) UnmarshalGQL(v any) error {
	s, _ := v.(string)
	if !slices.Contains(Outcomes, Outcome(s)) {
		return fmt.Errorf("%q is no outcome of a row", v)
	}
	*o = Outcome(s)
	return nil
}
