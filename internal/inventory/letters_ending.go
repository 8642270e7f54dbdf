package inventory

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
)

// Ending is what a mail says about a certificate that ends soon.
type Ending struct {
	ID id.ID
	// Subject is its distinguished name, Names its subject alternative names.
	Subject string
	Names   []string
	// Serial and SHA256 are hex.
	Serial, SHA256 string
	// Days is how many days are left, counted up: 1 is within a day.
	Days int
	// Manages: who reads it is no holder, but manages enrollments.
	Manages bool
	// Renewing: its successor was asked for. Renewable: it can be asked for here, by
	// those who manage enrollments; one that was issued elsewhere is renewed there.
	Renewing, Renewable bool
}

// endingRow is a certificate with what decides whether a mail about its end is of use.
type endingRow struct {
	Ending
	id                 uuid.UUID
	status             lifecycle.CertificateStatus
	notAfter           time.Time
	onSeat, replaced   bool
	profileName        *string
	enrollment         *uuid.UUID
	seatType           *lifecycle.SeatType
	seatID, name, mail *string
	names, managers    []byte
}

// ending reads the certificate that a mail is about into its letter, by one
// statement, and says why the mail is not sent any more; empty when it is.
func (i *Inventory) ending(ctx context.Context, r *letterRow, now time.Time) (why string, err error) {
	found, err := readAll(ctx, i.read, `SELECT c.id, c.status, c.not_after, c.subject, c.names, c.serial, c.sha256, c.enrollment_id, p.name,
  s.id IS NOT NULL, s.seat_type, s.seat_id, s.name, s.email, COALESCE(e.promise->'managerEmails', 'null'), COALESCE(p.archived_at IS NULL AND s.id = e.seat_row_id, FALSE),
  EXISTS (SELECT FROM enrollments a WHERE a.replaces_certificate_id = c.id AND a.status IN `+inActive+` AND (a.expires_at > $2 OR a.status = 'LOCKED' OR a.issuance = 'REQUESTED')), `+hasSuccessor+`
FROM certificates c LEFT JOIN enrollments e ON e.id = c.enrollment_id LEFT JOIN certificate_profiles p ON p.id = e.profile_id
LEFT JOIN seats s ON s.id = c.seat_row_id AND s.deleted_at IS NULL
`+besideIt+`
WHERE c.id = $1`, []any{*r.certificate, now, pq.Array(holdingSeveral())}, nil, func(c *endingRow) []any {
		return []any{&c.id, &c.status, &c.notAfter, &c.Subject, &c.names, &c.Serial, &c.SHA256, &c.enrollment, &c.profileName,
			&c.onSeat, &c.seatType, &c.seatID, &c.name, &c.mail, &c.managers, &c.Renewable, &c.Renewing, &c.replaced}
	})
	if err != nil {
		return "", fmt.Errorf("read the certificate of mail %s: %w", r.ID, err)
	}
	if len(found) == 0 {
		return "", fmt.Errorf("inventory: the certificate of mail %s is not there", r.ID)
	}
	c := found[0]
	if why := c.pointless(now); why != "" {
		return why, nil
	}
	return "", c.tell(r, now)
}

// pointless says why a mail about the certificate's end is not sent any more.
func (c *endingRow) pointless(now time.Time) string {
	var is string
	switch {
	case c.status == lifecycle.CertificateRevoked:
		is = "The certificate was revoked"
	case c.status == lifecycle.CertificateSuspended:
		is = "The certificate was put on hold"
	case c.status == lifecycle.CertificateExpired || !now.Before(c.notAfter):
		is = "The certificate had expired"
	case c.replaced:
		is = "The certificate's successor was there"
	case !c.onSeat:
		is = "The certificate's seat was deleted"
	default:
		return ""
	}
	return is + " before this mail was known to be sent, so it is not sent any more."
}

// tell puts what the certificate and its seat say into the letter.
func (c *endingRow) tell(r *letterRow, now time.Time) error {
	var names lifecycle.CertificateNames
	var managers []string
	if err := json.Unmarshal(c.names, &names); err != nil {
		return fmt.Errorf("read the names of certificate %s: %w", c.id, err)
	}
	if err := json.Unmarshal(c.managers, &managers); err != nil {
		return fmt.Errorf("read the managers of certificate %s: %w", c.id, err)
	}
	left := c.notAfter.Sub(now)
	const day = 24 * time.Hour
	c.ID = id.Of(id.Certificate, c.id)
	c.Names = slices.Concat(names.DNSNames, names.EmailAddresses, names.IPAddresses, names.URIs)
	c.Days = int((left + day - 1) / day)
	c.Manages = !strings.EqualFold(r.Recipient, textOf(c.mail)) && slices.Contains(managers, r.Recipient)
	r.Certificate, r.ExpiresAt = c.Ending, c.notAfter
	r.ProfileName, r.SeatID, r.Name = textOf(c.profileName), textOf(c.seatID), textOf(c.name)
	r.SeatType = *c.seatType
	if c.enrollment != nil {
		r.Enrollment = id.Of(id.Enrollment, *c.enrollment)
	}
	return nil
}

// textOf is a text that may not be there.
func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
