package profile

import "gatehouse/internal/page"

// The connection of this package, by the names that the schema gives it.
type (
	CertificateProfileConnection = page.Connection[*CertificateProfile]
	CertificateProfileEdge       = page.Edge[*CertificateProfile]
)
