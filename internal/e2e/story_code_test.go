//go:build e2e

package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// An officer enrolls a seat at GraphiQL; the invitation is in the mailbox; the invited
// person opens the link, types a wrong code, then the right one, has the browser make
// a key, and saves certificate and key.
func (s *stage) byCode(t *testing.T) {
	const unitName, address = "Harbour staff", "ada.lind@staff.example.com"
	admin := s.as(t, "ada-byrne", "Ada Byrne", "ADMIN")
	unit := admin.openUnit(t, "e2e-staff", unitName, "USER", licences) // before t.Parallel: see buy
	t.Parallel()
	profile := admin.openProfile(t, unit, map[string]any{
		"name": "Staff e-mail", "seatType": "USER", "caType": "PRIVATE", "authenticationMethod": "ENROLLMENT_CODE", "enrollmentMethod": "BROWSER_PKCS12",
		"allowedKeys": []string{"EC_P256", "EC_P384", "RSA_3072"}, "allowedSans": []string{"EMAIL"}, "subjectTemplate": "CN={seat.name},O=Harbour", "mailCode": true,
	})
	officer := s.as(t, "emil-novak", "Emil Novak", "ENROLLMENT_MANAGER")
	var seat struct{ Seat struct{ ID string } }
	officer.change(t, `mutation ($input: CreateSeatInput!) { m: createSeat(input: $input) { seat { id } userErrors { message } } }`,
		map[string]any{"businessUnitId": unit, "seatType": "USER", "seatId": address, "name": "Ada Lind", "email": address}, &seat)

	desk := s.graphiQL(t)
	desk.signIn(t, "Enrollment manager", unitName)
	desk.openTab(t, "Enroll")
	desk.setVariables(t, map[string]any{"input": map[string]any{"id": seat.Seat.ID, "profileId": profile}})
	var enrolled struct {
		EnrollSeat struct {
			Code, EnrollmentURL string
			Enrollment          struct{ ID, Status string }
			UserErrors          []refusal
		}
	}
	desk.run(t, &enrolled)
	desk.picture(t, "story-code-1-enrolled")
	made := enrolled.EnrollSeat
	if made.Enrollment.Status != "CREATED" || made.Code == "" || len(made.UserErrors) > 0 {
		t.Fatalf("enrolling says %+v", made)
	}
	s.secrets.add("the code of "+address, made.Code)
	secret := s.secretOf(t, made.EnrollmentURL, "/enroll")

	mail := desk.readMail(t, s.server.url, address, "Your certificate is waiting: Staff e-mail")
	desk.picture(t, "story-code-2-mailbox")
	desk.showMail(t, mail, "story-code-3-mail")
	desk.breaksNoRule(t, "the mailbox")
	if mail.link != made.EnrollmentURL || !strings.Contains(mail.text, made.Code) {
		t.Errorf("the mail has another link or code than the officer was shown")
	}

	person := s.browser(t, "en")
	person.follow(t, mail.link)
	person.heading(t, "Get your certificate")
	person.says(t, unitName+" invites Ada Lind")
	person.isAccessible(t, "story-code-4-invited")
	person.keepsNothing(t, secret)
	wrong := otherCode(made.Code)
	s.secrets.add("a wrong code for "+address, wrong)
	s.secrets.addOwn("a password", password)
	person.write(t, "Enrollment code", wrong)
	person.write(t, "Password for the file", password)
	person.write(t, "Repeat the password", password)
	person.do(t, "sending the wrong code", chromedp.KeyEvent(kb.Enter))
	person.says(t, "The code is wrong. 4 attempts are left.")
	person.isAccessible(t, "story-code-5-wrong-code")
	if got := officer.status(t, made.Enrollment.ID); got != "CREATED" {
		t.Errorf("after one wrong code it is %s", got)
	}

	// As people type it: in groups, in small letters.
	person.write(t, "Enrollment code", strings.ToLower(made.Code[:4]+" "+made.Code[4:8]+"-"+made.Code[8:]))
	person.do(t, "sending the code", chromedp.KeyEvent(kb.Enter))
	person.heading(t, "Your certificate")
	person.says(t, "CN=Ada Lind,O=Harbour")
	person.isAccessible(t, "story-code-6-delivered")
	person.keepsNothing(t, secret, made.Code)
	person.press(t, "Save certificate and key")
	person.press(t, "Certificate")
	person.press(t, "Chain")
	person.press(t, "Certificate with chain")
	certificate := s.accepted(t, person.saved(t, address+".pem"), person.saved(t, address+"-chain.pem"), "smimesign")
	s.isItsFile(t, person.saved(t, address+".p12"), certificate)
	if said := openssl(t, "pkcs7", "-in", person.saved(t, address+".p7b"), "-print_certs"); len(blocks([]byte(said))) != 3 {
		t.Errorf("OpenSSL says of the PKCS#7 file\n%s", said)
	}
	if got := certificate.EmailAddresses; !slices.Equal(got, []string{address}) || len(certificate.DNSNames) > 0 {
		t.Errorf("the certificate is for the addresses %q and the hosts %q", got, certificate.DNSNames)
	}
	// The person comes back to the mail another day.
	person.follow(t, mail.link)
	person.heading(t, "Your certificate")
	person.isQuiet(t, s.server.url)

	s.isIssued(t, officer, made.Enrollment.ID, certificate, "INVITATION SENT "+address)
	if got := officer.usage(t, unit, "USER"); got.Created != 1 || got.Consumed != 1 {
		t.Errorf("the usage is %+v, want one seat that is consumed", got)
	}
	officer.tells(t, made.Enrollment.ID, "ENROLL SUCCESS Emil Novak", "REDEEM WRONG_CODE END_USER", "REDEEM SUCCESS END_USER", "ISSUE_CERTIFICATE SUCCESS Gatehouse")
	// The last two are of one transaction.
	officer.tells(t, seat.Seat.ID, "CREATE_SEAT SUCCESS Emil Novak", "ENROLL SUCCESS Emil Novak", "REDEEM WRONG_CODE END_USER", "REDEEM SUCCESS END_USER",
		"LINK_CERTIFICATE SUCCESS Gatehouse", "ISSUE_CERTIFICATE SUCCESS Gatehouse")
	desk.isQuiet(t, s.server.url)
}

// otherCode is as long as a code, spelled with the same characters, and another.
func otherCode(code string) string {
	for n := 1; n < len(code); n++ {
		if code[n] != code[0] {
			return code[n:] + code[:n]
		}
	}
	return strings.Repeat("7", len(code)) // all its characters are the same
}
