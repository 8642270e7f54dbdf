package mail

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
)

// samples are letters of a kind with which a template is tried: with all that such a
// letter can say, and with as little as it can, in each status that makes a
// difference, so that no branch is met for the first time when a mail is due.
func samples(kind lifecycle.MailKind) []*inventory.Letter {
	row := uuid.UUID{0x01, 0x93, 0x52, 0x2d, 0x1a, 0x40, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}
	full := inventory.Letter{
		ID: id.Of(id.Mail, row), Kind: kind, Recipient: "ada@example.com", Enrollment: id.Of(id.Enrollment, row),
		UnitName: "Research", ProfileName: "Laptops", SeatType: lifecycle.User, SeatID: "ada", Name: "Ada Lovelace", Comment: "For my new laptop.\nThe old one is lost.",
		Requester: "Grace Hopper", Reason: "The laptop was found.\nUse its certificate.", Method: lifecycle.EnrollmentCode, AllowedAttempts: 5,
		ExpiresAt: time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC), Link: "https://gatehouse.example.com/enroll#sample", Code: "SAMPLE",
	}
	bare := full
	bare.Name, bare.Comment, bare.Requester, bare.Reason, bare.Code, bare.Method = "", "", "", "", "", lifecycle.ManualApproval
	if kind == lifecycle.MailConfirmRequest {
		bare.SeatID, bare.Enrollment = "", id.ID{}
		return []*inventory.Letter{&bare}
	}
	if kind == lifecycle.MailExpires {
		full.Certificate = inventory.Ending{
			ID: id.Of(id.Certificate, row), Subject: "CN=ada,O=Example", Names: []string{"ada.example.com"}, Serial: "7f3a", SHA256: strings.Repeat("0f", 32), Days: 30, Renewable: true,
		}
		return endings(full)
	}
	if !slices.Contains([]lifecycle.MailKind{lifecycle.MailInvitation, lifecycle.MailApproved}, kind) {
		bare.Link = strings.TrimSuffix(bare.Link, "enroll#sample")
	}
	var all []*inventory.Letter
	for _, status := range []lifecycle.Status{lifecycle.Pending, lifecycle.Locked, lifecycle.Rejected} {
		for _, one := range []inventory.Letter{full, bare} {
			one.Status = status
			all = append(all, &one)
		}
	}
	return all
}

// endings are letters about a certificate that ends soon: to its holder and to who
// manages it, with and without a way to go on.
func endings(full inventory.Letter) (all []*inventory.Letter) {
	for bits := range 1 << 4 {
		one := full
		one.Certificate.Manages, one.Certificate.Renewing, one.Certificate.Renewable = bits&1 != 0, bits&2 != 0, bits&4 != 0
		if bits&8 != 0 { // brought in, with nothing but a thumbprint to be known by
			one.ProfileName, one.Name, one.Link, one.Enrollment = "", "", "", id.ID{}
			one.Certificate.Subject, one.Certificate.Names, one.Certificate.Days = "", nil, 1
		}
		all = append(all, &one)
	}
	return all
}
