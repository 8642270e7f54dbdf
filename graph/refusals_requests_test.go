package graph_test

import "gatehouse/internal/refusal"

// requestAttempts are about asking for a certificate.
var requestAttempts = []attempt{
	{refusal.Invalid, "A seatId that is empty", "1 to 255 characters", []ask{
		{call: `requestEnrollment(input: {profileId: $laptops, seatId: "  "})`, field: "seatId"},
		{call: `createSeat(input: {businessUnitId: $research, seatType: USER, seatId: ""})`, field: "seatId"},
		{call: `createSeats(input: {businessUnitId: $research, seatType: USER, seats: [{seatId: "nina@example.com"}, {seatId: " "}]})`, field: "seats.1.seatId"},
	}},
	{refusal.Invalid, "Without the CSR that the profile asks for", "PKCS#10", []ask{
		{call: `requestEnrollment(input: {profileId: $servers, seatId: "www.example.com"})`, field: "csr"},
	}},
	{refusal.Invalid, "With a CSR, where the browser makes it", "leave the csr out", []ask{
		{call: `requestEnrollment(input: {profileId: $laptops, seatId: "nina@example.com", csr: $csr})`, field: "csr"},
	}},
	{refusal.Invalid, "With names beside a CSR", "leave the names out", []ask{
		{call: `requestEnrollment(input: {profileId: $servers, seatId: "www.example.com", csr: $csr, names: [{kind: DNS, value: "www.example.com"}]})`, field: "names"},
	}},
	{refusal.Invalid, "A name that does not have the form of its kind", "such as 192.0.2.7", []ask{
		{call: `requestEnrollment(input: {profileId: $laptops, seatId: "nina@example.com", names: [{kind: IP, value: "10.0.0"}]})`, field: "names.0.value"},
	}},
	{refusal.WrongMethod, "A request under a profile with enrollment codes", "profile with MANUAL_APPROVAL", []ask{
		{call: `requestEnrollment(input: {profileId: $codes, seatId: "nina@example.com"})`, field: "profileId"},
	}},
	{refusal.SeatHasCertificate, "A request for a seat that has its one certificate", "can be enrolled from", []ask{
		{call: `requestEnrollment(input: {profileId: $scanners, seatId: "scanner-2"})`},
	}},
	{refusal.InvalidCSR, "A text that is no CSR", "BEGIN CERTIFICATE REQUEST", []ask{
		{call: `requestEnrollment(input: {profileId: $servers, seatId: "www.example.com", csr: $certificateText})`, field: "csr"},
		{call: `requestEnrollment(input: {profileId: $servers, seatId: "www.example.com", csr: "please"})`, field: "csr"},
	}},
	{refusal.InvalidCSR, "Two CSRs in one text", "one request alone", []ask{
		{call: `requestEnrollment(input: {profileId: $servers, seatId: "www.example.com", csr: $twoCSRs})`, field: "csr"},
	}},
	{refusal.InvalidCSR, "A CSR that was cut off", "openssl req", []ask{
		{call: `requestEnrollment(input: {profileId: $servers, seatId: "www.example.com", csr: $brokenCSR})`, field: "csr"},
	}},
	{refusal.InvalidCSR, "A CSR that another key has signed", "make it anew", []ask{
		{call: `requestEnrollment(input: {profileId: $servers, seatId: "www.example.com", csr: $forgedCSR})`, field: "csr"},
	}},
	{refusal.KeyNotAllowed, "A CSR with a key of another kind", "the profile allows EC_P256. Make", []ask{
		{call: `requestEnrollment(input: {profileId: $servers, seatId: "www.example.com", csr: $rsaCSR})`, field: "csr"},
	}},
	{refusal.NameNotAllowed, "A CSR with a name of another kind", "Leave it out", []ask{
		{call: `requestEnrollment(input: {profileId: $servers, seatId: "www.example.com", csr: $mailCSR})`, field: "csr"},
	}},
	{refusal.NameNotAllowed, "A name of a kind that the profile does not allow", "Leave it out", []ask{
		{call: `requestEnrollment(input: {profileId: $printers, seatId: "printer-1", names: [{kind: URI, value: "urn:scanner:9"}]})`, field: "names"},
	}},
}

// decisionAttempts are about enrollments that exist.
var decisionAttempts = []attempt{
	{refusal.NotFound, "An enrollment that does not exist, or lies outside the token's business units", "enrollments", []ask{
		{call: `withdrawEnrollment(input: {id: $noEnrollment})`},
		{call: `approveEnrollment(input: {id: $noEnrollment})`},
		{by: carl, call: `approveEnrollment(input: {id: $withoutLicence})`},
		{call: `approveEnrollments(input: {ids: [$noEnrollment]})`},
		{call: `rejectEnrollment(input: {id: $noEnrollment, reason: "Unknown to me."})`},
		{call: `rejectEnrollments(input: {ids: [$noEnrollment], reason: "Unknown to me."})`},
		{call: `changeEnrollmentStatus(input: {id: $noEnrollment, status: IN_PROGRESS})`},
		{call: `addEnrollmentNote(input: {id: $noEnrollment, text: "Asked by phone."})`},
	}},
	{refusal.Invalid, "No reason", "1 to 1000 characters", []ask{
		{call: `rejectEnrollment(input: {id: $waiting, reason: " "})`, field: "reason"},
		{call: `rejectEnrollments(input: {ids: [$waiting], reason: ""})`, field: "reason"},
	}},
	{refusal.Invalid, "No text", "1 to 4000 characters", []ask{
		{call: `addEnrollmentNote(input: {id: $waiting, text: ""})`, field: "text"},
	}},
	{refusal.Invalid, "A comment that is too long", "0 to 1000", []ask{
		{call: `approveEnrollment(input: {id: $waiting, comment: $longText})`, field: "comment"},
		{call: `approveEnrollments(input: {ids: [$waiting], comment: $longText})`, field: "comment"},
		{call: `withdrawEnrollment(input: {id: $annas, comment: $longText})`, field: "comment"},
		{call: `changeEnrollmentStatus(input: {id: $waiting, status: IN_PROGRESS, comment: $longText})`, field: "comment"},
		{call: `deleteSeat(input: {id: $dora, comment: $longText})`, field: "comment"},
		{call: `deleteSeats(input: {ids: [$dora], comment: $longText})`, field: "comment"},
	}},
	{refusal.Invalid, "An empty list", "at least one", []ask{
		{call: `approveEnrollments(input: {ids: []})`, field: "ids"},
		{call: `rejectEnrollments(input: {ids: [], reason: "Unknown to me."})`, field: "ids"},
		{call: `deleteSeats(input: {ids: []})`, field: "ids"},
	}},
	{refusal.TooMany, "1,001 ids", "several calls", []ask{
		{call: `approveEnrollments(input: {ids: $manyIDs})`, field: "ids"},
		{call: `rejectEnrollments(input: {ids: $manyIDs, reason: "Unknown to me."})`, field: "ids"},
		{call: `deleteSeats(input: {ids: $manyIDs})`, field: "ids"},
	}},
	{refusal.Conflict, "A version of a request that somebody has changed since", "ead it again", []ask{
		{call: `changeEnrollmentStatus(input: {id: $waiting, status: IN_PROGRESS, expectedVersion: 7})`, field: "expectedVersion"},
	}},
	{refusal.InvalidState, "To approve a request that was rejected", "availableActions", []ask{
		{call: `approveEnrollment(input: {id: $rejected})`},
		{call: `approveEnrollments(input: {ids: [$rejected]})`},
	}},
	{refusal.InvalidState, "To reject a request that was rejected", "availableActions", []ask{
		{call: `rejectEnrollment(input: {id: $rejected, reason: "Unknown to me."})`},
		{call: `rejectEnrollments(input: {ids: [$rejected], reason: "Unknown to me."})`},
	}},
	{refusal.InvalidState, "To withdraw a request that was rejected", "availableActions", []ask{
		{by: rita, call: `withdrawEnrollment(input: {id: $rejected})`},
	}},
	{refusal.InvalidState, "To move a request that was rejected", "availableActions", []ask{
		{call: `changeEnrollmentStatus(input: {id: $rejected, status: IN_PROGRESS})`},
	}},
	{refusal.InvalidState, "To move a request to where it is", "nothing left to do", []ask{
		{call: `changeEnrollmentStatus(input: {id: $takenUp, status: IN_PROGRESS})`, field: "status"},
	}},
	{refusal.InvalidState, "A note on a request that was rejected", "availableActions", []ask{
		{call: `addEnrollmentNote(input: {id: $rejected, text: "Asked by phone."})`},
	}},
	{refusal.WrongMethod, "To approve an enrollment with a code", "availableActions", []ask{
		{call: `approveEnrollment(input: {id: $invited})`},
		{call: `approveEnrollments(input: {ids: [$invited]})`},
	}},
	{refusal.WrongMethod, "To reject an enrollment with a code", "availableActions", []ask{
		{call: `rejectEnrollment(input: {id: $invited, reason: "Unknown to me."})`},
		{call: `rejectEnrollments(input: {ids: [$invited], reason: "Unknown to me."})`},
	}},
	{refusal.WrongMethod, "To withdraw an enrollment with a code", "availableActions", []ask{
		{call: `withdrawEnrollment(input: {id: $invited})`},
	}},
	{refusal.WrongMethod, "To move an enrollment with a code", "availableActions", []ask{
		{call: `changeEnrollmentStatus(input: {id: $invited, status: IN_PROGRESS})`},
	}},
	{refusal.WrongMethod, "A note on an enrollment with a code", "availableActions", []ask{
		{call: `addEnrollmentNote(input: {id: $invited, text: "Asked by phone."})`},
	}},
	{refusal.OwnRequest, "To approve one's own request", "Another person", []ask{
		{call: `approveEnrollment(input: {id: $annas})`},
		{call: `approveEnrollments(input: {ids: [$annas]})`},
	}},
	{refusal.OwnRequest, "To approve a request for one's own e-mail address", "Another person", []ask{
		{call: `approveEnrollment(input: {id: $forAnna})`},
		{call: `approveEnrollments(input: {ids: [$forAnna]})`},
	}},
	{refusal.AlreadyDecided, "To approve twice", "Another person", []ask{
		{call: `approveEnrollment(input: {id: $halfApproved})`},
		{call: `approveEnrollments(input: {ids: [$halfApproved]})`},
	}},
	{refusal.NotRequester, "To withdraw somebody else's request", "can reject it", []ask{
		{call: `withdrawEnrollment(input: {id: $waiting})`},
	}},
	{refusal.Issuing, "An enrollment at which a certificate authority is at work", "when it has answered", []ask{
		{by: rita, call: `withdrawEnrollment(input: {id: $atTheCA})`},
		{call: `approveEnrollment(input: {id: $atTheCA})`},
		{call: `approveEnrollments(input: {ids: [$atTheCA]})`},
		{call: `rejectEnrollment(input: {id: $atTheCA, reason: "Unknown to me."})`},
		{call: `rejectEnrollments(input: {ids: [$atTheCA], reason: "Unknown to me."})`},
		{call: `changeEnrollmentStatus(input: {id: $atTheCA, status: IN_PROGRESS})`},
		{call: `addEnrollmentNote(input: {id: $atTheCA, text: "Asked by phone."})`},
	}},
	{refusal.NoSeatLeft, "The final approval for a new seat, where no licence is left", "Allocate more licences", []ask{
		{call: `approveEnrollment(input: {id: $withoutLicence})`},
		{call: `approveEnrollments(input: {ids: [$withoutLicence]})`},
	}},
	{refusal.SeatHasCertificate, "The final approval for a seat that has got its one certificate meanwhile", "can be enrolled from", []ask{
		{call: `approveEnrollment(input: {id: $forScanner})`},
		{call: `approveEnrollments(input: {ids: [$forScanner]})`},
	}},
}
