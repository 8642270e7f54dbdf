package inventory_test

import (
	"testing"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
)

// An enrollment that was made before profiles named an issuer has the usual one,
// whatever else is asked for with it.
func TestAnOldEnrollmentHasTheUsualIssuer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	one := w.request(rita, w.profile(rules{}), "old")
	w.past(`UPDATE enrollments SET promise = promise - 'issuer' WHERE id = $1`, one.UUID)
	for name, want := range map[string]inventory.Fields{"alone": {"issuer": true}, "with everything": nil} {
		found, err := w.Inventory.EnrollmentsByID(w.as(manager), []id.ID{one}, want)
		granted(t, err)
		if got := found[one].Issuer; got != lifecycle.IssuerBuiltIn {
			t.Errorf("%s: the issuer is %q; it is %s", name, got, lifecycle.IssuerBuiltIn)
		}
	}
}
