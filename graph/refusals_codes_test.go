package graph_test

import "gatehouse/internal/refusal"

// codeAttempts are about invitations and pick-ups that exist.
var codeAttempts = []attempt{
	{refusal.NotFound, "An invitation or a pick-up that does not exist, or lies outside the token's business units", "enrollments", []ask{
		{call: `revealEnrollmentCode(input: {id: $noEnrollment})`},
		{call: `resetEnrollment(input: {id: $noEnrollment})`},
		{by: carl, call: `resetEnrollment(input: {id: $withoutLicence})`},
		{call: `resetEnrollments(input: {ids: [$noEnrollment]})`},
		{call: `unlockEnrollment(input: {id: $noEnrollment})`},
		{call: `unlockEnrollments(input: {ids: [$noEnrollment]})`},
		{call: `resendEnrollment(input: {id: $noEnrollment})`},
		{call: `resendEnrollments(input: {ids: [$noEnrollment]})`},
		{call: `cancelEnrollment(input: {id: $noEnrollment, reason: "Not needed."})`},
		{call: `cancelEnrollments(input: {ids: [$noEnrollment], reason: "Not needed."})`},
		{call: `resendApprovalEmail(input: {id: $noEnrollment})`},
		{call: `resendApprovalEmails(input: {ids: [$noEnrollment]})`},
		{call: `attachCertificate(input: {id: $noEnrollment, certificate: $issuedElsewhere})`},
	}},
	{refusal.Invalid, "To take an invitation back without a reason", "1 to 1000 characters", []ask{
		{call: `cancelEnrollment(input: {id: $invited, reason: " "})`, field: "reason"},
		{call: `cancelEnrollments(input: {ids: [$invited], reason: ""})`, field: "reason"},
	}},
	{refusal.Invalid, "A comment on an invitation or a pick-up that is too long", "0 to 1000", []ask{
		{call: `revealEnrollmentCode(input: {id: $invited, comment: $longText})`, field: "comment"},
		{call: `resetEnrollment(input: {id: $ended, comment: $longText})`, field: "comment"},
		{call: `resetEnrollments(input: {ids: [$ended], comment: $longText})`, field: "comment"},
		{call: `unlockEnrollment(input: {id: $locked, comment: $longText})`, field: "comment"},
		{call: `unlockEnrollments(input: {ids: [$locked], comment: $longText})`, field: "comment"},
		{call: `resendEnrollment(input: {id: $invited, comment: $longText})`, field: "comment"},
		{call: `resendEnrollments(input: {ids: [$invited], comment: $longText})`, field: "comment"},
		{call: `resendApprovalEmail(input: {id: $approved, comment: $longText})`, field: "comment"},
		{call: `resendApprovalEmails(input: {ids: [$approved], comment: $longText})`, field: "comment"},
		{call: `attachCertificate(input: {id: $approved, certificate: $issuedElsewhere, comment: $longText})`, field: "comment"},
	}},
	{refusal.Invalid, "A new time that has passed", "leave it out", []ask{
		{call: `resetEnrollment(input: {id: $ended, expiresAt: "2026-01-01T00:00:00Z"})`, field: "expiresAt"},
		{call: `resetEnrollments(input: {ids: [$ended], expiresAt: "2026-01-01T00:00:00Z"})`, field: "expiresAt"},
	}},
	{refusal.Invalid, "A new code under a public CA, which a reset tells nobody", "eave newCode out", []ask{
		{call: `resetEnrollment(input: {id: $endedPublic, newCode: true})`, field: "newCode"},
		{call: `resetEnrollments(input: {ids: [$endedPublic], newCode: true})`, field: "newCode"},
	}},
	{refusal.Invalid, "To send an invitation again that nobody would get", "There is nobody to mail", []ask{
		{call: `resendEnrollment(input: {id: $invitedThing})`},
		{call: `resendEnrollments(input: {ids: [$invitedThing]})`},
	}},
	{refusal.Invalid, "To send a pick-up link again that nobody would get", "There is nobody to mail", []ask{
		{call: `resendApprovalEmail(input: {id: $approvedThing})`},
		{call: `resendApprovalEmails(input: {ids: [$approvedThing]})`},
	}},
	{refusal.Invalid, "No invitation at all", "at least one", []ask{
		{call: `resetEnrollments(input: {ids: []})`, field: "ids"},
		{call: `unlockEnrollments(input: {ids: []})`, field: "ids"},
		{call: `resendEnrollments(input: {ids: []})`, field: "ids"},
		{call: `cancelEnrollments(input: {ids: [], reason: "Not needed."})`, field: "ids"},
		{call: `resendApprovalEmails(input: {ids: []})`, field: "ids"},
	}},
	{refusal.TooMany, "1,001 invitations or pick-ups", "several calls", []ask{
		{call: `resetEnrollments(input: {ids: $manyIDs})`, field: "ids"},
		{call: `unlockEnrollments(input: {ids: $manyIDs})`, field: "ids"},
		{call: `resendEnrollments(input: {ids: $manyIDs})`, field: "ids"},
		{call: `cancelEnrollments(input: {ids: $manyIDs, reason: "Not needed."})`, field: "ids"},
		{call: `resendApprovalEmails(input: {ids: $manyIDs})`, field: "ids"},
	}},
	{refusal.Conflict, "A version of an invitation that somebody has changed since", "ead it again", []ask{
		{call: `resendEnrollment(input: {id: $invited, expectedVersion: 70})`, field: "expectedVersion"},
		{call: `cancelEnrollment(input: {id: $invited, reason: "Not needed.", expectedVersion: 70})`, field: "expectedVersion"},
	}},
	{refusal.Conflict, "A version that was there before it expired, was locked or was approved", "ead it again", []ask{
		{call: `resetEnrollment(input: {id: $ended, expectedVersion: 70})`, field: "expectedVersion"},
		{call: `unlockEnrollment(input: {id: $locked, expectedVersion: 70})`, field: "expectedVersion"},
		{call: `resendApprovalEmail(input: {id: $approved, expectedVersion: 70})`, field: "expectedVersion"},
		{call: `attachCertificate(input: {id: $approved, certificate: $issuedElsewhere, expectedVersion: 70})`, field: "expectedVersion"},
	}},
	{refusal.InvalidState, "To show the code of an invitation that was taken back", "availableActions", []ask{
		{call: `revealEnrollmentCode(input: {id: $cancelled})`},
	}},
	{refusal.InvalidState, "To reset an invitation whose time has not passed", "availableActions", []ask{
		{call: `resetEnrollment(input: {id: $invited})`},
		{call: `resetEnrollments(input: {ids: [$invited]})`},
	}},
	{refusal.InvalidState, "To unlock an invitation that is not locked", "availableActions", []ask{
		{call: `unlockEnrollment(input: {id: $invited})`},
		{call: `unlockEnrollments(input: {ids: [$invited]})`},
	}},
	{refusal.InvalidState, "To send an invitation again that was taken back", "availableActions", []ask{
		{call: `resendEnrollment(input: {id: $cancelled})`},
		{call: `resendEnrollments(input: {ids: [$cancelled]})`},
	}},
	{refusal.InvalidState, "To take an invitation back twice", "availableActions", []ask{
		{call: `cancelEnrollment(input: {id: $cancelled, reason: "Not needed."})`},
		{call: `cancelEnrollments(input: {ids: [$cancelled], reason: "Not needed."})`},
	}},
	{refusal.InvalidState, "To mail the pick-up link of a request that nobody has approved", "availableActions", []ask{
		{call: `resendApprovalEmail(input: {id: $waiting})`},
		{call: `resendApprovalEmails(input: {ids: [$waiting]})`},
	}},
	{refusal.InvalidState, "A certificate for a request that nobody has approved", "availableActions", []ask{
		{call: `attachCertificate(input: {id: $waiting, certificate: $issuedElsewhere})`},
	}},
	{refusal.WrongMethod, "To show the code of a request, which has none", "availableActions", []ask{
		{call: `revealEnrollmentCode(input: {id: $waiting})`},
	}},
	{refusal.WrongMethod, "To reset a request", "availableActions", []ask{
		{call: `resetEnrollment(input: {id: $waiting})`},
		{call: `resetEnrollments(input: {ids: [$waiting]})`},
	}},
	{refusal.WrongMethod, "To unlock a request", "availableActions", []ask{
		{call: `unlockEnrollment(input: {id: $waiting})`},
		{call: `unlockEnrollments(input: {ids: [$waiting]})`},
	}},
	{refusal.WrongMethod, "To take a request back as if it were an invitation", "availableActions", []ask{
		{call: `cancelEnrollment(input: {id: $waiting, reason: "Not needed."})`},
		{call: `cancelEnrollments(input: {ids: [$waiting], reason: "Not needed."})`},
	}},
	{refusal.WrongMethod, "To mail the pick-up link of an invitation, which has none", "availableActions", []ask{
		{call: `resendApprovalEmail(input: {id: $invited})`},
		{call: `resendApprovalEmails(input: {ids: [$invited]})`},
	}},
	{refusal.WrongMethod, "A certificate for an invitation", "availableActions", []ask{
		{call: `attachCertificate(input: {id: $invited, certificate: $issuedElsewhere})`},
	}},
	{refusal.CodePrivateOnly, "To show a code again under a public CA", "PRIVATE", []ask{
		{call: `revealEnrollmentCode(input: {id: $endedPublic})`},
	}},
	{refusal.ResendNotForThisMethod, "To send an invitation again that never was one: a client is set up by hand", "it goes with", []ask{
		{call: `resendEnrollment(input: {id: $byHand})`},
		{call: `resendEnrollments(input: {ids: [$byHand]})`},
	}},
	{refusal.Issuing, "An invitation or a pick-up at which a certificate authority is at work", "when it has answered", []ask{
		{call: `revealEnrollmentCode(input: {id: $invitedAtTheCA})`},
		{call: `resetEnrollment(input: {id: $invitedAtTheCA})`},
		{call: `resetEnrollments(input: {ids: [$invitedAtTheCA]})`},
		{call: `unlockEnrollment(input: {id: $invitedAtTheCA})`},
		{call: `unlockEnrollments(input: {ids: [$invitedAtTheCA]})`},
		{call: `resendEnrollment(input: {id: $invitedAtTheCA})`},
		{call: `resendEnrollments(input: {ids: [$invitedAtTheCA]})`},
		{call: `cancelEnrollment(input: {id: $invitedAtTheCA, reason: "Not needed."})`},
		{call: `cancelEnrollments(input: {ids: [$invitedAtTheCA], reason: "Not needed."})`},
		{call: `resendApprovalEmail(input: {id: $atTheCA})`},
		{call: `resendApprovalEmails(input: {ids: [$atTheCA]})`},
		{call: `attachCertificate(input: {id: $atTheCA, certificate: $issuedElsewhere})`},
	}},
	{refusal.SeatDeleted, "To reset an invitation whose seat was deleted", "Create the seat anew", []ask{
		{call: `resetEnrollment(input: {id: $endedWithoutSeat})`},
		{call: `resetEnrollments(input: {ids: [$endedWithoutSeat]})`},
	}},
	{refusal.SeatDeleted, "To send an invitation again whose seat was deleted", "Create the seat anew", []ask{
		{call: `resendEnrollment(input: {id: $endedWithoutSeat})`},
		{call: `resendEnrollments(input: {ids: [$endedWithoutSeat]})`},
	}},
	{refusal.ProfileArchived, "To reset an invitation whose profile was archived", "Choose a profile that is not", []ask{
		{call: `resetEnrollment(input: {id: $endedOfOld})`},
		{call: `resetEnrollments(input: {ids: [$endedOfOld]})`},
	}},
	{refusal.ProfileArchived, "To send an invitation again whose profile was archived", "Choose a profile that is not", []ask{
		{call: `resendEnrollment(input: {id: $endedOfOld})`},
		{call: `resendEnrollments(input: {ids: [$endedOfOld]})`},
	}},
	{refusal.ActiveEnrollmentExists, "To reset an invitation after which there was another", "Go on with that one", []ask{
		{call: `resetEnrollment(input: {id: $endedBefore})`},
		{call: `resetEnrollments(input: {ids: [$endedBefore]})`},
	}},
	{refusal.ActiveEnrollmentExists, "To send an invitation again after which there was another", "Go on with that one", []ask{
		{call: `resendEnrollment(input: {id: $endedBefore})`},
		{call: `resendEnrollments(input: {ids: [$endedBefore]})`},
	}},
	{refusal.Invalid, "A text that is no certificate", "BEGIN CERTIFICATE", []ask{
		{call: `attachCertificate(input: {id: $approved, certificate: "please"})`, field: "certificate"},
	}},
	{refusal.Invalid, "A certificate that has expired", "attach one that is valid", []ask{
		{call: `attachCertificate(input: {id: $approved, certificate: $expiredElsewhere})`, field: "certificate"},
	}},
	{refusal.KeyMismatch, "A certificate for another key than the request's", "CSR", []ask{
		{call: `attachCertificate(input: {id: $approved, certificate: $forAnotherKey})`, field: "certificate"},
	}},
	{refusal.Duplicate, "A certificate that is on a seat already", "Attach the one", []ask{
		{call: `attachCertificate(input: {id: $approved, certificate: $onAnotherSeat})`, field: "certificate"},
	}},
	{refusal.SeatHasCertificate, "A certificate for a seat that has got its one meanwhile", "can be enrolled from", []ask{
		{call: `attachCertificate(input: {id: $approvedOfFull, certificate: $issuedElsewhere})`},
	}},
}

// redeemAttempts are the invited person's; they have no login, and who is signed in
// counts for nothing.
var redeemAttempts = []attempt{
	{refusal.Invalid, "An invitation without its code", "the one that came with the invitation", []ask{
		{call: `redeemEnrollment(input: {token: $link, csr: $csr})`, field: "code"},
	}},
	{refusal.Invalid, "Without a CSR", "PKCS#10", []ask{
		{call: `redeemEnrollment(input: {token: $link, code: $code})`, field: "csr"},
	}},
	{refusal.Invalid, "A CSR at pick-up, where one came with the request", "leave the csr out", []ask{
		{call: `redeemEnrollment(input: {token: $pickup, csr: $csr})`, field: "csr"},
	}},
	{refusal.InvalidCSR, "A text that is no CSR, to redeem", "BEGIN CERTIFICATE REQUEST", []ask{
		{call: `redeemEnrollment(input: {token: $link, code: $code, csr: $certificateText})`, field: "csr"},
	}},
	{refusal.NotFound, "A link that is none, or was replaced by a newer one", "link", []ask{
		{call: `redeemEnrollment(input: {token: "somewhere", code: $code, csr: $csr})`, field: "token"},
	}},
	{refusal.WrongMethod, "The link that shows where a request stands", "comes by mail", []ask{
		{call: `redeemEnrollment(input: {token: $linkOfWaiting, csr: $csr})`, field: "token"},
	}},
	{refusal.WrongMethod, "The pick-up link of a request whose certificate is issued elsewhere", "will appear", []ask{
		{call: `redeemEnrollment(input: {token: $pickupElsewhere})`, field: "token"},
	}},
	{refusal.WrongCode, "A wrong code", "attempts are left", []ask{
		{call: `redeemEnrollment(input: {token: $link, code: "NNNNNNNNNNNN", csr: $csr})`, field: "code"},
	}},
	{refusal.InvalidState, "An invitation that was taken back", "CREATED", []ask{
		{call: `redeemEnrollment(input: {token: $linkOfCancelled, code: $code, csr: $csr})`},
	}},
	{refusal.Issuing, "A certificate authority is at work on it already", "when it has answered", []ask{
		{call: `redeemEnrollment(input: {token: $linkAtTheCA, code: $code, csr: $csr})`},
	}},
	{refusal.KeyNotAllowed, "A CSR with a key of another kind, to redeem", "the profile allows EC_P256. Make", []ask{
		{call: `redeemEnrollment(input: {token: $linkOfStrict, code: $code, csr: $rsaCSR})`, field: "csr"},
	}},
	{refusal.NamesDiffer, "A CSR that names what was not approved", "just those", []ask{
		{call: `redeemEnrollment(input: {token: $pickupOfBrowser, csr: $mailCSR})`, field: "csr"},
	}},
	{refusal.NameNotAllowed, "A seat whose name is too long for a certificate", "64", []ask{
		{call: `redeemEnrollment(input: {token: $linkOfLongName, code: $code, csr: $csr})`},
	}},
	{refusal.SeatHasCertificate, "A seat that has got its one certificate meanwhile", "can be enrolled from", []ask{
		{call: `redeemEnrollment(input: {token: $linkOfFull, code: $code, csr: $csr})`},
	}},
}
