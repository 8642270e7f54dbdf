// Package audit holds the words of the audit log: what can be done (Action), to
// what (Resource), with what outcome, and what changed. Entries are written by
// store.Do in the transaction of the change and read by package auditlog;
// nothing here touches the database.
package audit

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// Entry is what a use case says about one change or one refused attempt. Who,
// when, from where and in which request is added by store.Do.
type Entry struct {
	Action   Action
	Resource Resource
	// ID is the thing's id; the zero UUID when it was not made.
	ID uuid.UUID
	// BusinessUnit is the thing's business unit; the zero UUID when it has none,
	// and then the entry is seen with business units "*" only.
	BusinessUnit uuid.UUID
	Outcome      Outcome
	// Code is a refusal's code.
	Code    string
	Comment string
	Changes []Change
	// At is the time of the change; zero means the transaction's own.
	At time.Time
}

// Change is one field's old and new value as text; null where there was or is
// none. A secret is never in it.
type Change struct {
	Field  string  `json:"field"`
	Before *string `json:"before"`
	After  *string `json:"after"`
}

// Outcome says how an attempt ended.
type Outcome string

// The outcomes.
const (
	Success Outcome = "SUCCESS" // it was done and committed
	Refused Outcome = "REFUSED" // a rule said no
	Failure Outcome = "FAILURE" // a fault; nothing was changed
)

// Outcomes lists the outcomes.
var Outcomes = []Outcome{Success, Refused, Failure}

// Resource says what kind of thing an entry is about.
type Resource string

// The audited things.
const (
	BusinessUnit Resource = "BUSINESS_UNIT"
	License      Resource = "SEAT_LICENSE"
	Allocation   Resource = "SEAT_ALLOCATION"
	Profile      Resource = "CERTIFICATE_PROFILE"
	Seat         Resource = "SEAT"
	Enrollment   Resource = "ENROLLMENT"
	Certificate  Resource = "CERTIFICATE"
	View         Resource = "VIEW"
	Webhook      Resource = "WEBHOOK"
	Job          Resource = "JOB"
	Export       Resource = "EXPORT"
)

// Resources lists the audited things.
var Resources = []Resource{BusinessUnit, License, Allocation, Profile, Seat, Enrollment, Certificate, View, Webhook, Job, Export}

// MarshalGQL writes the outcome as a GraphQL enum value.
func (o Outcome) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(o))) }

// UnmarshalGQL reads a GraphQL enum value.
func (o *Outcome) UnmarshalGQL(v any) error { return read(v, o, Outcomes) }

// MarshalGQL writes the resource as a GraphQL enum value.
func (r Resource) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(r))) }

// UnmarshalGQL reads a GraphQL enum value.
func (r *Resource) UnmarshalGQL(v any) error { return read(v, r, Resources) }

func read[T ~string](v any, into *T, known []T) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("an enum value is a name, not %T", v)
	}
	for _, k := range known {
		if string(k) == s {
			*into = k
			return nil
		}
	}
	return fmt.Errorf("%q is not a known value", s)
}
