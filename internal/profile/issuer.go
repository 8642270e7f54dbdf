package profile

import (
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// suits says why a profile cannot have its certificates from the issuer; nil when
// it can. An issuer that nobody named (given) is held to nothing: it follows from
// what is fixed on the profile, and where it can issue nothing there (ACME for
// people and a code) the redemption says so.
func suits(issuer lifecycle.Issuer, given bool, ca lifecycle.CAType, method lifecycle.AuthenticationMethod, by lifecycle.EnrollmentMethod, t lifecycle.SeatType) *refusal.Refusal {
	if !given {
		return nil
	}
	switch {
	case issuer == lifecycle.IssuerBuiltIn && ca != lifecycle.Private:
		return refusal.New(refusal.Invalid, "The built-in certificate authority is a private one, and this profile is PUBLIC; choose ACME, or EXTERNAL under MANUAL_APPROVAL.").At("issuer")
	case issuer == lifecycle.IssuerACME && ca != lifecycle.Public:
		return refusal.New(refusal.Invalid, "ACME is for publicly trusted certificates, and this profile is PRIVATE; choose BUILT_IN, or EXTERNAL under MANUAL_APPROVAL.").At("issuer")
	case issuer == lifecycle.IssuerACME && !t.NamesHosts():
		return refusal.New(refusal.Invalid, "ACME certifies host names, so it is for SERVER, DEVICE and UNIFIED seats, and this profile is for %s seats; choose EXTERNAL under MANUAL_APPROVAL.", t).At("issuer")
	case issuer == lifecycle.IssuerExternal && method != lifecycle.ManualApproval:
		return refusal.New(refusal.Invalid, "With EXTERNAL somebody reads approved requests and attaches the certificates, so it needs MANUAL_APPROVAL, and this profile has %s.", method).At("issuer")
	case issuer == lifecycle.IssuerExternal && by == lifecycle.BrowserPKCS12:
		return refusal.New(refusal.Invalid, "With EXTERNAL the certificate is issued for the CSR that came with the request, and BROWSER_PKCS12 makes it only at pick-up; choose the enrollment method CSR.").At("issuer")
	}
	return nil
}
