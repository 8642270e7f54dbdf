package lifecycle

import "time"

// EnrollmentFacts is everything that decides about an action on an enrollment,
// but for the licence, which the use case takes under its lock. The zero value
// of a field is the one that allows least, or says that nothing stands in the
// way because nothing was found there.
type EnrollmentFacts struct {
	// Status is the effective one (see Effective); empty when the enrollment is
	// yet to be made. Only for EXPIRE is it the written one, which the move ends.
	Status Status
	// Method, CA and EnrollmentMethod are the profile's, copied to the enrollment.
	Method           AuthenticationMethod
	CA               CAType
	EnrollmentMethod EnrollmentMethod
	// By is what kind of somebody asks.
	By Actor
	// Requester: the viewer made the request (issuer and subject).
	Requester bool
	// OwnEmail: the viewer's e-mail claim equals the request's or the seat's.
	OwnEmail bool
	// Decided: the viewer has decided in this round.
	Decided bool
	// Approvals is how many approvals this round has; Required how many the
	// profile asked for. A Required of 0 was not read, and is never reached.
	Approvals, Required int
	// TimePassed: expiresAt is now or earlier.
	TimePassed bool
	// SeatDeleted: the enrollment's seat was deleted.
	SeatDeleted bool
	// ProfileArchived: the profile admits nothing new.
	ProfileArchived bool
	// ActiveExists: another active enrollment holds the place (profile, business
	// unit, seat type, seat key).
	ActiveExists bool
	// Issuing: a certificate authority is at work on it for somebody else than
	// the one who asks. The worker that ends a redemption passes false.
	Issuing bool
	// Permissions is what the viewer may do.
	Permissions PermissionSet
}

// SeatFacts is everything that decides about an action on a seat, but for the
// licence, which the use case takes under its lock.
type SeatFacts struct {
	// Type is what the seat stands for.
	Type SeatType
	// Status is where it stands; empty when it is yet to be made.
	Status SeatStatus
	// Issuing: a certificate authority is at work on one of its enrollments.
	Issuing bool
	// HasActiveCertificates: at least one certificate of the seat is valid or suspended.
	HasActiveCertificates bool
	// InRenewalWindow: that certificate is so near its end that the profile
	// allows its successor.
	InRenewalWindow bool
	// ActiveUnderProfile: an active enrollment stands under the profile asked
	// for; false when no profile is named.
	ActiveUnderProfile bool
	// Revoke: the deletion was asked to revoke the seat's certificates.
	Revoke bool
	// Permissions is what the viewer may do.
	Permissions PermissionSet
}

// CertificateFacts is everything that decides about an action on a certificate. As
// of the others, the zero value of a field is the one that allows least, or says
// that nothing stands in the way.
type CertificateFacts struct {
	// Status is the effective one: EXPIRED once its time has passed. Only for EXPIRE
	// is it the written one, which the move ends.
	Status CertificateStatus
	// By is what kind of somebody asks.
	By Actor
	// TimePassed: notAfter is now or earlier.
	TimePassed bool
	// Enrolled: it was issued for an enrollment that is known here.
	Enrolled bool
	// Authority is which one was asked for it from here; empty when none was.
	Authority Issuer
	// SeatDeleted: the seat that it was issued for was deleted, or it is on that seat
	// no longer.
	SeatDeleted bool
	// ProfileArchived: the profile of its enrollment admits nothing new.
	ProfileArchived bool
	// Replaced: its successor was issued.
	Replaced bool
	// SeatFull: its seat holds one certificate and that one's successor, and has both.
	SeatFull bool
	// InRenewalWindow: it is so near its end that the profile allows its successor.
	InRenewalWindow bool
	// RenewalOpens is when it will be; the zero time when that was not read.
	RenewalOpens time.Time
	// ActiveExists: an active enrollment of its seat stands under its profile.
	ActiveExists bool
	// Permissions is what the viewer may do.
	Permissions PermissionSet
}
