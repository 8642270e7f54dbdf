package lifecycle

import (
	"maps"
	"slices"

	"gatehouse/internal/refusal"
)

// Need is what a mutation asks for at the door, before any object is read. It
// is the least that lets anybody do it to anything; what the object itself
// says (business unit, status, person) comes after.
type Need struct {
	// AnyOf is the permissions of which one is enough; of none, nobody.
	AnyOf []Permission
	// AllUnits: the viewer's business units must be "*" too.
	AllUnits bool
	// NoLogin: for the end user, whose token and code are judged by the use case.
	NoLogin bool
}

// MutationNeeds is what the mutation asks for at the door; false when there is
// no such mutation, which nobody may do.
func MutationNeeds(name string) (Need, bool) {
	n, ok := mutations[name]
	return n, ok
}

// Mutations lists the names of all mutations, in alphabetical order.
func Mutations() []string { return slices.Sorted(maps.Keys(mutations)) }

// Refuse says why a viewer with these permissions does not get past the door of
// the named mutation; nil when they do.
func (n Need) Refuse(name string, ps PermissionSet, allUnits bool) *refusal.Refusal {
	switch {
	case n.NoLogin:
		return nil
	case len(n.AnyOf) == 0:
		return refusal.New(refusal.Forbidden, "Nobody may do %s.", name)
	case !ps.HasAny(n.AnyOf...):
		return refusal.New(refusal.Forbidden, "%s", Lacking("for "+name, ps, n.AnyOf...))
	case n.AllUnits && !allUnits:
		return refusal.New(refusal.Forbidden, "%s", LackingUnits("for "+name))
	}
	return nil
}

// ForEndUser reports whether a row of the table lets the end user do what the
// mutation does: then the door asks them for no permission, and the use case for
// the proof that the row's action takes.
func ForEndUser(mutation string) bool {
	return mutation != "" && slices.ContainsFunc(enrollmentTable, func(r EnrollmentRow) bool {
		return r.Mutation == mutation && slices.Contains(r.By, TheEndUser)
	})
}

// mutations is every mutation of the schema. A plural form, and a bulk action,
// needs what its single form needs; where one mutation stands for many acts
// (jobs, files, views), the door asks for any of theirs, and each act for its own.
var mutations = map[string]Need{
	// business units and licences
	"createBusinessUnit": {AnyOf: []Permission{ManageBusinessUnits}, AllUnits: true},
	"updateBusinessUnit": {AnyOf: []Permission{ManageBusinessUnits}},
	"deleteBusinessUnit": {AnyOf: []Permission{ManageBusinessUnits}, AllUnits: true},
	"setPurchasedSeats":  {AnyOf: []Permission{ManageLicenses}, AllUnits: true},
	"allocateSeats":      {AnyOf: []Permission{ManageAllocations}},

	// profiles
	"createCertificateProfile":  {AnyOf: []Permission{ManageProfiles}},
	"updateCertificateProfile":  {AnyOf: []Permission{ManageProfiles}},
	"archiveCertificateProfile": {AnyOf: []Permission{ManageProfiles}},

	// seats
	"createSeat":  {AnyOf: []Permission{ManageSeats}},
	"createSeats": {AnyOf: []Permission{ManageSeats}},
	"updateSeat":  {AnyOf: []Permission{ManageSeats}},
	"deleteSeat":  {AnyOf: []Permission{ManageSeats}},
	"deleteSeats": {AnyOf: []Permission{ManageSeats}},
	"enrollSeat":  {AnyOf: []Permission{ManageEnrollments}},
	"enrollSeats": {AnyOf: []Permission{ManageEnrollments}},
	"importSeats": {AnyOf: []Permission{ManageSeats}}, // a file that enrolls or revokes needs those permissions for it

	// enrollments
	"requestEnrollment":      {AnyOf: []Permission{RequestEnrollments}},
	"approveEnrollment":      {AnyOf: []Permission{ApproveEnrollments}},
	"approveEnrollments":     {AnyOf: []Permission{ApproveEnrollments}},
	"rejectEnrollment":       {AnyOf: []Permission{ApproveEnrollments}},
	"rejectEnrollments":      {AnyOf: []Permission{ApproveEnrollments}},
	"withdrawEnrollment":     {AnyOf: []Permission{ViewOwnEnrollments, ViewEnrollments}}, // to see it; the row demands the requester
	"changeEnrollmentStatus": {AnyOf: []Permission{ApproveEnrollments}},
	"addEnrollmentNote":      {AnyOf: []Permission{ApproveEnrollments}},
	"revealEnrollmentCode":   {AnyOf: []Permission{ManageEnrollments}},
	"resetEnrollment":        {AnyOf: []Permission{ManageEnrollments}},
	"resetEnrollments":       {AnyOf: []Permission{ManageEnrollments}},
	"unlockEnrollment":       {AnyOf: []Permission{ManageEnrollments}},
	"unlockEnrollments":      {AnyOf: []Permission{ManageEnrollments}},
	"resendEnrollment":       {AnyOf: []Permission{ManageEnrollments}},
	"resendEnrollments":      {AnyOf: []Permission{ManageEnrollments}},
	"cancelEnrollment":       {AnyOf: []Permission{ManageEnrollments}},
	"cancelEnrollments":      {AnyOf: []Permission{ManageEnrollments}},
	"resendApprovalEmail":    {AnyOf: []Permission{ManageEnrollments}},
	"resendApprovalEmails":   {AnyOf: []Permission{ManageEnrollments}},
	"redeemEnrollment":       {NoLogin: true},

	// certificates
	"attachCertificate":            {AnyOf: []Permission{ManageEnrollments}},
	"importCertificates":           {AnyOf: []Permission{ImportCertificates}},
	"recordDiscoveredCertificates": {AnyOf: []Permission{ImportCertificates}},
	"revokeCertificate":            {AnyOf: []Permission{RevokeCertificates}},
	"revokeCertificates":           {AnyOf: []Permission{RevokeCertificates}},
	"suspendCertificate":           {AnyOf: []Permission{RevokeCertificates}},
	"resumeCertificate":            {AnyOf: []Permission{RevokeCertificates}},
	"renewCertificate":             {AnyOf: []Permission{ManageEnrollments}}, // it makes an enrollment

	// views: of what one may look at
	"saveView":   {AnyOf: []Permission{ViewEnrollments, ViewSeats}},
	"updateView": {AnyOf: []Permission{ViewEnrollments, ViewSeats}},
	"deleteView": {AnyOf: []Permission{ViewEnrollments, ViewSeats}},

	// jobs: a job acts with the rights of the one who started it
	"startBulkAction": {AnyOf: []Permission{ManageEnrollments, ApproveEnrollments, ManageSeats, RevokeCertificates}},
	"createExport":    {AnyOf: []Permission{ViewEnrollments, ViewOwnEnrollments, ViewSeats, ViewCertificates, ViewAuditLog}},
	// whoever may start any of them may ask to end one; whose job it is, is judged there
	"cancelJob": {AnyOf: []Permission{ManageEnrollments, ApproveEnrollments, ManageSeats, RevokeCertificates, ViewEnrollments, ViewSeats, ViewCertificates, ViewAuditLog}},

	// webhooks
	"createWebhook": {AnyOf: []Permission{ManageWebhooks}},
	"updateWebhook": {AnyOf: []Permission{ManageWebhooks}},
	"deleteWebhook": {AnyOf: []Permission{ManageWebhooks}},
	"testWebhook":   {AnyOf: []Permission{ManageWebhooks}},
	"replayWebhook": {AnyOf: []Permission{ManageWebhooks}},
}
