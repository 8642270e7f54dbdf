package accounting

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/viewer"
)

// redeem gives the right code of an invitation, as the invited person does.
func redeem(ctx context.Context, p player, s step, a *answer) error {
	return p.redeem(ctx, s, a, "token_cipher", func(right string) string { return right })
}

// guess gives a wrong one.
func guess(ctx context.Context, p player, s step, a *answer) error {
	return p.redeem(ctx, s, a, "token_cipher", func(string) string { return "NNNNNNNNNNNN" })
}

// pickUp follows the pick-up link of a request.
func pickUp(ctx context.Context, p player, s step, a *answer) error {
	return p.redeem(ctx, s, a, "pickup_cipher", nil)
}

// redeem follows the link of one of the step's enrollments, with a code or none: with
// the flag, of one that can be redeemed, whosever it is.
// Where there is none, the link leads nowhere.
func (p player) redeem(ctx context.Context, s step, a *answer, column string, code func(string) string) error {
	in := inventory.RedeemEnrollmentInput{Token: "AAAAAAAAAAAAAAAAAAAAAA"}
	var row uuid.UUID
	var link, right []byte
	err := p.Store.DB().QueryRowContext(ctx, `SELECT id, `+column+`, code_cipher FROM enrollments
WHERE business_unit_id = ANY($1) AND `+column+` IS NOT NULL AND (code_cipher IS NOT NULL) = $2
ORDER BY $7 AND status IN ('CREATED', 'APPROVED') DESC, (business_unit_id, seat_type) = ($3, $4) AND seat_key = ANY($5) DESC, status IN ('CREATED', 'APPROVED') DESC, id DESC OFFSET $6 LIMIT 1`,
		pq.Array(p.plan.units()), code != nil, p.unit(s).ID, s.Type, s.keys(), s.Figure%2, s.Flag).Scan(&row, &link, &right)
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return fmt.Errorf("look for something to redeem: %w", err)
	default:
		if in.Token, err = p.keys.Open(link, row, column); err != nil {
			return err
		}
	}
	if code != nil {
		text := ""
		if right != nil {
			if text, err = p.keys.Open(right, row, "code_cipher"); err != nil {
				return err
			}
		}
		in.Code, in.Csr = new(code(text)), &p.holder.csr
	}
	out, err := p.Inventory.Redeem(nobody(ctx), in)
	if err != nil {
		return err
	}
	a.one(audit.Redeem, out.UserErrors)
	return nil
}

// nobody is the context of a request without a login.
func nobody(ctx context.Context) context.Context { return viewer.With(ctx, viewer.Viewer{}) }

// attachCertificate closes a request with a certificate from elsewhere.
func attachCertificate(ctx context.Context, p player, s step, a *answer) error {
	ids, err := p.approved(ctx, s)
	if err != nil {
		return err
	}
	text, err := p.holder.certificate(p.Store.Now(ctx), s)
	if err != nil {
		return err
	}
	out, err := p.Inventory.AttachCertificate(ctx, inventory.AttachCertificateInput{ID: ids[0], Certificate: text})
	if err != nil {
		return err
	}
	a.one(audit.AttachCertificate, out.UserErrors)
	return nil
}

func resetEnrollments(ctx context.Context, p player, s step, a *answer) error {
	ids, err := p.invitations(ctx, s, "EXPIRED")
	if err != nil {
		return err
	}
	out, err := p.Inventory.ResetMany(ctx, inventory.ResetEnrollmentsInput{IDs: ids, NewCode: &s.Flag})
	if err != nil {
		return err
	}
	a.each(audit.Reset, out)
	return nil
}

func unlockEnrollments(ctx context.Context, p player, s step, a *answer) error {
	ids, err := p.invitations(ctx, s, "LOCKED")
	if err != nil {
		return err
	}
	out, err := p.Inventory.UnlockMany(ctx, inventory.UnlockEnrollmentsInput{IDs: ids})
	if err != nil {
		return err
	}
	a.each(audit.Unlock, out)
	return nil
}

func resendEnrollment(ctx context.Context, p player, s step, a *answer) error {
	ids, err := p.invitations(ctx, s, "CREATED")
	if err != nil {
		return err
	}
	out, err := p.Inventory.Resend(ctx, inventory.ResendEnrollmentInput{ID: ids[0]})
	if err != nil {
		return err
	}
	a.one(audit.ResendEnrollment, out.UserErrors)
	return nil
}

func cancelEnrollments(ctx context.Context, p player, s step, a *answer) error {
	ids, err := p.invitations(ctx, s, "CREATED")
	if err != nil {
		return err
	}
	out, err := p.Inventory.CancelMany(ctx, inventory.CancelEnrollmentsInput{IDs: ids[:1], Reason: "Not needed."})
	if err != nil {
		return err
	}
	a.each(audit.Cancel, out)
	return nil
}

// invitations are up to three of the check, those in the status first, and of these
// those of the step's seats.
func (p player) invitations(ctx context.Context, s step, status string) ([]id.ID, error) {
	return p.look(ctx, id.Enrollment, `SELECT id FROM enrollments WHERE business_unit_id = ANY($1) AND authentication_method = 'ENROLLMENT_CODE'
ORDER BY CASE WHEN expires_at <= $5 AND status = 'CREATED' THEN 'EXPIRED' ELSE status END = $2 DESC, seat_type = $3 AND seat_key = ANY($4) DESC, id DESC LIMIT 3`,
		pq.Array(p.plan.units()), status, s.Type, s.keys(), p.Store.Now(ctx))
}

// approved are requests that wait to be picked up; else others.
func (p player) approved(ctx context.Context, s step) ([]id.ID, error) {
	return p.look(ctx, id.Enrollment, `SELECT id FROM enrollments WHERE business_unit_id = ANY($1) AND authentication_method = 'MANUAL_APPROVAL'
ORDER BY status = 'APPROVED' DESC, seat_type = $2 AND seat_key = ANY($3) DESC, id DESC LIMIT 1`, pq.Array(p.plan.units()), s.Type, s.keys())
}
