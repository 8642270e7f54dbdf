package auditlog

import "gatehouse/internal/refusal"

// Form refuses a list whose filter has texts that no entry can have, as List would:
// INVALID. It reads nothing; what is kept or sent for later is checked by it.
func (in ListInput) Form() *refusal.Refusal {
	_, no := in.Filter.tidied()
	return no
}
