package inventory

import (
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/batch"
	"gatehouse/internal/id"
	"gatehouse/internal/issuer"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
)

// Certificate is an X.509 certificate, as a viewer sees it at one instant.
type Certificate struct {
	ID id.ID
	// Status is the effective one: EXPIRED from the second its notAfter has passed.
	Status           lifecycle.CertificateStatus
	Source           lifecycle.CertificateSource
	SerialNumber     string
	Subject          string
	Issuer           string
	NotBefore        time.Time
	NotAfter         time.Time
	Sha256           string
	RevokedAt        *time.Time
	RevocationReason *lifecycle.RevocationReason
	CreatedAt        time.Time
	UpdatedAt        time.Time
	Version          int

	unit                uuid.UUID
	seatRow, enrollment *uuid.UUID
	files
	group *batch.Group
}

// DeliveredCertificate is the certificate as its holder gets it.
type DeliveredCertificate struct {
	SerialNumber string
	Subject      string
	Issuer       string
	NotBefore    time.Time
	NotAfter     time.Time
	Sha256       string

	files
}

// files are the forms in which a certificate is handed out.
type files struct {
	der   []byte
	chain string
}

// Pem is the certificate alone.
func (f files) Pem() string { return issuer.PEM(f.der) }

// ChainPem is the certificates above it, its issuer's first.
func (f files) ChainPem() string { return f.chain }

// Pkcs7 is the certificate and those above it as PKCS#7 without a signer, PEM.
func (f files) Pkcs7() (string, error) { return issuer.PKCS7(f.der, issuer.Chain(f.chain)) }

// certificateColumns are the columns of a certificate under the alias c. The files
// are kilobytes each and are read for who takes them away.
var certificateColumns = []column[Certificate]{
	{"c.id", func(c *Certificate) any { c.ID.Kind = id.Certificate; return &c.ID.UUID }, ""},
	{"c.business_unit_id", func(c *Certificate) any { return &c.unit }, ""},
	{"c.seat_row_id", func(c *Certificate) any { return &c.seatRow }, ""},
	{"c.enrollment_id", func(c *Certificate) any { return &c.enrollment }, ""},
	{"c.status", func(c *Certificate) any { return &c.Status }, ""},
	{"c.not_after", func(c *Certificate) any { return &c.NotAfter }, ""},
	{"c.created_at", func(c *Certificate) any { return &c.CreatedAt }, ""},
	{"c.updated_at", func(c *Certificate) any { return &c.UpdatedAt }, ""},
	{"c.version", func(c *Certificate) any { return &c.Version }, ""},
	{"c.source", func(c *Certificate) any { return &c.Source }, "source"},
	{"c.serial", func(c *Certificate) any { return &c.SerialNumber }, "serialNumber"},
	{"c.subject", func(c *Certificate) any { return &c.Subject }, "subject"},
	{"c.issuer", func(c *Certificate) any { return &c.Issuer }, "issuer"},
	{"c.not_before", func(c *Certificate) any { return &c.NotBefore }, "notBefore"},
	{"c.sha256", func(c *Certificate) any { return &c.Sha256 }, "sha256"},
	{"c.revoked_at", func(c *Certificate) any { return &c.RevokedAt }, "revokedAt"},
	{"c.revocation_reason", func(c *Certificate) any { return &c.RevocationReason }, "revocationReason"},
	{"c.der", func(c *Certificate) any { return &c.der }, "pem pkcs7"},
	{"c.chain", func(c *Certificate) any { return &c.chain }, "chainPem pkcs7"},
}

// settle completes a certificate that was read at an instant.
func (c *Certificate) settle(now time.Time) {
	if c.Status.Counts() && !now.Before(c.NotAfter) {
		c.Status = lifecycle.CertificateExpired
	}
	c.NotBefore, c.NotAfter, c.CreatedAt, c.UpdatedAt = c.NotBefore.UTC(), c.NotAfter.UTC(), c.CreatedAt.UTC(), c.UpdatedAt.UTC()
	c.RevokedAt = inUTC(c.RevokedAt)
}

// certificatesTogether settles certificates that were read by one statement at an
// instant and makes them one group.
func certificatesTogether(now time.Time, all []*Certificate) {
	ids := make([]uuid.UUID, len(all))
	for n, c := range all {
		c.settle(now)
		ids[n] = c.ID.UUID
	}
	group := batch.NewGroup(ids)
	for _, c := range all {
		c.group = group
	}
}

// place is the certificate's place in a list ordered by when it came.
func (c *Certificate) place() page.Key {
	return page.Key{ID: c.ID.UUID, Value: c.CreatedAt.Format(time.RFC3339Nano)}
}
