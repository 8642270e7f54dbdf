package lifecycle

import (
	"slices"
	"testing"
)

// steps are the statuses that anybody at all can lead to from s by one action.
func steps(m AuthenticationMethod, s Status) []Status {
	combinations := flagged()
	var next []Status
	for _, a := range allActions() {
		r := enrollmentRow(m, a)
		for _, who := range askers(a) {
			for _, f := range combinations {
				for f.Required = 1; f.Required <= 2; f.Required++ {
					f.Status, f.Method, f.CA, f.EnrollmentMethod, f.By, f.Permissions = s, m, Private, CSR, who.by, who.permissions
					if r.firstNo(f) != "" {
						continue
					}
					if to := r.To(f); !slices.Contains(next, to) {
						next = append(next, to)
					}
				}
			}
		}
	}
	return next
}

// reached are the statuses to which ways lead from s, s itself left out unless
// a way leads back.
func reached(m AuthenticationMethod, s Status) []Status {
	var seen []Status
	for todo := []Status{s}; len(todo) > 0; todo = todo[1:] {
		for _, to := range steps(m, todo[0]) {
			if !slices.Contains(seen, to) {
				seen = append(seen, to)
				todo = append(todo, to)
			}
		}
	}
	slices.Sort(seen)
	return seen
}

func TestEveryStatusIsReachedAndNoneIsATrap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method AuthenticationMethod
		want   []Status
	}{
		{EnrollmentCode, []Status{"CREATED", "EXPIRED", "LOCKED", "REDEEMED", "REJECTED"}},
		{ManualApproval, []Status{"APPROVED", "EXPIRED", "IN_PROGRESS", "PENDING", "PENDING_SECOND_APPROVAL", "REDEEMED", "REJECTED"}},
		{SAMLIdP, nil},
	} {
		t.Run(string(c.method), func(t *testing.T) {
			t.Parallel()
			got := reached(c.method, unmade)
			if !slices.Equal(got, c.want) {
				t.Errorf("an enrollment comes to %v, not to %v", got, c.want)
			}
			for _, s := range got {
				next := reached(c.method, s)
				if s.Final() {
					if !slices.Equal(next, []Status{s}) {
						t.Errorf("%s is final, and leads to %v", s, next)
					}
					continue
				}
				if !slices.Contains(next, Redeemed) || !slices.Contains(next, Rejected) {
					t.Errorf("from %s there is no way to both ends, only to %v", s, next)
				}
			}
		})
	}
}
