package inventory

import (
	"fmt"
	"io"
	"slices"
	"strconv"
)

// SightingOutcome is what became of a certificate that was brought in or found.
type SightingOutcome string

// The outcomes.
const (
	// SightingCreated: it is new.
	SightingCreated SightingOutcome = "CREATED"
	// SightingRecognized: it was known, and has gained a source, a place, or both.
	SightingRecognized SightingOutcome = "RECOGNIZED"
	// SightingReseated: it was known, on no seat that lives, and has got a new one.
	SightingReseated SightingOutcome = "RESEATED"
	// SightingUnchanged: it was known, and known there.
	SightingUnchanged SightingOutcome = "UNCHANGED"
	// SightingRefused: nothing was done.
	SightingRefused SightingOutcome = "REFUSED"
)

// SightingOutcomes lists the outcomes.
var SightingOutcomes = []SightingOutcome{SightingCreated, SightingRecognized, SightingReseated, SightingUnchanged, SightingRefused}

// MarshalGQL writes the outcome as a GraphQL enum value.
func (o SightingOutcome) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(o))) }

// UnmarshalGQL reads a GraphQL enum value.
func (o *SightingOutcome) UnmarshalGQL(x any) error {
	s, _ := x.(string)
	if !slices.Contains(SightingOutcomes, SightingOutcome(s)) {
		return fmt.Errorf("%q is no outcome of a sighting", x)
	}
	*o = SightingOutcome(s)
	return nil
}
