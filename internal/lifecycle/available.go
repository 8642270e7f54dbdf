package lifecycle

import "gatehouse/internal/refusal"

// UnavailableEnrollmentAction is an action that cannot be done now, with the
// code and the sentence that its mutation would answer.
type UnavailableEnrollmentAction struct {
	Action  EnrollmentAction
	Code    refusal.Code
	Message string
}

// UnavailableSeatAction is an action that cannot be done now, with the code and
// the sentence that its mutation would answer.
type UnavailableSeatAction struct {
	Action  SeatAction
	Code    refusal.Code
	Message string
}

// UnavailableCertificateAction is an action that cannot be done now, with the code
// and the sentence that its mutation would answer.
type UnavailableCertificateAction struct {
	Action  CertificateAction
	Code    refusal.Code
	Message string
}

// Can lists the actions that Decide would allow on an enrollment that exists,
// in the table's order. It is the first half of Available without the cost of
// the second's sentences. Neither half lists what the end user or the system
// does, nor what can never be done to an enrollment of this making (its
// methods, its kind of certificate authority).
func Can(f EnrollmentFacts) []EnrollmentAction {
	can := []EnrollmentAction{}
	for i := range enrollmentTable {
		if r := &enrollmentTable[i]; r.offeredFor(f) && r.firstNo(f) == "" {
			can = append(can, r.Action)
		}
	}
	return can
}

// Available lists what can be done to an enrollment that exists, and what
// cannot be done now and why. See Can for what stands in neither list.
func Available(f EnrollmentFacts) (can []EnrollmentAction, cannot []UnavailableEnrollmentAction) {
	can, cannot = []EnrollmentAction{}, []UnavailableEnrollmentAction{}
	for i := range enrollmentTable {
		r := &enrollmentTable[i]
		if !r.offeredFor(f) {
			continue
		}
		if code := r.firstNo(f); code != "" {
			cannot = append(cannot, UnavailableEnrollmentAction{r.Action, code, r.sentence(f, code)})
			continue
		}
		can = append(can, r.Action)
	}
	return can, cannot
}

// offeredFor reports whether the row's action is worth a button on an
// enrollment of this making.
func (r *EnrollmentRow) offeredFor(f EnrollmentFacts) bool { return r.Offered && r.misfit(f) == "" }

// CanSeat lists the actions that DecideSeat would allow on a seat that exists,
// in the table's order, without the cost of sentences.
func CanSeat(f SeatFacts) []SeatAction {
	can := []SeatAction{}
	for i := range seatTable {
		if r := &seatTable[i]; r.offeredFor(f) && r.firstNo(f) == "" {
			can = append(can, r.Action)
		}
	}
	return can
}

// AvailableSeat lists what can be done to a seat that exists, and what cannot
// be done now and why. What a seat of this type never knows (to enroll an
// imported one) stands in neither list.
func AvailableSeat(f SeatFacts) (can []SeatAction, cannot []UnavailableSeatAction) {
	can, cannot = []SeatAction{}, []UnavailableSeatAction{}
	for i := range seatTable {
		r := &seatTable[i]
		if !r.offeredFor(f) {
			continue
		}
		if code := r.firstNo(f); code != "" {
			cannot = append(cannot, UnavailableSeatAction{r.Action, code, r.sentence(f, code)})
			continue
		}
		can = append(can, r.Action)
	}
	return can, cannot
}

// CanCertificate lists the actions that DecideCertificate would allow on a
// certificate, in the table's order, without the cost of sentences.
func CanCertificate(f CertificateFacts) []CertificateAction {
	can := []CertificateAction{}
	for i := range certificateTable {
		if r := &certificateTable[i]; r.offeredFor(f) && r.firstNo(f) == "" {
			can = append(can, r.Action)
		}
	}
	return can
}

// AvailableCertificate lists what can be done with a certificate, and what cannot
// be done now and why. What one of its origin never knows (to renew one that was
// issued elsewhere, to suspend one whose authority knows no hold) stands in neither
// list.
func AvailableCertificate(f CertificateFacts) (can []CertificateAction, cannot []UnavailableCertificateAction) {
	can, cannot = []CertificateAction{}, []UnavailableCertificateAction{}
	for i := range certificateTable {
		r := &certificateTable[i]
		if !r.offeredFor(f) {
			continue
		}
		if code := r.firstNo(f); code != "" {
			cannot = append(cannot, UnavailableCertificateAction{r.Action, code, r.sentence(f, code)})
			continue
		}
		can = append(can, r.Action)
	}
	return can, cannot
}
