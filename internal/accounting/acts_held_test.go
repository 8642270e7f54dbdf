package accounting

import (
	"context"

	"github.com/lib/pq"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
)

func revokeCertificate(ctx context.Context, p player, s step, a *answer) error {
	ids, err := p.certificates(ctx, s)
	if err != nil {
		return err
	}
	out, err := p.Inventory.RevokeCertificate(ctx, inventory.RevokeCertificateInput{ID: ids[0], Reason: lifecycle.RevokedKeyCompromise})
	if err != nil {
		return err
	}
	a.one(audit.RevokeCertificate, out.UserErrors)
	return nil
}

// suspendCertificate puts one on hold: of the built-in authority, or with the flag of
// whichever.
func suspendCertificate(ctx context.Context, p player, s step, a *answer) error {
	ids, err := p.issued(ctx, s, "ISSUED")
	if s.Flag {
		ids, err = p.certificates(ctx, s)
	}
	if err != nil {
		return err
	}
	out, err := p.Inventory.SuspendCertificate(ctx, inventory.SuspendCertificateInput{ID: ids[0]})
	if err != nil {
		return err
	}
	a.one(audit.SuspendCertificate, out.UserErrors)
	return nil
}

func resumeCertificate(ctx context.Context, p player, s step, a *answer) error {
	ids, err := p.issued(ctx, s, "SUSPENDED")
	if err != nil {
		return err
	}
	out, err := p.Inventory.ResumeCertificate(ctx, inventory.ResumeCertificateInput{ID: ids[0]})
	if err != nil {
		return err
	}
	a.one(audit.ResumeCertificate, out.UserErrors)
	return nil
}

// renewCertificate asks for a successor: with a CSR where that is asked for.
func renewCertificate(ctx context.Context, p player, s step, a *answer) error {
	ids, err := p.issued(ctx, s, "ISSUED")
	if err != nil {
		return err
	}
	in := inventory.RenewCertificateInput{ID: ids[0]}
	var method lifecycle.AuthenticationMethod
	rows, err := p.Store.DB().QueryContext(ctx, `SELECT e.authentication_method FROM certificates c JOIN enrollments e ON e.id = c.enrollment_id WHERE c.id = $1`, ids[0].UUID)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := rows.Scan(&method); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if in.Email = new("holder@example.com"); method == lifecycle.ManualApproval {
		in.Email, in.Csr = nil, &p.holder.csr
	}
	out, err := p.Inventory.RenewCertificate(ctx, in)
	if err != nil {
		return err
	}
	a.one(audit.RenewCertificate, out.UserErrors)
	a.did(audit.RenewCertificate, a.Done[audit.RenewCertificate]) // it stands in the trail of both: the enrollment that is new, and the certificate
	return nil
}

// issued are up to three of the check that were issued for an enrollment, those in the
// status first, and of these those of the step's seats.
func (p player) issued(ctx context.Context, s step, status lifecycle.CertificateStatus) ([]id.ID, error) {
	return p.look(ctx, id.Certificate, `SELECT c.id FROM certificates c LEFT JOIN seats s ON s.id = c.seat_row_id WHERE c.business_unit_id = ANY($1) AND c.enrollment_id IS NOT NULL
ORDER BY c.status = $2 AND c.not_after > $5 DESC, s.deleted_at IS NULL DESC, s.seat_type = $3 AND s.seat_key = ANY($4) DESC, c.id DESC LIMIT 3`,
		pq.Array(p.plan.units()), status, s.Type, s.keys(), p.Store.Now(ctx))
}
