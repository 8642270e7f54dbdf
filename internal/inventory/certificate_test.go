package inventory_test

import (
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/lifecycle"
)

// certificate gives a live seat a certificate, as a redemption will (part 3):
// the seat counts it, and is consumed where it had none.
func (w *world) certificate(seatKey string, status lifecycle.CertificateStatus, ends time.Time) {
	w.t.Helper()
	var seat, unit uuid.UUID
	var kind string
	var consumed bool
	err := w.admin.QueryRow(`SELECT id, business_unit_id, seat_type, consumed FROM seats WHERE seat_key = $1 AND deleted_at IS NULL`, seatKey).Scan(&seat, &unit, &kind, &consumed)
	if err != nil {
		w.t.Fatal(err)
	}
	row := uuid.Must(uuid.NewV7())
	var revokedAt, suspendedAt *time.Time
	var reason *string
	if status == lifecycle.CertificateRevoked {
		revokedAt, reason = &morning, ptr(string(lifecycle.RevokedUnspecified))
	}
	if status == lifecycle.CertificateSuspended {
		suspendedAt = &morning
	}
	w.past(`INSERT INTO certificates (id, created_at, updated_at, business_unit_id, seat_row_id, status, source, serial, subject, issuer, not_before, not_after, sha256, der,
			revoked_at, revocation_reason, issued, assigned, names, suspended_at)
		VALUES ($1, $2, $2, $3, $4, $5, 'ISSUED', '01', 'CN=test', 'CN=CA', $2, $6, $7, '', $8, $9, TRUE, TRUE, '{}', $10)`, row, morning, unit, seat, string(status), ends, row.String(), revokedAt, reason, suspendedAt)
	if status != lifecycle.CertificateIssued && status != lifecycle.CertificateSuspended {
		return
	}
	w.past(`UPDATE seats SET valid_certificates = valid_certificates + 1, consumed = true, status = 'CONSUMED' WHERE id = $1`, seat)
	if !consumed {
		w.past(`UPDATE seat_allocations SET consumed = consumed + 1 WHERE business_unit_id = $1 AND seat_type = $2`, unit, kind)
	}
}
