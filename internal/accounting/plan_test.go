package accounting

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"gatehouse/internal/lifecycle"
)

// The seat types that take part: one that holds several certificates, one that
// holds one and its successor, TLM's single type, and one that stays consumed until
// it is deleted and is never enrolled.
var seatTypes = []lifecycle.SeatType{lifecycle.User, lifecycle.Device, lifecycle.Unified, lifecycle.CertificateManagement}

// plan is what one check plays, as both processes read it.
type plan struct {
	// Name begins the request id of every call of the check.
	Name string `json:"name"`
	// Start is when the first step happens, by the clock of the organisation.
	Start time.Time `json:"start"`
	// Waits is how long the n-th step of every script waits before it.
	Waits []time.Duration `json:"waits"`
	Units []unit          `json:"units"`
	// Purchased is what the account has allocated of each type to other business
	// units: a figure that is purchased comes on top of it.
	Elsewhere map[lifecycle.SeatType]int `json:"elsewhere"`
	// Seen are the certificates that the scripts come upon, by their common name.
	Seen    map[string][]string `json:"seen"`
	Scripts []script            `json:"scripts"`
}

// unit is a business unit of the check.
type unit struct {
	ID  uuid.UUID `json:"id"`
	Key string    `json:"key"`
	// Manual and Code are its profiles, with manual approval and with enrollment codes.
	Manual map[lifecycle.SeatType]uuid.UUID `json:"manual"`
	Code   map[lifecycle.SeatType]uuid.UUID `json:"code"`
}

// String is the step in words, for who reads what failed.
func (s step) String() string {
	return fmt.Sprintf("%s by %s: %s of unit %d, seats %s, figure %d, flag %t", s.Act, s.Who, s.Type, s.Unit, strings.Join(s.Seats, " "), s.Figure, s.Flag)
}

// GoString is what rapid shows of a step.
func (s step) GoString() string { return s.String() }

// script is what one goroutine does, one step after the other.
type script struct {
	Name  string `json:"name"`
	Steps []step `json:"steps"`
}

// step is one call of a use case. Each act takes of it what it needs; what does not
// exist yet is named, and looked up when the step is played.
type step struct {
	Act    string             `json:"act"`
	Who    string             `json:"who"`
	Unit   int                `json:"unit"`
	Type   lifecycle.SeatType `json:"type"`
	Seats  []string           `json:"seats"`
	Figure int                `json:"figure"`
	Flag   bool               `json:"flag"`
}

// units are the ids of the business units.
func (p plan) units() []string {
	ids := make([]string, len(p.Units))
	for n, u := range p.Units {
		ids[n] = u.ID.String()
	}
	return ids
}

// at is the instant of the n-th step.
func (p plan) at(n int) time.Time {
	at := p.Start
	for _, w := range p.Waits[:min(n+1, len(p.Waits))] {
		at = at.Add(w)
	}
	return at
}

// The sizes of a check: small enough to be played in a second, to be crowded, and to
// be read when it fails.
const (
	mostUnits    = 3
	mostScripts  = 10
	mostSteps    = 12
	mostLicences = 7
)

// drawn is what rapid draws of a plan: all but the ids.
type drawn struct {
	Units     int
	Approvals int
	// Attempts is how many wrong codes lock an invitation.
	Attempts int
	// Licences are what the account has of each type that takes part, Seen of each
	// whose seats come with their certificates.
	Licences, Seen map[lifecycle.SeatType]int
	// Validity is how long an issued certificate is valid, in days: within the renewal
	// window from the beginning, or long beyond it.
	Validity int
	Waits    []time.Duration
	Scripts  []script
}

// draw draws a check.
func draw(t *rapid.T) drawn {
	d := drawn{
		Units:     rapid.IntRange(2, mostUnits).Draw(t, "business units"),
		Approvals: rapid.IntRange(1, 2).Draw(t, "approvals"),
		Attempts:  rapid.IntRange(1, 2).Draw(t, "attempts"),
		Licences:  map[lifecycle.SeatType]int{},
		Seen:      map[lifecycle.SeatType]int{},
		Validity:  rapid.SampledFrom([]int{20, 365, 20}).Draw(t, "validity"),
		Waits:     rapid.SliceOfN(rapid.SampledFrom([]time.Duration{0, 0, 0, 0, 10 * time.Hour, 30 * time.Hour, 0, 0}), mostSteps, mostSteps).Draw(t, "waits"),
	}
	types := rapid.SliceOfNDistinct(rapid.SampledFrom(seatTypes), 1, 2, rapid.ID[lifecycle.SeatType]).Draw(t, "types")
	for _, kind := range types {
		d.Licences[kind] = rapid.IntRange(3, mostLicences).Draw(t, "licences")
	}
	for _, kind := range seenSeatTypes {
		d.Seen[kind] = rapid.IntRange(3, mostLicences).Draw(t, "licences of what is seen")
	}
	steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step { return drawStep(t, d.Units, types) }), 4, mostSteps)
	for n, s := range rapid.SliceOfN(steps, 4, mostScripts).Draw(t, "scripts") {
		d.Scripts = append(d.Scripts, script{Name: string(rune('a' + n)), Steps: s})
	}
	return d
}

// seatNames are the seatIds in play. Two of them are the same seat.
var seatNames = []string{"one", "two", "three", "four", "ONE", "five"}

// unitsDrawn are the business units by their number: most happens in the first.
var unitsDrawn = []int{0, 1, 2, 0, 1, 0, 0}

func drawStep(t *rapid.T, units int, types []lifecycle.SeatType) step {
	return step{
		Act:    rapid.SampledFrom(weighted()).Draw(t, "act"),
		Who:    rapid.SampledFrom(cast).Draw(t, "who"),
		Unit:   rapid.SampledFrom(unitsDrawn).Draw(t, "unit") % units,
		Type:   rapid.SampledFrom(types).Draw(t, "type"),
		Seats:  rapid.SliceOfN(rapid.SampledFrom(seatNames), 1, 4).Draw(t, "seats"),
		Figure: rapid.IntRange(0, mostLicences).Draw(t, "figure"),
		Flag:   rapid.Bool().Draw(t, "flag"),
	}
}
