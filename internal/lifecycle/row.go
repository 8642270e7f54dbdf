package lifecycle

import (
	"slices"

	"gatehouse/internal/refusal"
)

// unmade is the status of what does not exist yet.
const unmade Status = ""

// EnrollmentRow is one row of domain.md section 4. Every list names what goes:
// an empty one lets nothing through.
type EnrollmentRow struct {
	// Action is what is done. An action has a row per way in which methods differ.
	Action EnrollmentAction
	// Mutation is the GraphQL mutation that does it; empty for what is read, or
	// happens by itself. The plural form, where there is one, adds an "s".
	Mutation string
	// Methods, CAs and EnrollmentMethods are the enrollments that the row is for.
	Methods           []AuthenticationMethod
	CAs               []CAType
	EnrollmentMethods []EnrollmentMethod
	// From is the statuses that the action starts from.
	From []Status
	// Due: only when the enrollment's time has passed.
	Due bool
	// To is the status that the action leads to.
	To func(EnrollmentFacts) Status
	// By is who may.
	By []Who
	// WhileIssuing: goes on while a certificate authority is at work. What reads
	// only; everything else waits.
	WhileIssuing bool
	// Bars are the further conditions that stand in the way when they hold, in
	// the order tried.
	Bars []refusal.Code
	// Offered: listed by Available, among what can or what cannot be done. What
	// makes an enrollment, what is the end user's and what happens by itself is not.
	Offered bool
	// Does says what the action changes beside the status.
	Does string
}

// Makes reports whether the row's action makes the enrollment.
func (r EnrollmentRow) Makes() bool { return slices.Contains(r.From, unmade) }

// Targets lists the statuses to which the row can lead from the given one.
func (r EnrollmentRow) Targets(from Status) []Status {
	var to []Status
	for _, passed := range []bool{false, true} {
		for required := 1; required <= 2; required++ {
			s := r.To(EnrollmentFacts{Status: from, TimePassed: passed, Required: required})
			if !slices.Contains(to, s) {
				to = append(to, s)
			}
		}
	}
	slices.SortFunc(to, func(a, b Status) int { return slices.Index(Statuses, a) - slices.Index(Statuses, b) })
	return to
}

// Codes lists the refusals that the row can end in, in the order tried. What
// makes an enrollment has no status and no certificate authority to ask about.
func (r EnrollmentRow) Codes() []refusal.Code {
	var codes []refusal.Code
	add := func(can bool, c refusal.Code) {
		if can {
			codes = append(codes, c)
		}
	}
	toRequester := slices.Contains(r.By, TheRequester)
	add(!toRequester, refusal.Forbidden)
	add(len(r.Methods) < len(AuthenticationMethods), refusal.WrongMethod)
	add(len(r.CAs) < len(CATypes), refusal.CodePrivateOnly)
	add(len(r.EnrollmentMethods) < len(EnrollmentMethods), refusal.ResendNotForThisMethod)
	add(!r.WhileIssuing && !r.Makes(), refusal.Issuing)
	add(!r.Makes() && (r.Due || len(r.From) < len(Statuses)), refusal.InvalidState)
	add(toRequester, refusal.NotRequester)
	return append(codes, r.Bars...)
}

// SeatRow is one row of domain.md section 3, read like an EnrollmentRow.
type SeatRow struct {
	Action   SeatAction
	Mutation string
	Types    []SeatType
	From     []SeatStatus
	By       []Who
	Bars     []refusal.Code
	Offered  bool
	Does     string
}

// Makes reports whether the row's action makes the seat.
func (r SeatRow) Makes() bool { return slices.Contains(r.From, SeatStatus(unmade)) }

// Codes lists the refusals that the row can end in, in the order tried. What
// makes a seat has no status to ask about.
func (r SeatRow) Codes() []refusal.Code {
	codes := []refusal.Code{refusal.Forbidden}
	if len(r.Types) < len(SeatTypes) {
		codes = append(codes, refusal.WrongSeatType)
	}
	if !r.Makes() && !slices.Contains(r.From, SeatDeleted) {
		codes = append(codes, refusal.SeatDeleted)
	}
	return append(codes, r.Bars...)
}

// CertificateRow is one row of what can be done with certificates, read like an
// EnrollmentRow.
type CertificateRow struct {
	Action   CertificateAction
	Mutation string
	// Of is which certificates the row is for, by where they come from.
	Of   Origin
	From []CertificateStatus
	// Due: only when the certificate's notAfter has passed.
	Due bool
	// To is the status that the action leads to; empty: it stays as it is.
	To      CertificateStatus
	By      []Who
	Bars    []refusal.Code
	Offered bool
	Does    string
}

// Codes lists the refusals that the row can end in, in the order tried.
func (r CertificateRow) Codes() []refusal.Code {
	codes := []refusal.Code{refusal.Forbidden}
	if r.Of != FromAnywhere {
		codes = append(codes, refusal.IssuedElsewhere)
	}
	if r.Due || len(r.From) < len(CertificateStatuses) {
		codes = append(codes, refusal.InvalidState)
	}
	return append(codes, r.Bars...)
}
