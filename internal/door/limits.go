package door

import (
	"fmt"
)

// Limits are the sizes at which a request is turned away. They protect the
// server from one request, not from many: each is far above what a page of a
// frontend asks for, and far below what makes a validator or an executor slow.
//
// A limit of zero or less lets nothing through; there is no "unlimited".
type Limits struct {
	// BodyBytes is the largest request body.
	BodyBytes int64
	// Tokens is the most lexical tokens of a document, comments included.
	Tokens int
	// Depth is how many fields may stand inside one another, fragments followed.
	Depth int
	// Fields is the most fields of an operation or fragment, counted as often as
	// spreads repeat them. It stops a short document from becoming a long one,
	// and the validator's comparison of every two fields of one name.
	Fields int
	// RootFields is the most fields at the top of an operation, fragments followed.
	RootFields int
	// Aliases is the most renamed fields of a document.
	Aliases int
	// Fragments is the most fragment definitions, spreads and inline fragments of
	// a document, together.
	Fragments int
	// Directives is the most directives of a document.
	Directives int
	// Operations is the most operations of a document; one of them is executed.
	Operations int
	// Variables is the most variables that the operations of a document define.
	Variables int
	// ListItems is the most items of one list, written in the document or sent
	// as a variable.
	ListItems int
	// ValueDepth is how deep lists and objects may nest in a value, written in
	// the document or sent as a variable.
	ValueDepth int
	// Mutations is the most root fields of a mutation, redemptions not counted.
	Mutations int
	// Redemptions is the most redeemEnrollment fields of a mutation: each tries a
	// code, and one request must not try many.
	Redemptions int
	// Cost is the most that an operation may cost, with the sizes of its lists
	// multiplied in (cost.go). It needs the variables, and is looked at last.
	Cost int
}

// DefaultLimits are the limits that hold where no setting says otherwise. The
// introspection query of GraphiQL is 15 levels deep, and passes.
func DefaultLimits() Limits {
	return Limits{
		BodyBytes:   1 << 20,
		Tokens:      5000,
		Depth:       15,
		Fields:      1000,
		RootFields:  20,
		Aliases:     30,
		Fragments:   50,
		Directives:  50,
		Operations:  20,
		Variables:   100,
		ListItems:   1000,
		ValueDepth:  10,
		Mutations:   10,
		Redemptions: 1,
		Cost:        10_000,
	}
}

// Refusal is the door's no to a document or its variables. Message is a
// sentence for the caller.
type Refusal struct {
	// Code is LimitExceeded, RateLimited or BadUserInput.
	Code    string
	Message string
	// RetryAfter is after how many seconds the same would be let in; 0 when it would
	// not.
	RetryAfter int
	// Line and Column say where in the document, from 1; zero when the refusal is
	// about no place in it.
	Line, Column int
}

// Error is the sentence.
func (r *Refusal) Error() string { return r.Message }

// tooMuch is the refusal of what passes a limit.
func tooMuch(format string, args ...any) *Refusal {
	return &Refusal{Code: LimitExceeded, Message: fmt.Sprintf(format, args...)}
}
