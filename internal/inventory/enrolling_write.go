package inventory

import (
	"context"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

// write makes the enrollments of the candidates that nothing was said against, by
// one statement, with an entry each. The seats' counts and the invitations are
// left to the aftermath.
func (e *enrolling) write(ctx context.Context, all []*candidate) error {
	var rows []store.Row
	var made []*candidate
	for _, c := range all {
		if c.no != nil {
			continue
		}
		row, err := e.row(c)
		if err != nil {
			return err
		}
		rows, made = append(rows, row), append(made, c)
	}
	added, err := e.tx.Insert(ctx, audit.Enrollment, oneActive, rows)
	if err != nil {
		return err
	}
	if len(added) != len(rows) {
		return store.ErrAgain // somebody took one of the places meanwhile: look again
	}
	if err := addTexts(ctx, e.tx, rows); err != nil {
		return err
	}
	for _, c := range made {
		e.tx.Record(audit.Entry{Action: e.word(), Resource: audit.Enrollment, ID: c.made})
		e.after.active[c.seatRow]++
		if e.profile.EnrollmentMethod.Mailed() {
			e.after.mail(e.tx, lifecycle.MailInvitation, c.made, c.at.unit, c.to)
		}
	}
	return nil
}

// row is a candidate's enrollment. Its code and the secret of its link are sealed
// for this row alone. Under a private CA the caller is shown both; under a public
// one never the code, and the link where it is not mailed to the invited person.
func (e *enrolling) row(c *candidate) (store.Row, error) {
	v, p, now := e.tx.Viewer(), e.profile, e.tx.Now()
	c.made = uuid.Must(uuid.NewV7())
	code := c.chosen
	if c.given == nil {
		code = makeCode(e.promise)
	}
	codeCipher, err := e.keys.Seal(code, c.made, "code_cipher")
	if err != nil {
		return nil, err
	}
	link, err := sealSecret(e.keys, c.made, "token_cipher")
	if err != nil {
		return nil, err
	}
	if p.CAType == lifecycle.Private {
		c.shown.code = code
	}
	if p.CAType == lifecycle.Private || !p.EnrollmentMethod.Mailed() {
		c.shown.link = e.link(link.text)
	}
	return store.Row{
		"id": c.made, "version": 1, "created_at": now, "updated_at": now, "business_unit_id": c.at.unit, "profile_id": p.ID, "seat_row_id": c.seatRow,
		"seat_type": c.at.seatType, "seat_id": c.seatID, "seat_key": c.at.key, "name": c.name, "email": c.to,
		"ca_type": p.CAType, "authentication_method": p.AuthenticationMethod, "enrollment_method": p.EnrollmentMethod, "status": lifecycle.Created,
		"expires_at": e.expiresAt, "promise": e.promise, "approvals_required": 0, "approvals": 0, "round": 1,
		"requester_issuer": v.Issuer, "requester_subject": v.Subject, "requester_name": v.Name, "requester_comment": "", "csr": "", "request_names": nil,
		"made_seat": false, "attempts": 0, "allowed_attempts": p.AllowedAttempts, "reason": "", "issuance_reason": "",
		"code_cipher": codeCipher, "token_cipher": link.cipher, "token_hash": link.hash, "replaces_certificate_id": e.replaces,
	}, nil
}

// word is what the entries of the enrollments say that was done.
func (e *enrolling) word() audit.Action {
	if e.replaces != nil {
		return audit.RenewCertificate
	}
	return audit.Enroll
}
