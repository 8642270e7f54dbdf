package lifecycle

import (
	"io"
	"slices"
)

// Permission is the right to one kind of thing. A token never names one: it
// names roles, and a role is a set of permissions, nothing else.
type Permission string

// The permissions of domain.md section 5.
const (
	ViewEnrollments     Permission = "VIEW_ENROLLMENTS"
	ViewSeats           Permission = "VIEW_SEATS"
	ViewCertificates    Permission = "VIEW_CERTIFICATES"
	ViewProfiles        Permission = "VIEW_PROFILES"
	ViewBusinessUnits   Permission = "VIEW_BUSINESS_UNITS"
	RequestEnrollments  Permission = "REQUEST_ENROLLMENTS"
	ViewOwnEnrollments  Permission = "VIEW_OWN_ENROLLMENTS"
	ManageEnrollments   Permission = "MANAGE_ENROLLMENTS"
	ApproveEnrollments  Permission = "APPROVE_ENROLLMENTS"
	ManageSeats         Permission = "MANAGE_SEATS"
	ManageAllocations   Permission = "MANAGE_ALLOCATIONS"
	ManageBusinessUnits Permission = "MANAGE_BUSINESS_UNITS"
	ManageLicenses      Permission = "MANAGE_LICENSES"
	ManageWebhooks      Permission = "MANAGE_WEBHOOKS"
	ManageProfiles      Permission = "MANAGE_PROFILES"
	ImportCertificates  Permission = "IMPORT_CERTIFICATES"
	RevokeCertificates  Permission = "REVOKE_CERTIFICATES"
	ViewAuditLog        Permission = "VIEW_AUDIT_LOG"
)

// Permissions lists every permission in the order of domain.md section 5. Its
// index is the permission's bit in a PermissionSet.
var Permissions = []Permission{
	ViewEnrollments, ViewSeats, ViewCertificates, ViewProfiles, ViewBusinessUnits, RequestEnrollments, ViewOwnEnrollments,
	ManageEnrollments, ApproveEnrollments, ManageSeats, ManageAllocations, ManageBusinessUnits, ManageLicenses, ManageWebhooks,
	ManageProfiles, ImportCertificates, RevokeCertificates, ViewAuditLog,
}

// MarshalGQL writes the permission as a GraphQL enum value.
func (p Permission) MarshalGQL(w io.Writer) { writeEnum(w, p) }

// UnmarshalGQL reads a GraphQL enum value.
func (p *Permission) UnmarshalGQL(v any) error { return readEnum(v, p, Permissions) }

// PermissionSet is a set of permissions; the zero value holds none.
type PermissionSet uint32

// SetOf is the set of the given permissions; what is no permission is ignored.
func SetOf(ps ...Permission) PermissionSet {
	var s PermissionSet
	for _, p := range ps {
		if i := slices.Index(Permissions, p); i >= 0 {
			s |= 1 << i
		}
	}
	return s
}

// Has reports whether the set holds p. It never holds what is no permission.
func (s PermissionSet) Has(p Permission) bool {
	i := slices.Index(Permissions, p)
	return i >= 0 && s&(1<<i) != 0
}

// HasAny reports whether the set holds at least one of ps; of none, no.
func (s PermissionSet) HasAny(ps ...Permission) bool { return slices.ContainsFunc(ps, s.Has) }

// List is the set in the order of Permissions.
func (s PermissionSet) List() []Permission {
	out := []Permission{}
	for i, p := range Permissions {
		if s&(1<<i) != 0 {
			out = append(out, p)
		}
	}
	return out
}

// Role is what a token's claim says a person is.
type Role string

// The roles of domain.md section 5, with TLM's names for them.
const (
	Admin             Role = "ADMIN"              // TLM: Manager
	EnrollmentManager Role = "ENROLLMENT_MANAGER" // TLM: User and certificate manager
	Approver          Role = "APPROVER"           // ours: TLM has no separate right to approve
	SeatManager       Role = "SEAT_MANAGER"
	ProfileManager    Role = "PROFILE_MANAGER" // TLM: Certificate profile manager
	ImportManager     Role = "IMPORT_MANAGER"  // TLM: Import manager
	Auditor           Role = "AUDITOR"         // ours: TLM has no auditor
	ViewOnly          Role = "VIEWER"          // TLM: View only
	Requester         Role = "REQUESTER"
)

// Roles lists every role in the order of domain.md section 5.
var Roles = []Role{Admin, EnrollmentManager, Approver, SeatManager, ProfileManager, ImportManager, Auditor, ViewOnly, Requester}

// MarshalGQL writes the role as a GraphQL enum value.
func (r Role) MarshalGQL(w io.Writer) { writeEnum(w, r) }

// UnmarshalGQL reads a GraphQL enum value.
func (r *Role) UnmarshalGQL(v any) error { return readEnum(v, r, Roles) }

// viewing is what every role but REQUESTER may look at.
var viewing = SetOf(ViewEnrollments, ViewSeats, ViewCertificates, ViewProfiles, ViewBusinessUnits)

// rolePermissions is the table of domain.md section 5, a line per role.
var rolePermissions = map[Role]PermissionSet{
	Admin:             SetOf(Permissions...) &^ SetOf(ViewOwnEnrollments), // seeing all includes one's own
	EnrollmentManager: viewing | SetOf(RequestEnrollments, ManageEnrollments, ApproveEnrollments, ManageSeats, ImportCertificates, RevokeCertificates, ViewAuditLog),
	Approver:          viewing | SetOf(ApproveEnrollments),
	SeatManager:       viewing | SetOf(ManageSeats, ManageAllocations),
	ProfileManager:    viewing | SetOf(ManageProfiles),
	ImportManager:     viewing | SetOf(ImportCertificates),
	Auditor:           viewing | SetOf(ViewAuditLog),
	ViewOnly:          viewing,
	Requester:         SetOf(RequestEnrollments, ViewOwnEnrollments),
}

// Permissions is what the role may do. An unknown role may do nothing.
func (r Role) Permissions() PermissionSet { return rolePermissions[r] }

// Grant is what a person with these roles may do.
func Grant(roles []Role) PermissionSet {
	var s PermissionSet
	for _, r := range roles {
		s |= r.Permissions()
	}
	return s
}
