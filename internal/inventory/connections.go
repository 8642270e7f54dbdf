package inventory

import "gatehouse/internal/page"

// The connections of this package, by the names that the schema gives them.
type (
	SeatConnection                = page.Connection[*Seat]
	SeatEdge                      = page.Edge[*Seat]
	EnrollmentConnection          = page.Connection[*Enrollment]
	EnrollmentEdge                = page.Edge[*Enrollment]
	CertificateConnection         = page.Connection[*Certificate]
	CertificateEdge               = page.Edge[*Certificate]
	CertificateLocationConnection = page.Connection[*CertificateLocation]
	CertificateLocationEdge       = page.Edge[*CertificateLocation]
	EnrollmentNoteConnection      = page.Connection[*EnrollmentNote]
	EnrollmentNoteEdge            = page.Edge[*EnrollmentNote]
)
