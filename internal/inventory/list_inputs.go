package inventory

import "gatehouse/internal/id"

// EnrollmentListInput is a list of enrollments: what it shows and in which order.
// ViewID names a saved view, which package view has put into the rest before the
// list is read.
type EnrollmentListInput struct {
	View    *EnrollmentView
	ViewID  *id.ID
	Search  *string
	Filter  *EnrollmentFilter
	OrderBy *EnrollmentOrder
}

// SeatListInput is a list of seats, as an EnrollmentListInput is one of enrollments.
type SeatListInput struct {
	View    *SeatView
	ViewID  *id.ID
	Search  *string
	Filter  *SeatFilter
	OrderBy *SeatOrder
}

// CertificateListInput is a list of certificates, as an EnrollmentListInput is one of
// enrollments.
type CertificateListInput struct {
	View    *CertificateView
	ViewID  *id.ID
	Search  *string
	Filter  *CertificateFilter
	OrderBy *CertificateOrder
}
