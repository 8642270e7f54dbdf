package accounting

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/inventory"
)

// tally counts what the scripts came to, by act: how many things were done, and how
// many were refused, by code.
type tally map[string]map[string]int

func (all tally) add(answers []answer) {
	for _, a := range answers {
		if all[a.Act] == nil {
			all[a.Act] = map[string]int{}
		}
		all[a.Act]["calls"]++
		for _, n := range a.Done {
			all[a.Act]["done"] += n
		}
		for _, outcome := range a.Outcomes {
			all[a.Act][outcome]++
		}
		for _, code := range a.Codes {
			all[a.Act][string(code)]++
		}
	}
}

// report says with -v how often what was reached.
func (all tally) report(t *testing.T) {
	t.Helper()
	for _, act := range slices.Sorted(maps.Keys(all)) {
		counts := all[act]
		var came, refused []string
		for _, word := range slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) }) {
			text := fmt.Sprintf("%s %d", word, counts[word])
			switch {
			case word == "calls", word == "done":
			case slices.Contains(inventory.SightingOutcomes, inventory.SightingOutcome(word)):
				came = append(came, text)
			default:
				refused = append(refused, text)
			}
		}
		t.Logf("%-20s %5d calls, %5d done; refused: %s%s", act, counts["calls"], counts["done"], cmp.Or(strings.Join(refused, ", "), "none"), strings.Join(append([]string{""}, came...), "; "))
	}
}

// reached fails when the scripts have come to too little to prove anything: each of
// these has been drawn and done several times, or else the drawing has gone astray.
func (all tally) reached(t *testing.T) {
	t.Helper()
	for act, outcomes := range map[string][]string{
		"setPurchasedSeats": {"done"}, "allocateSeats": {"done", "NO_LICENCE_LEFT", "SEATS_IN_THE_WAY"},
		"createSeats": {"done", "DUPLICATE", "NO_SEAT_LEFT"}, "updateSeat": {"done"}, "importSeats": {"done"},
		"deleteSeat": {"done", "SEAT_DELETED"}, "deleteSeats": {"done"}, "enrollSeat": {"done"},
		"requestEnrollment": {"done", "ACTIVE_ENROLLMENT_EXISTS"}, "approveEnrollment": {"done", "INVALID_STATE", "OWN_REQUEST"}, "expireDue": {"done"},
		"linkCertificate": {"done", "SEAT_DELETED"}, "unlinkCertificates": {"done"}, "revokeCertificates": {"done"}, "expireCertificates": {"done"},
		"redeem": {"done"}, "guess": {"WRONG_CODE"}, "pickUp": {"done"}, "attachCertificate": {"done"},
		"importCertificates": {"CREATED", "RECOGNIZED", "NO_SEAT_LEFT", "DUPLICATE"}, "recordDiscovered": {"CREATED", "RECOGNIZED"},
		"deleteSeen": {"done"}, "revokeSeen": {"done"}, "allocateSeen": {"done"}, "revokeCertificate": {"done"},
		"suspendCertificate": {"done"}, "resumeCertificate": {"done"}, "renewCertificate": {"done"},
		"resetEnrollments": {"done"}, "unlockEnrollments": {"done"}, "resendEnrollment": {"done"}, "cancelEnrollments": {"done"},
	} {
		for _, outcome := range outcomes {
			if all[act][outcome] == 0 {
				t.Errorf("%s never came to %s", act, outcome)
			}
		}
	}
	if reseated := string(inventory.SightingReseated); all["importCertificates"][reseated]+all["recordDiscovered"][reseated] == 0 {
		t.Errorf("no certificate that was seen came to %s", reseated)
	}
}

// tell is what was played, a line for each step, with what it came to.
func tell(p plan, answers []answer) string {
	by := map[string]answer{}
	for _, a := range answers {
		by[a.Request] = a
	}
	var story strings.Builder
	for _, s := range p.Scripts {
		for n, step := range s.Steps {
			a := by[request(p, s, n)]
			fmt.Fprintf(&story, "%s at %s: %s\n    done %v, refused %v %s\n", request(p, s, n), p.at(n).Format("02 Jan 15:04"), step, a.Done, a.Codes, a.Fault)
		}
	}
	return story.String()
}
