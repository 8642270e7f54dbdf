package main

import "gatehouse/internal/lifecycle"

// opening is the page's head.
const opening = `<!-- Printed by go run ./internal/lifecycle/docgen > docs/lifecycle.md; change internal/lifecycle/table.go, not this page. -->

# Who may do what, when

This page is printed from the table in ` + "`internal/lifecycle/table.go`" + `, the same that decides each mutation and fills
` + "`availableActions` and `unavailableActions`" + `. Words in capitals are values of the API.
`

// meanings says what each status means to a person.
var meanings = map[lifecycle.Status]string{
	lifecycle.Created:               "The seat was enrolled; its code can be redeemed.",
	lifecycle.Pending:               "Requested; nobody has decided yet.",
	lifecycle.PendingSecondApproval: "Approved at least once, still short of what the profile asks for.",
	lifecycle.InProgress:            "An approver has taken it up; set by people only.",
	lifecycle.Approved:              "Every approval is there; the certificate waits to be picked up.",
	lifecycle.Redeemed:              "The certificate was issued.",
	lifecycle.Rejected:              "Refused, cancelled, withdrawn, or ended with its seat.",
	lifecycle.Expired:               "Its time passed before it was redeemed.",
	lifecycle.Locked:                "Too many wrong codes. Does not expire.",
}

const afterStatuses = `
Active: it holds the place of its profile, business unit, seat type and seat id, of which there is one.
Expires: from the instant ` + "`expiresAt`" + ` on it reads, filters, counts and refuses as EXPIRED, unless a certificate authority is at
work on it; the server writes it down within a minute.
`

const afterActions = `
A mutation that is told in the singular may have a plural form, which needs and decides the same, for each item by itself.

- Nobody approves their own request: one they made (same issuer and subject), or one whose e-mail address, or whose seat's, is theirs.
- Nobody approves twice in a round. REJECT is barred by neither: one may refuse one's own request, and turn one's yes into a no.
- EXPIRE, LOCK and REJECT_BY_SEAT_DELETION happen by themselves: nobody asks for them by name.
- Neither list of a viewer's actions has what makes an enrollment, what the end user does, what happens by itself, or what can never
  be done to the enrollment because of its methods or its kind of certificate authority.
`

const afterRefusals = `
The order: who asks (FORBIDDEN), what never changes on the enrollment (WRONG_METHOD, CODE_PRIVATE_ONLY, RESEND_NOT_FOR_THIS_METHOD),
the certificate authority at work (ISSUING), the status (INVALID_STATE), the person (NOT_REQUESTER, OWN_REQUEST, ALREADY_DECIDED),
the surroundings (SEAT_DELETED, PROFILE_ARCHIVED, ACTIVE_ENROLLMENT_EXISTS). What depends on licences and on the seat's certificates
is judged last, under their locks: NO_SEAT_LEFT for ENROLL and the final APPROVE; SEAT_HAS_CERTIFICATE for ENROLL, REQUEST, the final
APPROVE and REDEEM.
`

const afterSeats = `
- ENROLL: one active enrollment per seat and profile (ACTIVE_ENROLLMENT_EXISTS). USER and UNIFIED seats hold several certificates;
  the others one, and its successor inside the profile's renewal window (SEAT_HAS_CERTIFICATE).
- DELETE: REVOKE_CERTIFICATES is needed where certificates are revoked with the seat (REVOKE_PERMISSION_MISSING).
- CREATE takes a licence, or is refused with NO_SEAT_LEFT. IMPORTED and DISCOVERY seats come from import and discovery only.
`

const afterCertificates = `
- A certificate begins as ISSUED, or as EXPIRED when its notAfter has passed when it comes here.
- EXPIRE happens by itself. From the very instant that notAfter has passed on, a certificate reads, filters, counts and refuses as
  EXPIRED; the server writes it down within a minute.
- Neither list of a viewer's actions has what one of its origin never knows: to renew one that was issued for no enrollment, to suspend
  one that the built-in authority did not issue. The mutation says ISSUED_ELSEWHERE.
- REVOKE and SUSPEND count here at once, whatever the authority says: ` + "`revocation`" + ` tells what it knows. RESUME is the only way back.
- RENEW goes within the renewal window that the profile has now (OUTSIDE_RENEWAL_WINDOW), once (ALREADY_REPLACED; and
  ACTIVE_ENROLLMENT_EXISTS while its successor is asked for), on a seat that lives (SEAT_DELETED) and under a profile that is not
  archived (PROFILE_ARCHIVED). SEAT_HAS_CERTIFICATE: its seat holds one and its successor, and has both.
`
