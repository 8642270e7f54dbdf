package inventory

import "gatehouse/internal/refusal"

// Form refuses a list whose search or filter has values that no enrollment can have, as
// Enrollments would: INVALID. It reads nothing; what is kept or sent for later is
// checked by it.
func (in EnrollmentListInput) Form() *refusal.Refusal {
	_, no := in.Tidied()
	return refusedForm(in.Search, no)
}

// Form is EnrollmentListInput.Form for seats.
func (in SeatListInput) Form() *refusal.Refusal {
	_, no := in.Tidied()
	return refusedForm(in.Search, no)
}

// Form is EnrollmentListInput.Form for certificates.
func (in CertificateListInput) Form() *refusal.Refusal {
	_, no := in.Tidied()
	return refusedForm(in.Search, no)
}

// Tidied is the list with the values of its filter as enrollments keep them, so that
// two filters can be compared. Refused: INVALID, as by Form.
func (in EnrollmentListInput) Tidied() (EnrollmentListInput, *refusal.Refusal) {
	if in.Filter == nil {
		return in, nil
	}
	f, no := in.Filter.tidied()
	in.Filter = &f
	return in, no
}

// Tidied is EnrollmentListInput.Tidied for seats.
func (in SeatListInput) Tidied() (SeatListInput, *refusal.Refusal) {
	if in.Filter == nil {
		return in, nil
	}
	f, no := in.Filter.tidied()
	in.Filter = &f
	return in, no
}

// Tidied is EnrollmentListInput.Tidied for certificates.
func (in CertificateListInput) Tidied() (CertificateListInput, *refusal.Refusal) {
	if in.Filter == nil {
		return in, nil
	}
	f, no := in.Filter.tidied()
	in.Filter = &f
	return in, no
}

// refusedForm is the no to a list's search, else that to its filter.
func refusedForm(search *string, filter *refusal.Refusal) *refusal.Refusal {
	if _, no := searchAsked(search); no != nil {
		return no
	}
	return filter
}

// searchAsked is asSearch with a no that points at its field of the list.
func searchAsked(given *string) (*search, *refusal.Refusal) {
	s, no := asSearch(given)
	if no != nil {
		no = no.At("search")
	}
	return s, no
}
