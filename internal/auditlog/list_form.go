package auditlog

import "gatehouse/internal/refusal"

// Form refuses a list whose filter has values that no entry can have, as List would:
// INVALID. It reads nothing; what is kept or sent for later is checked by it.
func (in ListInput) Form() *refusal.Refusal {
	_, no := in.Tidied()
	return no
}

// Tidied is the list with the values of its filter as entries keep them, so that two
// filters can be compared. Refused: INVALID, as by Form.
func (in ListInput) Tidied() (ListInput, *refusal.Refusal) {
	if in.Filter == nil {
		return in, nil
	}
	f, no := in.Filter.tidied()
	in.Filter = &f
	return in, no
}
