package inventory

import "gatehouse/internal/refusal"

// Form refuses a list whose search or filter has texts that no enrollment can have, as
// Enrollments would: INVALID. It reads nothing; what is kept or sent for later is
// checked by it.
func (in EnrollmentListInput) Form() *refusal.Refusal {
	if no := searchForm(in.Search); no != nil {
		return no
	}
	_, no := in.Filter.tidied()
	return no
}

// Form is EnrollmentListInput.Form for seats.
func (in SeatListInput) Form() *refusal.Refusal {
	if no := searchForm(in.Search); no != nil {
		return no
	}
	_, no := in.Filter.tidied()
	return no
}

// Form is EnrollmentListInput.Form for certificates.
func (in CertificateListInput) Form() *refusal.Refusal {
	if no := searchForm(in.Search); no != nil {
		return no
	}
	_, no := in.Filter.tidied()
	return no
}

// searchForm is the no to a search as one that points at its field.
func searchForm(given *string) *refusal.Refusal {
	if _, no := asSearch(given); no != nil {
		return no.At("search")
	}
	return nil
}
