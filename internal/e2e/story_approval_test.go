//go:build e2e

package e2e

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Somebody requests a certificate for a server, with a CSR whose key stays there.
// Two people have to approve: not the requester, and nobody twice. The requester
// sees in the browser where it stands, and picks the certificate up with the mailed
// link.
func (s *stage) byApproval(t *testing.T) {
	const unitName, host, address = "Lighthouse", "lamp.lighthouse.example.com", "rita-costa@example.com"
	admin := s.as(t, "ada-byrne", "Ada Byrne", "ADMIN")
	unit := admin.openUnit(t, "e2e-lighthouse", unitName, "SERVER", licences) // before t.Parallel: see buy
	t.Parallel()
	profile := admin.openProfile(t, unit, map[string]any{
		"name": "Lighthouse servers", "seatType": "SERVER", "caType": "PRIVATE", "authenticationMethod": "MANUAL_APPROVAL", "enrollmentMethod": "CSR",
		"approvalsRequired": 2, "allowedKeys": []string{"EC_P256"}, "allowedSans": []string{"DNS"}, "approverEmails": []string{"keepers@lighthouse.example.com"},
	})
	// The requester's roles would let her approve, were it not her own request.
	rita := s.as(t, "rita-costa", "Rita Costa", "REQUESTER", "APPROVER")
	folder := t.TempDir()
	openssl(t, "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder+"/key.pem",
		"-subj", "/CN="+host, "-addext", "subjectAltName=DNS:"+host, "-out", folder+"/request.csr")
	request, err := os.ReadFile(filepath.Join(folder, "request.csr"))
	if err != nil {
		t.Fatal(err)
	}
	var requested struct{ Enrollment struct{ ID, Status string } }
	rita.change(t, `mutation ($input: RequestEnrollmentInput!) { m: requestEnrollment(input: $input) { enrollment { id status } userErrors { message } } }`,
		map[string]any{"profileId": profile, "seatId": host, "name": "The lamp", "email": address, "csr": string(request), "comment": "The old one ends on Friday."}, &requested)
	id := requested.Enrollment.ID

	reader := s.browser(t, "en")
	reader.readMail(t, s.server.url, "keepers@lighthouse.example.com", "A request waits for your decision: Lighthouse servers")
	reader.picture(t, "story-approval-1-to-review")
	received := reader.readMail(t, s.server.url, address, "Your request has arrived: Lighthouse servers")
	secretToLook := s.secretOf(t, received.link, "/pickup")
	person := s.browser(t, "de-CH, en")
	person.follow(t, received.link)
	person.heading(t, "Ihr Antrag wartet")
	person.says(t, "2 Genehmigungen fehlen noch")
	person.isAccessible(t, "story-approval-2-waiting")
	person.keepsNothing(t, secretToLook)

	const approve = `mutation ($input: ApproveEnrollmentInput!) { m: approveEnrollment(input: $input) { enrollment { status approvalsGiven } userErrors { code message } } }`
	amara, emil := s.as(t, "amara-okafor", "Amara Okafor", "APPROVER"), s.as(t, "emil-novak", "Emil Novak", "ENROLLMENT_MANAGER")
	decision := func(comment string) map[string]any { return map[string]any{"id": id, "comment": comment} }
	var approved struct {
		Enrollment struct {
			Status         string
			ApprovalsGiven int
		}
	}
	if got := rita.refused(t, approve, decision("It is mine.")); got.Code != "OWN_REQUEST" {
		t.Errorf("her own approval is refused with %+v", got)
	}
	amara.change(t, approve, decision("Known to me."), &approved)
	if got := approved.Enrollment; got.Status != "PENDING_SECOND_APPROVAL" || got.ApprovalsGiven != 1 {
		t.Errorf("after the first approval it is %+v", got)
	}
	if got := amara.refused(t, approve, decision("And again.")); got.Code != "ALREADY_DECIDED" {
		t.Errorf("the same person's second approval is refused with %+v", got)
	}
	person.press(t, "Erneut nachsehen")
	person.heading(t, "Ihr Antrag ist teilweise genehmigt")
	person.says(t, "1 Genehmigung fehlt noch")
	if got := emil.usage(t, unit, "SERVER"); got.Created != 0 || got.Consumed != 0 {
		t.Errorf("before the last approval the usage is %+v", got)
	}
	emil.change(t, approve, decision("Fits the plan."), &approved)
	if got := approved.Enrollment; got.Status != "APPROVED" || got.ApprovalsGiven != 2 {
		t.Errorf("after the second approval it is %+v", got)
	}
	person.press(t, "Erneut nachsehen")
	person.heading(t, "Ihr Antrag ist genehmigt")
	person.isAccessible(t, "story-approval-3-approved")

	mail := reader.readMail(t, s.server.url, address, "Your certificate can be picked up: Lighthouse servers")
	reader.showMail(t, mail, "story-approval-4-mail")
	secret := s.secretOf(t, mail.link, "/pickup")
	person.follow(t, mail.link)
	person.heading(t, "Ihr Zertifikat abholen")
	person.isAccessible(t, "story-approval-5-pickup")
	person.keepsNothing(t, secret)
	person.press(t, "Zertifikat abholen")
	person.heading(t, "Ihr Zertifikat")
	person.isAccessible(t, "story-approval-6-delivered")
	person.press(t, "Zertifikat")
	person.press(t, "Kette")
	certificate := s.accepted(t, person.saved(t, host+".pem"), person.saved(t, host+"-chain.pem"), "sslserver")
	if !slices.Equal(certificate.DNSNames, []string{host}) {
		t.Errorf("the certificate is for %q", certificate.DNSNames)
	}
	keys := blocksIn(t, filepath.Join(folder, "key.pem"))
	i := slices.IndexFunc(keys, func(b *pem.Block) bool { return b.Type == "PRIVATE KEY" })
	s.isItsKey(t, keys[i].Bytes, certificate)
	person.isQuiet(t, s.server.url)
	reader.isQuiet(t, s.server.url)

	s.isIssued(t, emil, id, certificate, "REQUEST_TO_REVIEW SENT keepers@lighthouse.example.com", "REQUEST_RECEIVED SENT "+address, "APPROVED SENT "+address)
	if got := emil.usage(t, unit, "SERVER"); got.Created != 1 || got.Consumed != 1 {
		t.Errorf("the usage is %+v, want one seat that is consumed", got)
	}
	emil.tells(t, id, "REQUEST SUCCESS Rita Costa", "APPROVE OWN_REQUEST Rita Costa", "APPROVE SUCCESS Amara Okafor", "APPROVE ALREADY_DECIDED Amara Okafor",
		"APPROVE SUCCESS Emil Novak", "REDEEM SUCCESS END_USER", "ISSUE_CERTIFICATE SUCCESS Gatehouse")
}
