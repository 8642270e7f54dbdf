package lifecycle

import (
	"io"
	"slices"
)

// AuthenticationMethod is how an organisation admits an enrollment.
type AuthenticationMethod string

// The values of AuthenticationMethod.
const (
	// EnrollmentCode: by a code given to the invited person.
	EnrollmentCode AuthenticationMethod = "ENROLLMENT_CODE"
	// ManualApproval: by the approval of one to five people.
	ManualApproval AuthenticationMethod = "MANUAL_APPROVAL"
	// ThirdPartyApp: by another application; no enrollment is created here.
	ThirdPartyApp AuthenticationMethod = "THIRD_PARTY_APP"
	// ActiveDirectory: by Active Directory; no enrollment is created here.
	ActiveDirectory AuthenticationMethod = "ACTIVE_DIRECTORY"
	// CertificateAuth: by an earlier certificate; no enrollment is created here.
	CertificateAuth AuthenticationMethod = "CERTIFICATE"
	// SAMLIdP: by an identity provider; no enrollment is created here.
	SAMLIdP AuthenticationMethod = "SAML_IDP"
	// GlobalPassphrase: by one passphrase for all; no enrollment is created here.
	GlobalPassphrase AuthenticationMethod = "GLOBAL_PASSPHRASE"
)

// AuthenticationMethods lists the values of AuthenticationMethod.
var AuthenticationMethods = []AuthenticationMethod{EnrollmentCode, ManualApproval, ThirdPartyApp, ActiveDirectory, CertificateAuth, SAMLIdP, GlobalPassphrase}

// MarshalGQL writes the value as a GraphQL enum value.
func (v AuthenticationMethod) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *AuthenticationMethod) UnmarshalGQL(x any) error {
	return readEnum(x, v, AuthenticationMethods)
}

// Enrolls reports whether enrollments are created under the method here. The
// other methods may stand on a profile, as a record of how another system
// admits, and are refused when somebody tries to enroll.
func (v AuthenticationMethod) Enrolls() bool { return v == EnrollmentCode || v == ManualApproval }

// EnrollmentMethod is how the certificate's key and request reach the server.
type EnrollmentMethod string

// The values of EnrollmentMethod.
const (
	// CSR: a PKCS#10 request, on the enrollment page.
	CSR EnrollmentMethod = "CSR"
	// BrowserPKCS12: key and request are made in the browser.
	BrowserPKCS12 EnrollmentMethod = "BROWSER_PKCS12"
	// RESTAPI: a script redeems through the API.
	RESTAPI EnrollmentMethod = "REST_API"
	// SCEP: a SCEP client; redeemed through the API.
	SCEP EnrollmentMethod = "SCEP"
	// EST: an EST client; redeemed through the API.
	EST EnrollmentMethod = "EST"
	// ACME: an ACME client; redeemed through the API.
	ACME EnrollmentMethod = "ACME"
	// CMPv2: a CMP client; redeemed through the API.
	CMPv2 EnrollmentMethod = "CMPV2"
	// DigiCertAgent: DigiCert's agent; redeemed through the API.
	DigiCertAgent EnrollmentMethod = "DIGICERT_AGENT"
	// DesktopClient: a desktop client; redeemed through the API.
	DesktopClient EnrollmentMethod = "DESKTOP_CLIENT"
)

// EnrollmentMethods lists the values of EnrollmentMethod.
var EnrollmentMethods = []EnrollmentMethod{CSR, BrowserPKCS12, RESTAPI, SCEP, EST, ACME, CMPv2, DigiCertAgent, DesktopClient}

// MarshalGQL writes the value as a GraphQL enum value.
func (v EnrollmentMethod) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *EnrollmentMethod) UnmarshalGQL(x any) error { return readEnum(x, v, EnrollmentMethods) }

// HasPage reports whether the invited person redeems on an enrollment page. The
// others redeem through the API.
func (v EnrollmentMethod) HasPage() bool { return v == CSR || v == BrowserPKCS12 }

// Mailed reports whether the invited person is mailed an invitation. The clients
// of the others are set up by hand, by somebody who has the code.
func (v EnrollmentMethod) Mailed() bool { return slices.Contains(mailed, v) }

// CAType is what kind of certificate authority signs.
type CAType string

// The values of CAType.
const (
	// Private: the organisation's own.
	Private CAType = "PRIVATE"
	// Public: publicly trusted.
	Public CAType = "PUBLIC"
)

// CATypes lists the values of CAType.
var CATypes = []CAType{Private, Public}

// MarshalGQL writes the value as a GraphQL enum value.
func (v CAType) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *CAType) UnmarshalGQL(x any) error { return readEnum(x, v, CATypes) }
