package export

import (
	"context"
	"slices"

	"gatehouse/internal/businessunit"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
)

// certificates are the columns of a certificate. Its files are kilobytes each, and are
// taken one by one.
func (es *Exports) certificates() []column[inventory.Certificate] {
	type certificate = inventory.Certificate
	unitOf := func(ctx context.Context, c *certificate) (*businessunit.BusinessUnit, error) {
		return es.inventory.BusinessUnitOfCertificate(ctx, c)
	}
	return slices.Concat([]column[certificate]{
		plain("id", func(c *certificate) any { return c.ID.String() }),
		plain("status", func(c *certificate) any { return string(c.Status) }),
		plain("source", func(c *certificate) any { return string(c.Source) }),
		plain("sources", func(c *certificate) any { return words(c.Sources()) }),
		plain("commonName", func(c *certificate) any { return c.CommonName }),
		plain("subject", func(c *certificate) any { return c.Subject }),
		alternative("dnsNames", func(n *lifecycle.CertificateNames) []string { return n.DNSNames }),
		alternative("emailAddresses", func(n *lifecycle.CertificateNames) []string { return n.EmailAddresses }),
		alternative("ipAddresses", func(n *lifecycle.CertificateNames) []string { return n.IPAddresses }),
		alternative("uris", func(n *lifecycle.CertificateNames) []string { return n.URIs }),
		plain("issuer", func(c *certificate) any { return c.Issuer }),
		plain("serialNumber", func(c *certificate) any { return c.SerialNumber }),
		plain("notBefore", func(c *certificate) any { return c.NotBefore }),
		plain("notAfter", func(c *certificate) any { return c.NotAfter }),
		plain("keyAlgorithm", func(c *certificate) any { return c.KeyAlgorithm }),
		plain("keySha256", func(c *certificate) any { return c.KeySha256 }),
		plain("signatureAlgorithm", func(c *certificate) any { return c.SignatureAlgorithm }),
		plain("isCa", func(c *certificate) any { return c.IsCa }),
		plain("selfIssued", func(c *certificate) any { return c.SelfIssued }),
		plain("subjectKeyId", func(c *certificate) any { return c.SubjectKeyID }),
		plain("authorityKeyId", func(c *certificate) any { return c.AuthorityKeyID }),
		plain("authority", func(c *certificate) any { return wordOrNil(c.Authority) }),
		plain("sha256", func(c *certificate) any { return c.Sha256 }),
		onSeat(es, "seatId", func(s *inventory.Seat) any { return s.SeatID }),
		onSeat(es, "seatType", func(s *inventory.Seat) any { return string(s.SeatType) }),
		{"enrollmentId", func(ctx context.Context, c *certificate) (any, error) {
			e, err := es.inventory.EnrollmentOfCertificate(ctx, c)
			if err != nil || e == nil {
				return nil, err
			}
			return e.ID.String(), nil
		}},
	}, unit(unitOf, unitID, unitKey, unitName), []column[certificate]{
		plain("locationCount", func(c *certificate) any { return c.LocationCount }),
		plain("suspendedAt", func(c *certificate) any { return orNil(c.SuspendedAt) }),
		plain("revokedAt", func(c *certificate) any { return orNil(c.RevokedAt) }),
		plain("revocationReason", func(c *certificate) any { return wordOrNil(c.RevocationReason) }),
		plain("revocationReportedAt", func(c *certificate) any {
			if r := c.Revocation(); r != nil {
				return orNil(r.ReportedAt)
			}
			return nil
		}),
		plain("nextReminderAt", func(c *certificate) any { return orNil(c.NextReminderAt) }),
		plain("createdAt", func(c *certificate) any { return c.CreatedAt }),
		plain("updatedAt", func(c *certificate) any { return c.UpdatedAt }),
		plain("version", func(c *certificate) any { return c.Version }),
	})
}

// alternative is a column of subject alternative names of one kind.
func alternative(name string, kind func(*lifecycle.CertificateNames) []string) column[inventory.Certificate] {
	return column[inventory.Certificate]{name, func(_ context.Context, c *inventory.Certificate) (any, error) {
		n, err := c.Names()
		if err != nil {
			return nil, err
		}
		return kind(n), nil
	}}
}

// onSeat is a column of the seat that a certificate is on; empty for one on none, and
// without VIEW_SEATS.
func onSeat(es *Exports, name string, value func(*inventory.Seat) any) column[inventory.Certificate] {
	return column[inventory.Certificate]{name, func(ctx context.Context, c *inventory.Certificate) (any, error) {
		s, err := es.inventory.SeatOfCertificate(ctx, c)
		if err != nil || s == nil {
			return nil, err
		}
		return value(s), nil
	}}
}
