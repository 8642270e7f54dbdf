package inventory_test

import (
	"crypto/x509"
	"testing"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/period"
	"gatehouse/internal/profile"
	"gatehouse/internal/viewer"
)

// renewable are the rules of a profile with codes whose certificates last 90 days, of
// which the last 20 are its renewal window.
func renewable(kind lifecycle.SeatType) rules {
	r := byCode(profile.RuleChanges{
		Validity: ptr(90 * period.Day), RenewalWindow: ptr(20 * period.Day), AllowedSans: []lifecycle.SANKind{lifecycle.SANEmail, lifecycle.SANDNS}, ManagerEmails: []string{"managers@example.org"},
	})
	r.kind = kind
	return r
}

// byRequest are the rules of a like profile with manual approval.
func byRequest(kind lifecycle.SeatType, method lifecycle.EnrollmentMethod) rules {
	r := renewable(kind)
	r.auth, r.method = lifecycle.ManualApproval, method
	r.changes.ApproverEmails = []string{"approvers@example.org"}
	return r
}

// ending are rules whose certificates are within the renewal window from the first day.
func ending(r rules) rules {
	r.changes.Validity = ptr(15 * period.Day)
	return r
}

// issued enrolls a new seat under a profile with codes and has its certificate issued.
func (w *world) issued(under id.ID, kind lifecycle.SeatType, seatID string) id.ID {
	w.t.Helper()
	return w.takes(w.invite(under, kind, seatID))
}

// takes redeems an invitation, and is the certificate.
func (w *world) takes(guest invited) id.ID {
	w.t.Helper()
	w.redeem(inventory.RedeemEnrollmentInput{Token: guest.token, Code: &guest.code, Csr: blankCSR(w.t)})
	w.issueDue()
	return w.certificateOf(guest.e)
}

// requested has a certificate issued for a new seat by an approved request; names are
// asked for in the browser, or by the CSR where the profile wants one.
func (w *world) requested(under id.ID, seatID string, csr *string, names ...*inventory.RequestedName) id.ID {
	w.t.Helper()
	p, err := w.Inventory.Request(w.as(rita), inventory.RequestEnrollmentInput{ProfileID: under, SeatID: seatID, Email: ptr(seatID + "@example.org"), Csr: csr, Names: names})
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	return w.pickedUp(w.newest(), csr == nil)
}

// pickedUp approves a request and picks its certificate up.
func (w *world) pickedUp(e id.ID, inBrowser bool) id.ID {
	w.t.Helper()
	w.approve(anna, e)
	in := inventory.RedeemEnrollmentInput{Token: w.picked(e).token}
	if inBrowser {
		in.Csr = ptr(csrFor(w.t, x509.CertificateRequest{}))
	}
	w.redeem(in)
	w.issueDue()
	return w.certificateOf(e)
}

// certificateOf is what an enrollment led to.
func (w *world) certificateOf(e id.ID) id.ID {
	w.t.Helper()
	c := id.ID{Kind: id.Certificate}
	if err := w.admin.QueryRow(`SELECT id FROM certificates WHERE enrollment_id = $1`, e.UUID).Scan(&c.UUID); err != nil {
		w.t.Fatalf("the certificate of %s: %v", e, err)
	}
	return c
}

// sees is a certificate as somebody sees it.
func (w *world) sees(v viewer.Viewer, c id.ID) *inventory.Certificate {
	w.t.Helper()
	found, err := w.Inventory.Certificate(w.as(v), c, nil)
	granted(w.t, err)
	if found == nil {
		w.t.Fatalf("%s does not see %s", v.Subject, c)
	}
	return found
}

// ends is when a certificate ends.
func (w *world) ends(c id.ID) time.Time {
	w.t.Helper()
	return w.sees(boss, c).NotAfter
}

// renew asks for a successor as somebody.
func (w *world) renew(v viewer.Viewer, in inventory.RenewCertificateInput) *inventory.RenewCertificatePayload {
	w.t.Helper()
	p, err := w.Inventory.RenewCertificate(w.as(v), in)
	granted(w.t, err)
	return p
}

// renewed asks for a successor and expects a yes.
func (w *world) renewed(c id.ID) *inventory.RenewCertificatePayload {
	w.t.Helper()
	p := w.renew(manager, inventory.RenewCertificateInput{ID: c})
	granted(w.t, nil, p.UserErrors...)
	if p.Enrollment == nil || p.Certificate == nil {
		w.t.Fatalf("the renewal shows %+v", p)
	}
	return p
}

// guest is the renewal of a payload as its holder holds it.
func (w *world) guest(p *inventory.RenewCertificatePayload) invited {
	w.t.Helper()
	code, token := w.secretsOf(p.Enrollment.ID)
	return invited{p.Enrollment.ID, token, code}
}

// around are the certificates around one, by the reads of the schema.
func (w *world) around(c id.ID) (renewal, by, of id.ID) {
	w.t.Helper()
	one, ctx := w.sees(boss, c), w.as(boss)
	r, err := w.Inventory.RenewalOf(ctx, one)
	granted(w.t, err)
	if r != nil {
		renewal = r.ID
	}
	next, err := w.Inventory.ReplacedBy(ctx, one, nil)
	granted(w.t, err)
	if next != nil {
		by = next.ID
	}
	before, err := w.Inventory.ReplacesOfCertificate(ctx, one, nil)
	granted(w.t, err)
	if before != nil {
		of = before.ID
	}
	return renewal, by, of
}

// isAround fails unless these are around a certificate.
func (w *world) isAround(t *testing.T, when string, c, renewal, by, of id.ID) {
	t.Helper()
	if r, b, o := w.around(c); r != renewal || b != by || o != of {
		t.Errorf("%s: its renewal is %s, its successor %s, its predecessor %s; want %s, %s, %s", when, r, b, o, renewal, by, of)
	}
}
