package demo

import (
	"strings"
	"testing"
	"time"

	"gatehouse/internal/lifecycle"
)

// TestStory holds every request's story against the rules that it would break
// only when it is done, and then in the middle of a seeding.
func TestStory(t *testing.T) {
	t.Parallel()
	seen, fetched := map[fate]int{}, 0
	for _, o := range offers {
		places := map[string]bool{}
		if o.requests > 0 && o.method != approval {
			t.Errorf("%s is asked for and is not approved", o.slug())
		}
		for _, a := range o.asks() {
			seen[a.fate]++
			if places[a.seat.SeatID] {
				t.Errorf("%s: the seat %s was asked for before", a.name(), a.seat.SeatID)
			}
			places[a.seat.SeatID] = true
			if a.at.daysAgo < 1 || a.at.daysAgo > length-6 || o.archived > 0 && a.at.daysAgo <= o.archived {
				t.Errorf("%s was made %d days ago", a.name(), a.at.daysAgo)
			}
			if a.ends >= 0 && a.ends < 30*time.Hour && a.fate != refused && a.fate != retracted && a.fetched == nil {
				t.Errorf("%s ends %s after the midnight of the seeding", a.name(), a.ends)
			}
			if f := a.fetched; f != nil {
				fetched++
				if last := a.lastApproval(); f.daysAgo < 1 || f.since() <= last.since() || f.since() >= last.since()+time.Duration(o.pickup)*24*time.Hour {
					t.Errorf("%s is picked up at %v, approved at %v", a.name(), *f, last)
				}
			}
			approved := map[string]bool{}
			for _, s := range a.steps {
				after := (a.at.daysAgo-s.at.daysAgo)*24*60 + s.at.minute - a.at.minute
				if s.at.daysAgo < 1 || after <= 0 || after >= o.expiry*24*60 {
					t.Errorf("%s: %s %d minutes after the request", a.name(), s.kind, after)
				}
				if s.kind != approves || s.want != "" {
					continue
				}
				if s.by.name == a.by.name || approved[s.by.name] || !s.by.role.Permissions().Has(lifecycle.ApproveEnrollments) {
					t.Errorf("%s: %s may not approve it", a.name(), s.by.name)
				}
				approved[s.by.name] = true
			}
			if full := len(approved) == o.approvals; full != (a.fate == granted) {
				t.Errorf("%s has %d of %d approvals and becomes %c", a.name(), len(approved), o.approvals, a.fate)
			}
		}
	}
	if fetched < 40 {
		t.Errorf("%d requests are picked up", fetched)
	}
	for _, f := range youngFates + oldFates {
		if seen[fate(f)] == 0 {
			t.Errorf("no request becomes %c", f)
		}
	}
}

// TestNames shows that nobody of the crowd is one of the people who act, for whom
// an approval would be one of an own request, and that nobody is there twice.
func TestNames(t *testing.T) {
	t.Parallel()
	all := map[string]bool{}
	for _, p := range append([]person{kofi, lucas, mei, priya, hugo, jonas, leila, nadia}, signIn...) {
		all[p.email()] = true
	}
	for _, s := range stocks {
		if s.seatType != lifecycle.User {
			continue
		}
		for n := range s.allocated {
			mail := *s.seat(n).Email
			if all[mail] {
				t.Errorf("%s is there twice", mail)
			}
			all[mail] = true
			if strings.ContainsAny(mail, " '") {
				t.Errorf("%s is no address", mail)
			}
		}
	}
}

// TestSigningRequest shows that a request that is made anew is the same to the byte.
func TestSigningRequest(t *testing.T) {
	t.Parallel()
	for _, a := range companySeal.asks() {
		one, err := signingRequest(companySeal, a.name(), a.seat)
		if err != nil {
			t.Fatal(err)
		}
		other, err := signingRequest(companySeal, a.name(), a.seat)
		if err != nil || one != other {
			t.Errorf("%s differs: %v", a.name(), err)
		}
	}
}
