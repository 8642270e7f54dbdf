// Package refusal holds the "no" that a caller can act on.
//
// A refusal is a value, not a fault: the request was understood, a rule of the
// product says no, and the sentence says what would make it a yes. It becomes
// one entry of a payload's userErrors. A fault (database down, a bug) is an
// ordinary Go error and never carries a sentence for the caller.
package refusal

import (
	"errors"
	"fmt"
	"strings"
)

// Refusal is one rule's no.
type Refusal struct {
	// Code is for programs: one of the constants of this package.
	Code Code `json:"code"`
	// Message is a sentence for a person: what was wrong and what would be right.
	Message string `json:"message"`
	// Field is the path in the mutation's input that the refusal is about, such
	// as ["input", "seats", "3", "email"]. Empty when it is about no single field.
	Field []string `json:"field,omitempty"`
}

// New makes a refusal about no particular field.
func New(code Code, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Message: fmt.Sprintf(format, args...)}
}

// At returns a copy that points at a field of the input, named from the
// outside in: At("seats", "3", "email") is input.seats[3].email.
func (r *Refusal) At(path ...string) *Refusal {
	c := *r
	c.Field = append([]string{"input"}, path...)
	return &c
}

// Within returns a copy that points at the same field of a part of the input: of a
// refusal about the field search of a list, Within("selection", "seats") makes one about
// input.selection.seats.search, and of one about no field one about that part.
func (r *Refusal) Within(path ...string) *Refusal {
	return r.At(append(append([]string{}, path...), r.Field[min(1, len(r.Field)):]...)...)
}

// Error makes a refusal an error, so that a use case can return it early; the
// one who called Find or errors.As gets the value back.
func (r *Refusal) Error() string {
	if len(r.Field) == 0 {
		return string(r.Code) + ": " + r.Message
	}
	return string(r.Code) + " at " + strings.Join(r.Field, ".") + ": " + r.Message
}

// Find returns the refusal inside err, or nil when err is none or a fault.
func Find(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	return nil
}
