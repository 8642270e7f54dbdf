package graph_test

import "gatehouse/internal/refusal"

// profileAttempts are about certificate profiles.
var profileAttempts = []attempt{
	{refusal.NotFound, "A certificate profile that does not exist, or lies outside the token's business units", "certificateProfiles", []ask{
		{call: `updateCertificateProfile(input: {id: $noProfile, name: "VPN"})`, field: "id"},
		{by: carl, call: `updateCertificateProfile(input: {id: $salesLaptops, name: "VPN"})`, field: "id"},
		{call: `archiveCertificateProfile(input: {id: $noProfile})`, field: "id"},
		{call: `requestEnrollment(input: {profileId: $noProfile, seatId: "nina@example.com"})`, field: "profileId"},
		{by: carl, call: `requestEnrollment(input: {profileId: $salesLaptops, seatId: "nina@example.com"})`, field: "profileId"},
		{call: `enrollSeat(input: {id: $dora, profileId: $noProfile})`, field: "profileId"},
		{call: `enrollSeats(input: {profileId: $noProfile, seats: [{id: $dora}]})`, field: "profileId"},
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: CREATE_OR_UPDATE, profileId: $noProfile, csv: "seat_id\nnina@example.com\n"})`, field: "profileId"},
	}},
	{refusal.Invalid, "A number outside its limits", "6 to 32", []ask{
		{call: `createCertificateProfile(input: {businessUnitId: $research, name: "VPN", seatType: USER, caType: PRIVATE, authenticationMethod: ENROLLMENT_CODE, enrollmentMethod: CSR, codeLength: 4})`, field: "codeLength"},
		{call: `updateCertificateProfile(input: {id: $codes, codeLength: 4})`, field: "codeLength"},
	}},
	{refusal.Invalid, "A length of time outside its limits", "PT1M to P366D", []ask{
		{call: `updateCertificateProfile(input: {id: $codes, expiry: "PT5S"})`, field: "expiry"},
	}},
	{refusal.Invalid, "A subject template with an unknown placeholder", "{seat.name}", []ask{
		{call: `updateCertificateProfile(input: {id: $codes, subjectTemplate: "CN={name}"})`, field: "subjectTemplate"},
	}},
	{refusal.Invalid, "A subject template with an unknown attribute", "are allowed", []ask{
		{call: `updateCertificateProfile(input: {id: $codes, subjectTemplate: "CN={seat.name}, Firma=Example"})`, field: "subjectTemplate"},
	}},
	{refusal.Invalid, "Requests without a login under enrollment codes", "MANUAL_APPROVAL only", []ask{
		{call: `updateCertificateProfile(input: {id: $codes, openRequests: true})`, field: "openRequests"},
	}},
	{refusal.Duplicate, "A name that another profile of the business unit has", "choose another name", []ask{
		{call: `createCertificateProfile(input: {businessUnitId: $research, name: "Mail", seatType: USER, caType: PRIVATE, authenticationMethod: ENROLLMENT_CODE, enrollmentMethod: CSR})`, field: "name"},
		{call: `updateCertificateProfile(input: {id: $laptops, name: "Mail"})`, field: "name"},
	}},
	{refusal.Conflict, "A version of a profile that somebody has changed since", "read it again", []ask{
		{call: `updateCertificateProfile(input: {id: $laptops, name: "VPN", expectedVersion: 7})`, field: "expectedVersion"},
		{call: `archiveCertificateProfile(input: {id: $laptops, expectedVersion: 7})`, field: "expectedVersion"},
	}},
	{refusal.WrongSeatType, "A profile for seats that are not enrolled", "a profile is for USER", []ask{
		{call: `createCertificateProfile(input: {businessUnitId: $research, name: "VPN", seatType: DISCOVERY, caType: PRIVATE, authenticationMethod: ENROLLMENT_CODE, enrollmentMethod: CSR})`, field: "seatType"},
	}},
	{refusal.ProfileArchived, "To change an archived profile", "make a new one", []ask{
		{call: `updateCertificateProfile(input: {id: $oldCodes, validity: "P30D"})`},
		{call: `archiveCertificateProfile(input: {id: $oldCodes})`},
	}},
}
