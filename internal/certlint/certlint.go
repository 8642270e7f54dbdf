// Package certlint says what is wrong with a certificate, by the rules of zlint
// (github.com/zmap/zlint).
package certlint

import (
	"fmt"
	"io"
	"slices"
	"strconv"
)

// Source is whose rule a finding is about.
type Source string

// The sources.
const (
	RFC       Source = "RFC"
	CABFBR    Source = "CABF_BR"
	CABFEV    Source = "CABF_EV"
	CABFCS    Source = "CABF_CS"
	CABFSMIME Source = "CABF_SMIME"
	Program   Source = "PROGRAM"
	Community Source = "COMMUNITY"
)

// Sources lists the sources.
var Sources = []Source{RFC, CABFBR, CABFEV, CABFCS, CABFSMIME, Program, Community}

// Severity is how bad a finding is.
type Severity string

// The severities.
const (
	Error   Severity = "ERROR"
	Warning Severity = "WARNING"
	Notice  Severity = "NOTICE"
	Fatal   Severity = "FATAL"
)

// Severities lists the severities, the worst first.
var Severities = []Severity{Error, Warning, Notice, Fatal}

// Finding is one thing that is wrong with a certificate.
type Finding struct {
	// Name is the rule's.
	Name     string
	Severity Severity
	Source   Source
	// Description is what the rule says, Citation where it stands.
	Description string
	Citation    string
	// Details are what was found, where the linter says it; else empty.
	Details string
}

// MarshalGQL writes the source as a GraphQL enum value.
func (s Source) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(s))) }

// UnmarshalGQL reads a GraphQL enum value.
func (s *Source) UnmarshalGQL(x any) error { return read(x, s, Sources) }

// MarshalGQL writes the severity as a GraphQL enum value.
func (s Severity) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(s))) }

// UnmarshalGQL reads a GraphQL enum value.
func (s *Severity) UnmarshalGQL(x any) error { return read(x, s, Severities) }

func read[T ~string](x any, into *T, known []T) error {
	text, _ := x.(string)
	if !slices.Contains(known, T(text)) {
		return fmt.Errorf("%q is none of %v", x, known)
	}
	*into = T(text)
	return nil
}
