package inventory

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// byLink is the enrollment that the secret of a link leads to, as its holder may
// know it, at one instant. Its status is the effective one.
type byLink struct {
	id, unit uuid.UUID
	// hash is the SHA-256 of the secret; pickup: it is the pick-up secret, and not
	// the invitation's or the one that shows where a request stands.
	hash   []byte
	pickup bool

	status              lifecycle.Status
	expiresAt           time.Time
	method              lifecycle.AuthenticationMethod
	enrollmentMethod    lifecycle.EnrollmentMethod
	ca                  lifecycle.CAType
	unitName, profile   string
	holder              seatNames
	approvals, required int
	attempts, allowed   int
	reason, csr         string
	names               lifecycle.RequestNames
	promise             lifecycle.Promise
	issuance            *Issuance
	certificate         *DeliveredCertificate
}

// seatNames are what a certificate can take from its seat: of a request that was not
// approved yet, those that were asked for. Anybody can ask for a seat by its id, and
// is not to learn whose it is.
type seatNames struct {
	seatType        lifecycle.SeatType
	id, name, email string
}

// noLink is the no to a secret that leads nowhere: one that was never given out,
// and one that was replaced, read the same.
func noLink() *refusal.Refusal {
	return refusal.New(refusal.NotFound, "This link is not valid. It may be incomplete, or a newer one may have replaced it: look for the latest mail, or ask whoever invited you for a new one.").At("token")
}

// hashOf is the SHA-256 by which a link's secret is looked up; nil for a text that
// cannot be one.
func hashOf(secret string) []byte {
	raw, err := base64.RawURLEncoding.DecodeString(secret)
	if err != nil || len(raw) != secretBytes {
		return nil
	}
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// follow finds what a link's secret leads to, by one statement; nil for nothing.
func (i *Inventory) follow(ctx context.Context, secret string) (*byLink, error) {
	hash := hashOf(secret)
	if hash == nil {
		return nil, nil
	}
	var l byLink
	var written lifecycle.Status
	var names, promise []byte
	var issuance *lifecycle.IssuanceState
	var since *time.Time
	var issuanceReason string
	var sha256 string
	var c DeliveredCertificate
	found, err := readAll(ctx, i.read, `SELECT e.id, e.business_unit_id, k.pickup, e.status, e.expires_at, e.authentication_method, e.enrollment_method, e.ca_type, b.name, p.name,
e.seat_type, e.seat_id, COALESCE(s.name, e.name), COALESCE(s.email, e.email), e.approvals, e.approvals_required, e.attempts, e.allowed_attempts, e.reason, e.csr,
e.request_names, e.promise, e.issuance, e.issuance_since, e.issuance_reason,
c.sha256, c.serial, c.subject, c.issuer, c.not_before, c.not_after, c.der, c.chain
FROM (SELECT id, FALSE AS pickup FROM enrollments WHERE token_hash = $1 UNION ALL SELECT id, TRUE FROM enrollments WHERE pickup_hash = $1) k
JOIN enrollments e ON e.id = k.id JOIN business_units b ON b.id = e.business_unit_id JOIN certificate_profiles p ON p.id = e.profile_id LEFT JOIN seats s ON s.id = e.seat_row_id AND (e.authentication_method = 'ENROLLMENT_CODE' OR e.status IN ('APPROVED', 'REDEEMED'))
LEFT JOIN LATERAL (SELECT * FROM certificates c WHERE e.status = 'REDEEMED' AND c.enrollment_id = e.id ORDER BY c.created_at DESC, c.id DESC LIMIT 1) c ON TRUE LIMIT 1`,
		[]any{hash}, nil, func(*struct{}) []any {
			return []any{&l.id, &l.unit, &l.pickup, &written, &l.expiresAt, &l.method, &l.enrollmentMethod, &l.ca, &l.unitName, &l.profile,
				&l.holder.seatType, &l.holder.id, &l.holder.name, &l.holder.email, &l.approvals, &l.required, &l.attempts, &l.allowed, &l.reason, &l.csr,
				&names, &promise, &issuance, &since, &issuanceReason,
				store.Optional(&sha256), store.Optional(&c.SerialNumber), store.Optional(&c.Subject), store.Optional(&c.Issuer),
				store.Optional(&c.NotBefore), store.Optional(&c.NotAfter), &c.der, store.Optional(&c.chain)}
		})
	if err != nil {
		return nil, fmt.Errorf("find what a link leads to: %w", err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(promise, &l.promise); err != nil {
		return nil, fmt.Errorf("read what enrollment %s was promised: %w", l.id, err)
	}
	if len(names) > 0 {
		if err := json.Unmarshal(names, &l.names); err != nil {
			return nil, fmt.Errorf("read the names asked for by enrollment %s: %w", l.id, err)
		}
	}
	l.hash, l.expiresAt = hash, l.expiresAt.UTC()
	if issuance != nil && since != nil {
		l.issuance = &Issuance{State: *issuance, Since: since.UTC(), Reason: issuanceReason}
	}
	l.status = lifecycle.Effective(written, l.expiresAt, i.store.Now(ctx), l.issuing())
	if sha256 != "" {
		c.Sha256, c.NotBefore, c.NotAfter = sha256, c.NotBefore.UTC(), c.NotAfter.UTC()
		l.certificate = &c
	}
	return &l, nil
}

// one is the enrollment's id.
func (l *byLink) one() id.ID { return id.Of(id.Enrollment, l.id) }

func (l *byLink) issuing() bool {
	return l.issuance != nil && l.issuance.State == lifecycle.IssuanceRequested
}

// authority is which certificate authority is asked.
func (l *byLink) authority() lifecycle.Issuer {
	return authorityOf(l.promise, l.ca, l.method, l.holder.seatType)
}

// authorityOf is the one that was promised, or the usual one where the promise is
// older than the choice.
func authorityOf(p lifecycle.Promise, ca lifecycle.CAType, method lifecycle.AuthenticationMethod, t lifecycle.SeatType) lifecycle.Issuer {
	if p.Issuer != "" {
		return p.Issuer
	}
	return lifecycle.UsualIssuer(ca, method, t)
}

// redeems reports whether this very link redeems: an invitation's, with the code,
// and a pick-up link; not where the certificate is issued elsewhere.
func (l *byLink) redeems() bool {
	return l.pickup != (l.method == lifecycle.EnrollmentCode) && l.authority() != lifecycle.IssuerExternal
}

// needsCSR reports whether redeeming takes a CSR: unless one came with the request.
func (l *byLink) needsCSR() bool { return l.csr == "" }
