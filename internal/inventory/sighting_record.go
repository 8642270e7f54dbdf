package inventory

import (
	"slices"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
)

// record says of each certificate what was done, and writes one entry for each time
// that something was, with the place; and one for each new seat.
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
	told := map[*sighted]bool{}
	for _, one := range s.seen {
		if one.no != nil {
			continue
		}
		subject := one.subject
		one.outcome = s.outcome(one, !told[subject])
		told[subject] = true
		if one.outcome != SightingUnchanged {
			s.tx.Record(audit.Entry{ID: subject.row, Comment: one.at.place})
		}
	}
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
