package lifecycle

import (
	"fmt"
	"time"

	"gatehouse/internal/refusal"
)

// sentence is what a person reads when the row says no with the code: what was
// wrong, and what would be right.
func (r *CertificateRow) sentence(f CertificateFacts, code refusal.Code) string {
	switch code {
	case refusal.Forbidden:
		return forbidden(string(r.Action), r.By, f.Permissions)
	case refusal.IssuedElsewhere:
		return r.elsewhere(f)
	case refusal.InvalidState:
		return r.wrongStatus(f)
	case refusal.SeatDeleted:
		return "The seat that this certificate was issued for was deleted, or it is on that seat no longer, so no successor is issued for it. Enroll the seat that is to have one."
	case refusal.AlreadyReplaced:
		return "This certificate has its successor already; the field replacedBy tells which. Renew that one when its time comes."
	case refusal.ProfileArchived:
		return "The certificate profile of this certificate's enrollment is archived, so nothing new is issued under it. Enroll its seat under a profile that is not."
	case refusal.SeatHasCertificate:
		return "The seat of this certificate holds one and its successor, and has both. Wait until one of them has expired, or revoke one first."
	case refusal.OutsideRenewalWindow:
		if f.RenewalOpens.IsZero() {
			return "This certificate is not yet in the renewal window before its end, which its profile sets. Renew it then, or have the profile's renewalWindow made longer."
		}
		return fmt.Sprintf("This certificate can be renewed from %s on, when the renewal window before its end begins, which its profile sets. Renew it then, or have the profile's renewalWindow made longer.", f.RenewalOpens.UTC().Format(time.RFC3339))
	case refusal.ActiveEnrollmentExists:
		return "An active enrollment of this certificate's seat stands under its profile already. Go on with that one, or end it first."
	}
	return fmt.Sprintf("%s is not possible: %s.", r.Action, code)
}

// elsewhere says why the action is not for a certificate of this origin.
func (r *CertificateRow) elsewhere(f CertificateFacts) string {
	switch {
	case r.Of == FromAnEnrollment:
		return "This certificate was not issued for an enrollment that is known here, so nobody knows under which profile its successor would be. Enroll its seat instead, or renew it where it was issued."
	case f.Authority == IssuerACME:
		return fmt.Sprintf("%s goes with certificates of the built-in authority only, and this one's was asked by ACME, which knows no hold. REVOKE ends it for good.", r.Action)
	}
	return fmt.Sprintf("%s goes with certificates of the built-in authority only, and this one was not issued from here. Ask the authority that issued it.", r.Action)
}

// wrongStatus names the present status and those from which the action goes.
func (r *CertificateRow) wrongStatus(f CertificateFacts) string {
	switch {
	case r.Due && f.Status.Counts():
		return fmt.Sprintf("%s goes once the certificate's time has passed, and it has not.", r.Action)
	case f.Status == CertificateRevoked && r.Action == CertificateActRevoke:
		return "This certificate is REVOKED already, and revoking is for good; there is nothing left to do."
	case f.Status == CertificateRevoked:
		return fmt.Sprintf("This certificate is REVOKED, which is for good; %s goes from %s only. Enroll its seat for another certificate.", r.Action, or(r.From))
	case f.Status == CertificateExpired && r.Action == CertificateActRevoke:
		return fmt.Sprintf("This certificate is EXPIRED; %s goes from %s only. Nobody accepts it any more, so there is nothing left to do.", r.Action, or(r.From))
	case f.Status == CertificateSuspended && r.Action == CertificateActRenew:
		return "This certificate is SUSPENDED; RENEW goes from ISSUED only. Resume it first, or revoke it and enroll its seat anew."
	}
	return fmt.Sprintf("This certificate is %s; %s goes from %s only. %s", named(f.Status), r.Action, or(r.From), whatGoes)
}
