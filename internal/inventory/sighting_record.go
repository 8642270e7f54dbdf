package inventory

import (
	"fmt"
	"slices"
	"strings"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
)

// toldPlaces is how many of the places of a certificate its entry names.
const toldPlaces = 5

// record says of each certificate what was done, and writes one entry for each that
// something was done to, with the places; and one for each new seat.
func (s *sighting) record(made []*placedSeat) {
	first := map[*placedSeat]*sighted{}
	for _, subject := range s.subjects {
		if subject.seat != nil && first[subject.seat] == nil {
			first[subject.seat] = subject
		}
	}
	for _, seat := range made {
		if !seat.without {
			s.tx.Record(audit.Entry{Action: audit.CreateSeat, Resource: audit.Seat, ID: seat.id, Comment: "For " + id.Of(id.Certificate, first[seat].row).String() + "."})
		}
	}
	told, at := map[*sighted]bool{}, map[*sighted][]string{}
	for _, one := range s.seen {
		if one.no != nil {
			continue
		}
		subject := one.subject
		one.outcome = s.outcome(one, !told[subject])
		told[subject] = true
		if one.outcome != SightingUnchanged {
			at[subject] = append(at[subject], one.at.place)
		}
	}
	for _, subject := range s.subjects {
		if places, done := at[subject]; done {
			s.tx.Record(audit.Entry{ID: subject.row, Comment: namedPlaces(places)})
		}
	}
}

// namedPlaces are the first of the places, and how many more there are.
func namedPlaces(places []string) string {
	if more := len(places) - toldPlaces; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(places[:toldPlaces], ", "), more)
	}
	return strings.Join(places, ", ")
}

// outcome is what was done because a certificate was seen at a place; first: it is the
// first place of the input where it was.
func (s *sighting) outcome(one *seen, first bool) SightingOutcome {
	subject := one.subject
	switch {
	case first && subject.known == nil:
		return SightingCreated
	case first && subject.seat != nil:
		return SightingReseated
	case slices.Contains(subject.places, one.at), first && !subject.known.came(s.source):
		return SightingRecognized
	}
	return SightingUnchanged
}
