//go:build e2e

package e2e

import (
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Somebody without a login requests a certificate on the request page, with the
// keyboard alone, and confirms the mail address. Only then people see the request;
// one approves it, and the requester picks the certificate up.
func (s *stage) byOpenRequest(t *testing.T) {
	const unitName, device, address = "Pilots", "radar-7", "piet@pilots.example.com"
	const host = "radar-7.pilots.example.com"
	admin := s.as(t, "ada-byrne", "Ada Byrne", "ADMIN")
	unit := admin.openUnit(t, "e2e-pilots", unitName, "DEVICE", licences) // before t.Parallel: see buy
	t.Parallel()
	profile := admin.openProfile(t, unit, map[string]any{
		"name": "Pilots' devices", "seatType": "DEVICE", "caType": "PRIVATE", "authenticationMethod": "MANUAL_APPROVAL", "enrollmentMethod": "BROWSER_PKCS12",
		"approvalsRequired": 1, "allowedKeys": []string{"EC_P256"}, "allowedSans": []string{"DNS"}, "openRequests": true,
	})
	amara := s.as(t, "amara-okafor", "Amara Okafor", "APPROVER")
	var shown struct{ CertificateProfile struct{ RequestURL string } }
	amara.ask(t, `query ($id: ID!) { certificateProfile(id: $id) { requestUrl } }`, map[string]any{"id": profile}, &shown)

	person := s.browser(t, "en")
	person.follow(t, shown.CertificateProfile.RequestURL)
	person.heading(t, "Request a certificate")
	person.write(t, "Name or serial number of the device", device)
	person.write(t, "Name (", "The radar")
	person.write(t, "Your e-mail address", address)
	person.write(t, "DNS names", host)
	person.write(t, "Message to the approvers", "For the new tower.")
	person.isAccessible(t, "story-request-1-form")
	person.press(t, "Send the request")
	person.heading(t, "One more step")
	person.isAccessible(t, "story-request-2-sent")

	reader := s.browser(t, "en")
	confirm := reader.readMail(t, s.server.url, address, "Please confirm your request: Pilots' devices")
	reader.showMail(t, confirm, "story-request-3-mail")
	secret := s.secretOf(t, confirm.link, "/confirm")
	person.follow(t, confirm.link)
	person.heading(t, "Confirm your request")
	person.says(t, "For the new tower.")
	person.says(t, host) // whoever confirms sees what: anybody may have asked with this address
	person.isAccessible(t, "story-request-4-confirm")
	person.keepsNothing(t, secret)
	// Opening the link is not enough: programs that look at mails open it too.
	if got := amara.requestsOf(t, profile); len(got) > 0 {
		t.Errorf("before it is confirmed the request is listed: %v", got)
	}
	person.press(t, "Confirm my request")
	person.heading(t, "Your request is waiting")
	person.says(t, "1 approval is still missing.")
	person.keepsNothing(t, secret)
	listed := amara.requestsOf(t, profile)
	if len(listed) != 1 || listed[0].Status != "PENDING" || listed[0].SeatID != device || listed[0].Email != address {
		t.Fatalf("after it was confirmed these requests are listed: %+v", listed)
	}
	id := listed[0].ID
	// The link works once; afterwards it shows where the request stands.
	person.follow(t, confirm.link)
	person.heading(t, "Your request is waiting")
	if got := amara.requestsOf(t, profile); len(got) != 1 {
		t.Errorf("confirmed twice it became %+v", got)
	}

	var approved struct{ Enrollment struct{ Status string } }
	amara.change(t, `mutation ($input: ApproveEnrollmentInput!) { m: approveEnrollment(input: $input) { enrollment { status } userErrors { message } } }`,
		map[string]any{"id": id, "comment": "The tower asked for it."}, &approved)
	mail := reader.readMail(t, s.server.url, address, "Your certificate can be picked up: Pilots' devices")
	pickup := s.secretOf(t, mail.link, "/pickup")
	person.follow(t, mail.link)
	person.heading(t, "Pick up your certificate")
	person.isAccessible(t, "story-request-5-pickup")
	person.keepsNothing(t, secret, pickup)
	person.write(t, "Password for the file", password)
	person.write(t, "Repeat the password", password)
	person.do(t, "picking up", chromedp.KeyEvent(kb.Enter))
	person.heading(t, "Your certificate")
	person.isAccessible(t, "story-request-6-delivered")
	person.press(t, "Save certificate and key")
	person.press(t, "Certificate")
	person.press(t, "Chain")
	certificate := s.accepted(t, person.saved(t, device+".pem"), person.saved(t, device+"-chain.pem"), "sslserver")
	s.isItsFile(t, person.saved(t, device+".p12"), certificate)
	if !slices.Equal(certificate.DNSNames, []string{host}) {
		t.Errorf("the certificate is for %q", certificate.DNSNames)
	}
	person.isQuiet(t, s.server.url)
	reader.isQuiet(t, s.server.url)

	emil := s.as(t, "emil-novak", "Emil Novak", "ENROLLMENT_MANAGER")
	s.isIssued(t, emil, id, certificate, "REQUEST_RECEIVED SENT "+address, "APPROVED SENT "+address)
	if got := emil.usage(t, unit, "DEVICE"); got.Created != 1 || got.Consumed != 1 {
		t.Errorf("the usage is %+v, want one seat that is consumed", got)
	}
	emil.tells(t, id, "REQUEST SUCCESS END_USER", "APPROVE SUCCESS Amara Okafor", "REDEEM SUCCESS END_USER", "ISSUE_CERTIFICATE SUCCESS Gatehouse")
}

// listedRequest is a request as a list shows it.
type listedRequest struct{ ID, Status, SeatID, Email string }

// requestsOf are the enrollments of a profile, whatever became of them.
func (c caller) requestsOf(t *testing.T, profile string) []listedRequest {
	t.Helper()
	var data struct {
		Enrollments struct{ Nodes []listedRequest }
	}
	c.ask(t, `query ($profile: ID!) { enrollments(first: 10, filter: {profileIds: [$profile]}) { nodes { id status seatId email } } }`,
		map[string]any{"profile": profile}, &data)
	return data.Enrollments.Nodes
}
