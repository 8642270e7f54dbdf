package main

import (
	"os"
	"strings"
	"testing"

	"gatehouse/internal/lifecycle"
)

func TestPageIsFresh(t *testing.T) {
	t.Parallel()
	printed, err := os.ReadFile("../../../docs/lifecycle.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(printed) != page() {
		t.Error("docs/lifecycle.md is older than the table; print it anew: go run ./internal/lifecycle/docgen > docs/lifecycle.md")
	}
}

func TestPageTellsEverything(t *testing.T) {
	t.Parallel()
	text := page()
	tells := func(word string) {
		if !strings.Contains(text, "| "+word+" |") {
			t.Errorf("%s has no line on the page", word)
		}
	}
	for _, s := range lifecycle.Statuses {
		tells(string(s))
		if meanings[s] == "" {
			t.Errorf("%s has no meaning on the page", s)
		}
	}
	for _, a := range lifecycle.EnrollmentActions {
		tells(string(a))
	}
	for _, a := range lifecycle.SeatActions {
		tells(string(a))
	}
	for _, a := range lifecycle.CertificateActions {
		tells(string(a))
	}
	for _, p := range lifecycle.Permissions {
		tells(string(p))
	}
	for _, name := range lifecycle.Mutations() {
		tells("`" + name + "`")
	}
	for _, r := range lifecycle.Roles {
		if !strings.Contains(text, " "+string(r)+" |") {
			t.Errorf("%s has no column on the page", r)
		}
	}
}

// What the diagrams draw is what the methods can do: a few arrows by hand.
func TestDiagrams(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method   lifecycle.AuthenticationMethod
		from, to lifecycle.Status
		labels   string
	}{
		{lifecycle.EnrollmentCode, "", lifecycle.Created, "ENROLL"},
		{lifecycle.EnrollmentCode, lifecycle.Created, lifecycle.Locked, "LOCK"},
		{lifecycle.EnrollmentCode, lifecycle.Locked, lifecycle.Expired, "UNLOCK"},
		{lifecycle.EnrollmentCode, lifecycle.Expired, lifecycle.Created, "RESET, RESEND_ENROLLMENT"},
		{lifecycle.EnrollmentCode, lifecycle.Created, lifecycle.Pending, ""},
		{lifecycle.ManualApproval, lifecycle.Pending, lifecycle.PendingSecondApproval, "APPROVE"},
		{lifecycle.ManualApproval, lifecycle.Pending, lifecycle.InProgress, "CHANGE_STATUS"},
		{lifecycle.ManualApproval, lifecycle.Pending, lifecycle.Rejected, "WITHDRAW, REJECT, REJECT_BY_SEAT_DELETION"},
		{lifecycle.ManualApproval, lifecycle.PendingSecondApproval, lifecycle.InProgress, ""},
		{lifecycle.ManualApproval, lifecycle.Approved, lifecycle.Redeemed, "ATTACH_CERTIFICATE, REDEEM"},
	} {
		_, labels := ways(c.method)
		if got := strings.Join(labels[edge{c.from, c.to}], ", "); got != c.labels {
			t.Errorf("%s from %q to %s: %q, not %q", c.method, c.from, c.to, got, c.labels)
		}
	}
}
