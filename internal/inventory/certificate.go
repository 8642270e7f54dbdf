package inventory

import (
	"encoding/json"
	"fmt"
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
	Status lifecycle.CertificateStatus
	// Source is how it came first.
	Source        lifecycle.CertificateSource
	LocationCount int
	SerialNumber  string
	Subject       string
	CommonName    string
	Issuer        string
	NotBefore     time.Time
	NotAfter      time.Time
	KeyAlgorithm  string
	KeySha256     string
	// SignatureAlgorithm is written as crypto/x509 does, such as SHA256-RSA.
	SignatureAlgorithm string
	IsCa, SelfIssued   bool
	// SubjectKeyID and AuthorityKeyID are hex, or empty.
	SubjectKeyID, AuthorityKeyID string
	// Authority is which one issued it for an enrollment; nil: one that was not asked
	// from here.
	Authority        *lifecycle.Issuer
	Sha256           string
	SuspendedAt      *time.Time
	RevokedAt        *time.Time
	RevocationReason *lifecycle.RevocationReason
	NextReminderAt   *time.Time
	CreatedAt        time.Time
	UpdatedAt        time.Time
	Version          int

	issued, imported, discovered bool
	reportedAt                   *time.Time
	revocationError              string
	subjectKey                   string
	names                        []byte
	unit                         uuid.UUID
	seatRow, enrollment          *uuid.UUID
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
	{"c.authority", func(c *Certificate) any { return &c.Authority }, ""},
	{"c.suspended_at", func(c *Certificate) any { return &c.SuspendedAt }, ""},
	{"c.subject_key", func(c *Certificate) any { return &c.subjectKey }, ""},
	{"c.source", func(c *Certificate) any { return &c.Source }, "source"},
	{"c.issued", func(c *Certificate) any { return &c.issued }, "sources"},
	{"c.imported", func(c *Certificate) any { return &c.imported }, "sources"},
	{"c.discovered", func(c *Certificate) any { return &c.discovered }, "sources"},
	{"c.places", func(c *Certificate) any { return &c.LocationCount }, "locationCount"},
	{"c.common_name", func(c *Certificate) any { return &c.CommonName }, "commonName"},
	{"c.names", func(c *Certificate) any { return &c.names }, "names"},
	{"c.key_algorithm", func(c *Certificate) any { return &c.KeyAlgorithm }, "keyAlgorithm"},
	{"c.key_sha256", func(c *Certificate) any { return &c.KeySha256 }, "keySha256"},
	{"c.signature_algorithm", func(c *Certificate) any { return &c.SignatureAlgorithm }, "signatureAlgorithm"},
	{"c.is_ca", func(c *Certificate) any { return &c.IsCa }, "isCa"},
	{"c.self_issued", func(c *Certificate) any { return &c.SelfIssued }, "selfIssued"},
	{"c.subject_key_id", func(c *Certificate) any { return &c.SubjectKeyID }, "subjectKeyId"},
	{"c.authority_key_id", func(c *Certificate) any { return &c.AuthorityKeyID }, "authorityKeyId"},
	{"c.remind_at", func(c *Certificate) any { return &c.NextReminderAt }, "nextReminderAt"},
	{"c.revocation_reported_at", func(c *Certificate) any { return &c.reportedAt }, "revocation"},
	{"c.revocation_error", func(c *Certificate) any { return &c.revocationError }, "revocation"},
	{"c.serial", func(c *Certificate) any { return &c.SerialNumber }, "serialNumber"},
	{"c.subject", func(c *Certificate) any { return &c.Subject }, "subject"},
	{"c.issuer", func(c *Certificate) any { return &c.Issuer }, "issuer"},
	{"c.not_before", func(c *Certificate) any { return &c.NotBefore }, "notBefore"},
	{"c.sha256", func(c *Certificate) any { return &c.Sha256 }, "sha256"},
	{"c.revoked_at", func(c *Certificate) any { return &c.RevokedAt }, "revokedAt revocation"},
	{"c.revocation_reason", func(c *Certificate) any { return &c.RevocationReason }, "revocationReason"},
	{"c.der", func(c *Certificate) any { return &c.der }, "pem pkcs7 lint"},
	{"c.chain", func(c *Certificate) any { return &c.chain }, "chainPem pkcs7"},
}

// settle completes a certificate that was read at an instant.
func (c *Certificate) settle(now time.Time) {
	if c.Status.Counts() && !now.Before(c.NotAfter) {
		c.Status = lifecycle.CertificateExpired
	}
	c.NotBefore, c.NotAfter, c.CreatedAt, c.UpdatedAt = c.NotBefore.UTC(), c.NotAfter.UTC(), c.CreatedAt.UTC(), c.UpdatedAt.UTC()
	c.RevokedAt, c.reportedAt, c.NextReminderAt = inUTC(c.RevokedAt), inUTC(c.reportedAt), inUTC(c.NextReminderAt)
	if c.SuspendedAt = inUTC(c.SuspendedAt); c.Status != lifecycle.CertificateSuspended {
		c.SuspendedAt = nil
	}
}

// Sources are all the ways in which it came.
func (c *Certificate) Sources() []lifecycle.CertificateSource {
	var all []lifecycle.CertificateSource
	for _, way := range []struct {
		came bool
		as   lifecycle.CertificateSource
	}{{c.issued, lifecycle.SourceIssued}, {c.imported, lifecycle.SourceImported}, {c.discovered, lifecycle.SourceDiscovered}} {
		if way.came {
			all = append(all, way.as)
		}
	}
	return all
}

// Names are the subject alternative names.
func (c *Certificate) Names() (*lifecycle.CertificateNames, error) {
	names := &lifecycle.CertificateNames{}
	if err := json.Unmarshal(c.names, names); err != nil {
		return nil, fmt.Errorf("read the names of certificate %s: %w", c.ID, err)
	}
	return names, nil
}

// CertificateRevocation is what a certificate's authority knows of its revocation.
type CertificateRevocation struct {
	ReportedAt *time.Time
	// LastError is why it is not reported; nil when nothing is wrong.
	LastError *string
}

// Revocation is what its authority knows; nil unless it was revoked.
func (c *Certificate) Revocation() *CertificateRevocation {
	if c.RevokedAt == nil {
		return nil
	}
	r := &CertificateRevocation{ReportedAt: c.reportedAt}
	if c.revocationError != "" {
		r.LastError = &c.revocationError
	}
	return r
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

// place is the certificate's place in a list ordered by the column.
func (c *Certificate) place(order string) page.Key {
	k := page.Key{ID: c.ID.UUID}
	switch order {
	case "subject_key":
		k.Value = c.subjectKey
	case "not_after":
		k.Value = c.NotAfter.Format(time.RFC3339Nano)
	case "updated_at":
		k.Value = c.UpdatedAt.Format(time.RFC3339Nano)
	default:
		k.Value = c.CreatedAt.Format(time.RFC3339Nano)
	}
	return k
}
