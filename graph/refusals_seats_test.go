package graph_test

import "gatehouse/internal/refusal"

// seatAttempts are about making, changing and deleting seats.
var seatAttempts = []attempt{
	{refusal.NotFound, "A seat that does not exist, or lies outside the token's business units", "seats", []ask{
		{call: `updateSeat(input: {id: $noSeat, name: "Dora Example"})`, field: "id"},
		{by: carl, call: `updateSeat(input: {id: $soldout, name: "Dora Example"})`, field: "id"},
		{call: `deleteSeat(input: {id: $noSeat})`},
		{by: carl, call: `deleteSeat(input: {id: $soldout})`},
		{call: `deleteSeats(input: {ids: [$noSeat]})`},
		{call: `enrollSeat(input: {id: $noSeat, profileId: $codes})`, field: "id"},
		{call: `enrollSeats(input: {profileId: $codes, seats: [{id: $noSeat}]})`, field: "seats.0.id"},
	}},
	{refusal.Invalid, "A phone number of a thing", "Leave it out", []ask{
		{call: `createSeat(input: {businessUnitId: $research, seatType: DEVICE, seatId: "scanner-9", phone: "+49 30 1234"})`, field: "phone"},
		{call: `createSeats(input: {businessUnitId: $research, seatType: DEVICE, seats: [{seatId: "scanner-9", phone: "+49 30 1234"}]})`, field: "seats.0.phone"},
		{call: `updateSeat(input: {id: $scanner1, phone: "+49 30 1234"})`, field: "phone"},
		{call: `importSeats(input: {businessUnitId: $research, seatType: DEVICE, operation: CREATE_OR_UPDATE, csv: "seat_id,phone\nscanner-9,+49 30 1234\n"})`, field: "csv.2.phone"},
	}},
	{refusal.Invalid, "A text that is no e-mail address", "such as ada@example.com", []ask{
		{call: `updateSeat(input: {id: $dora, email: "dora"})`, field: "email"},
		{call: `enrollSeat(input: {id: $dora, profileId: $moreCodes, email: "dora"})`, field: "email"},
		{call: `enrollSeats(input: {profileId: $moreCodes, seats: [{id: $dora, email: "dora"}]})`, field: "seats.0.email"},
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: CREATE_OR_UPDATE, csv: "seat_id,email\nnina@example.com,dora\n"})`, field: "csv.2.email"},
	}},
	{refusal.Duplicate, "A seatId that a live seat of the type has", "Take another seatId", []ask{
		{call: `createSeat(input: {businessUnitId: $research, seatType: USER, seatId: "dora@example.com"})`, field: "seatId"},
		{call: `createSeats(input: {businessUnitId: $research, seatType: USER, seats: [{seatId: "dora@example.com"}]})`, field: "seats.0.seatId"},
	}},
	{refusal.Duplicate, "A seatId that stands twice in the input", "leave it out", []ask{
		{call: `createSeats(input: {businessUnitId: $research, seatType: USER, seats: [{seatId: "olga@example.com"}, {seatId: "Olga@Example.com"}]})`, field: "seats.1.seatId"},
	}},
	{refusal.Conflict, "A version of a seat that somebody has changed since", "ead it again", []ask{
		{call: `updateSeat(input: {id: $dora, name: "Dora Example", expectedVersion: 7})`, field: "expectedVersion"},
		{call: `deleteSeat(input: {id: $dora, expectedVersion: 7})`, field: "expectedVersion"},
	}},
	{refusal.NoSeatLeft, "A new seat, where no licence is left", "Allocate more licences", []ask{
		{call: `createSeat(input: {businessUnitId: $sales, seatType: USER, seatId: "nina@example.com"})`},
		{call: `createSeats(input: {businessUnitId: $sales, seatType: USER, seats: [{seatId: "nina@example.com"}]})`},
		{call: `importSeats(input: {businessUnitId: $sales, seatType: USER, operation: CREATE_OR_UPDATE, csv: "seat_id\nnina@example.com\n"})`, field: "csv.2"},
	}},
	{refusal.SeatDeleted, "To change a seat that was deleted", "Create it anew", []ask{
		{call: `updateSeat(input: {id: $gone, name: "Dora Example"})`},
	}},
	{refusal.SeatDeleted, "To delete a seat twice", "nothing left to do", []ask{
		{call: `deleteSeat(input: {id: $gone})`},
		{call: `deleteSeats(input: {ids: [$gone]})`},
	}},
	{refusal.WrongSeatType, "To create a seat that comes from discovery only", "by importing or discovering", []ask{
		{call: `createSeat(input: {businessUnitId: $research, seatType: DISCOVERY, seatId: "10.0.0.7:443"})`, field: "seatType"},
		{call: `createSeats(input: {businessUnitId: $research, seatType: DISCOVERY, seats: [{seatId: "10.0.0.7:443"}]})`, field: "seatType"},
		{call: `importSeats(input: {businessUnitId: $research, seatType: DISCOVERY, operation: CREATE_OR_UPDATE, csv: "seat_id\n10.0.0.7:443\n"})`, field: "csv.2"},
	}},
	{refusal.Issuing, "To delete a seat while a certificate authority is at work for it", "when it has answered", []ask{
		{call: `deleteSeat(input: {id: $frida})`},
		{call: `deleteSeats(input: {ids: [$frida]})`},
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: DELETE, csv: "seat_id\nfrida@example.com\n"})`, field: "csv.2"},
	}},
	{refusal.RevokePermissionMissing, "To delete a seat and revoke its certificates, by somebody who may not revoke", "REVOKE_CERTIFICATES", []ask{
		{by: sofia, call: `deleteSeat(input: {id: $scanner1, revokeCertificates: true})`},
		{by: sofia, call: `deleteSeats(input: {ids: [$scanner1], revokeCertificates: true})`},
		{by: sofia, call: `importSeats(input: {businessUnitId: $research, seatType: DEVICE, operation: DELETE, csv: "seat_id\nscanner-1\n"})`, field: "csv.2"},
	}},
	{refusal.TooMany, "1,001 new seats", "several calls", []ask{
		{call: `createSeats(input: {businessUnitId: $research, seatType: USER, seats: $manySeats})`, field: "seats"},
	}},
}

// enrollAttempts are about inviting seats with a code.
var enrollAttempts = []attempt{
	{refusal.Invalid, "A code that does not fit the profile", "leave it out", []ask{
		{call: `enrollSeat(input: {id: $dora, profileId: $codes, code: "1234"})`, field: "code"},
		{call: `enrollSeats(input: {profileId: $codes, seats: [{id: $dora, code: "1234"}]})`, field: "seats.0.code"},
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: CREATE_OR_UPDATE, profileId: $codes, csv: "seat_id,enrollment_code\ndora@example.com,1234\n"})`, field: "csv.2.enrollment_code"},
	}},
	{refusal.Invalid, "A code that has ended already", "leave it out", []ask{
		{call: `enrollSeat(input: {id: $dora, profileId: $codes, expiresAt: "2026-01-01T00:00:00Z"})`, field: "expiresAt"},
		{call: `enrollSeats(input: {profileId: $codes, seats: [{id: $dora}], expiresAt: "2026-01-01T00:00:00Z"})`, field: "expiresAt"},
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: CREATE_OR_UPDATE, profileId: $codes, expiresAt: "2026-01-01T00:00:00Z", csv: "seat_id\ndora@example.com\n"})`, field: "expiresAt"},
	}},
	{refusal.Invalid, "A code that nobody would learn of: made under a public CA, and not mailed", "Give a code", []ask{
		{call: `enrollSeat(input: {id: $dora, profileId: $publicCodes})`, field: "code"},
		{call: `enrollSeats(input: {profileId: $publicCodes, seats: [{id: $dora}]})`, field: "seats.0.code"},
	}},
	{refusal.Invalid, "A profile of another business unit", "choose a profile of Research", []ask{
		{call: `enrollSeat(input: {id: $dora, profileId: $salesCodes})`, field: "profileId"},
	}},
	{refusal.Duplicate, "A seat that stands twice in the input", "leave it out", []ask{
		{call: `enrollSeats(input: {profileId: $publicCodes, seats: [{id: $emil, code: "ABCDEFGHJKMN"}, {id: $emil}]})`, field: "seats.1.id"},
	}},
	{refusal.WrongMethod, "To enroll a seat under a profile with approvals", "profile with ENROLLMENT_CODE", []ask{
		{call: `enrollSeat(input: {id: $dora, profileId: $laptops})`, field: "profileId"},
		{call: `enrollSeats(input: {profileId: $laptops, seats: [{id: $dora}]})`, field: "profileId"},
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: CREATE_OR_UPDATE, profileId: $laptops, csv: "seat_id\ndora@example.com\n"})`, field: "profileId"},
	}},
	{refusal.WrongSeatType, "A profile for seats of another type", "choose a profile for USER seats", []ask{
		{call: `enrollSeat(input: {id: $dora, profileId: $deviceCodes})`, field: "profileId"},
		{call: `enrollSeats(input: {profileId: $deviceCodes, seats: [{id: $dora}]})`, field: "profileId"},
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: CREATE_OR_UPDATE, profileId: $deviceCodes, csv: "seat_id\ndora@example.com\n"})`, field: "profileId"},
	}},
	{refusal.WrongSeatType, "To enroll a seat of a type that is not enrolled", "availableActions", []ask{
		{call: `enrollSeat(input: {id: $wwwexamplecom, profileId: $codes})`},
		{call: `enrollSeats(input: {profileId: $codes, seats: [{id: $wwwexamplecom}]})`},
	}},
	{refusal.ProfileArchived, "To enroll or request under an archived profile", "Choose another", []ask{
		{call: `requestEnrollment(input: {profileId: $oldLaptops, seatId: "nina@example.com"})`, field: "profileId"},
		{call: `enrollSeat(input: {id: $dora, profileId: $oldCodes})`, field: "profileId"},
		{call: `enrollSeats(input: {profileId: $oldCodes, seats: [{id: $dora}]})`, field: "profileId"},
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: CREATE_OR_UPDATE, profileId: $oldCodes, csv: "seat_id\ndora@example.com\n"})`, field: "profileId"},
	}},
	{refusal.SeatDeleted, "To enroll a seat that was deleted", "Create it anew", []ask{
		{call: `enrollSeat(input: {id: $gone, profileId: $codes})`},
		{call: `enrollSeats(input: {profileId: $codes, seats: [{id: $gone}]})`},
	}},
	{refusal.ActiveEnrollmentExists, "To enroll a seat twice under one profile, or to ask twice for it", "Go on with that one", []ask{
		{call: `requestEnrollment(input: {profileId: $laptops, seatId: "Gustav@Example.com"})`},
		{call: `enrollSeat(input: {id: $emil, profileId: $codes})`},
		{call: `enrollSeats(input: {profileId: $codes, seats: [{id: $emil}]})`},
	}},
	{refusal.SeatHasCertificate, "To enroll a seat that has its one certificate", "can be enrolled from", []ask{
		{call: `enrollSeat(input: {id: $scanner2, profileId: $deviceCodes})`},
		{call: `enrollSeats(input: {profileId: $deviceCodes, seats: [{id: $scanner2}]})`},
		{call: `importSeats(input: {businessUnitId: $research, seatType: DEVICE, operation: CREATE_OR_UPDATE, profileId: $deviceCodes, csv: "seat_id\nscanner-2\n"})`, field: "csv.2"},
	}},
	{refusal.TooMany, "1,001 seats to enroll", "several calls", []ask{
		{call: `enrollSeats(input: {profileId: $codes, seats: $manySeatsToEnroll})`, field: "seats"},
	}},
}
