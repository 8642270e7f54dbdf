package graph_test

import "gatehouse/internal/refusal"

// unitAttempts are about business units.
var unitAttempts = []attempt{
	{refusal.NotFound, "A business unit that does not exist, was deleted, or lies outside the token's", "businessUnits", []ask{
		{call: `updateBusinessUnit(input: {id: $noUnit, name: "Research EU"})`, field: "id"},
		{call: `updateBusinessUnit(input: {id: $closed, name: "Open again"})`, field: "id"},
		{by: carl, call: `updateBusinessUnit(input: {id: $sales, name: "Ours"})`, field: "id"},
		{call: `deleteBusinessUnit(input: {id: $noUnit})`, field: "id"},
		{call: `allocateSeats(input: {businessUnitId: $noUnit, seatType: USER, allocated: 5})`, field: "businessUnitId"},
		{by: carl, call: `allocateSeats(input: {businessUnitId: $sales, seatType: USER, allocated: 5})`, field: "businessUnitId"},
		{call: `createCertificateProfile(input: {businessUnitId: $noUnit, name: "VPN", seatType: USER, caType: PRIVATE, authenticationMethod: MANUAL_APPROVAL, enrollmentMethod: CSR})`, field: "businessUnitId"},
		{call: `createSeat(input: {businessUnitId: $noUnit, seatType: USER, seatId: "nina@example.com"})`, field: "businessUnitId"},
		{by: carl, call: `createSeat(input: {businessUnitId: $sales, seatType: USER, seatId: "nina@example.com"})`, field: "businessUnitId"},
		{call: `createSeats(input: {businessUnitId: $noUnit, seatType: USER, seats: [{seatId: "nina@example.com"}]})`, field: "businessUnitId"},
		{call: `importSeats(input: {businessUnitId: $noUnit, seatType: USER, operation: CREATE_OR_UPDATE, csv: "seat_id\nnina@example.com\n"})`, field: "businessUnitId"},
	}},
	{refusal.Invalid, "A key with capital letters or spaces", `"research-eu"`, []ask{
		{call: `createBusinessUnit(input: {key: "Research EU", name: "Research EU"})`, field: "key"},
	}},
	{refusal.Invalid, "A name that is empty", "1 to 255 characters", []ask{
		{call: `createBusinessUnit(input: {key: "research-eu", name: " "})`, field: "name"},
		{call: `updateBusinessUnit(input: {id: $research, name: ""})`, field: "name"},
		{call: `createCertificateProfile(input: {businessUnitId: $research, name: "", seatType: USER, caType: PRIVATE, authenticationMethod: MANUAL_APPROVAL, enrollmentMethod: CSR})`, field: "name"},
		{call: `updateCertificateProfile(input: {id: $laptops, name: ""})`, field: "name"},
	}},
	{refusal.Invalid, "A line break in a name", "leave it out", []ask{
		{call: `createBusinessUnit(input: {key: "research-eu", name: "Research\nEU"})`, field: "name"},
		{call: `updateBusinessUnit(input: {id: $research, name: "Research\nEU"})`, field: "name"},
	}},
	{refusal.Invalid, "An e-mail address with the person's name around it", "the address alone", []ask{
		{call: `createBusinessUnit(input: {key: "research-eu", name: "Research EU", approverEmails: ["Anna <anna@example.com>"]})`, field: "approverEmails.0"},
		{call: `updateBusinessUnit(input: {id: $research, managerEmails: ["ben@example.com", "Anna <anna@example.com>"]})`, field: "managerEmails.1"},
		{call: `createSeat(input: {businessUnitId: $research, seatType: USER, seatId: "anna", email: "Anna <anna@example.com>"})`, field: "email"},
		{call: `createSeats(input: {businessUnitId: $research, seatType: USER, seats: [{seatId: "anna", email: "Anna <anna@example.com>"}]})`, field: "seats.0.email"},
		{call: `requestEnrollment(input: {profileId: $laptops, seatId: "anna", email: "Anna <anna@example.com>"})`, field: "email"},
	}},
	{refusal.Invalid, "An address that stands twice", "twice", []ask{
		{call: `updateBusinessUnit(input: {id: $research, approverEmails: ["ben@example.com", "Ben@example.com"]})`, field: "approverEmails.1"},
	}},
	{refusal.Duplicate, "A key that another business unit has", "Choose another", []ask{
		{call: `createBusinessUnit(input: {key: "research", name: "Research"})`, field: "key"},
	}},
	{refusal.Duplicate, "A key that a deleted business unit had", "Choose another", []ask{
		{call: `createBusinessUnit(input: {key: "closed", name: "Closed"})`, field: "key"},
	}},
	{refusal.Conflict, "A version that somebody has changed since", "read it again", []ask{
		{call: `updateBusinessUnit(input: {id: $research, name: "Research EU", expectedVersion: 7})`, field: "expectedVersion"},
		{call: `deleteBusinessUnit(input: {id: $research, expectedVersion: 7})`, field: "expectedVersion"},
	}},
	{refusal.BusinessUnitIsDefault, "To delete the default business unit", "renamed", []ask{
		{call: `deleteBusinessUnit(input: {id: $defaultUnit})`},
	}},
	{refusal.BusinessUnitNotEmpty, "To delete a business unit that is in use", "allocate 0", []ask{
		{call: `deleteBusinessUnit(input: {id: $research})`},
	}},
}

// licenceAttempts are about what was purchased and what is allocated.
var licenceAttempts = []attempt{
	{refusal.Invalid, "Neither a figure nor unlimited", "unlimited: true", []ask{
		{call: `setPurchasedSeats(input: {seatType: SERVER})`, field: "purchased"},
	}},
	{refusal.Invalid, "A figure and unlimited", "one of the two", []ask{
		{call: `setPurchasedSeats(input: {seatType: SERVER, purchased: 100, unlimited: true})`, field: "unlimited"},
	}},
	{refusal.Invalid, "To purchase a figure below 0", "0 to 2000000000 licences", []ask{
		{call: `setPurchasedSeats(input: {seatType: SERVER, purchased: -1})`, field: "purchased"},
	}},
	{refusal.Invalid, "To allocate a figure below 0", "0 to 2000000000", []ask{
		{call: `allocateSeats(input: {businessUnitId: $research, seatType: SERVER, allocated: -1})`, field: "allocated"},
	}},
	{refusal.NoLicenceLeft, "To purchase less than is allocated", "lower their allocations first", []ask{
		{call: `setPurchasedSeats(input: {seatType: SERVER, purchased: 5})`, field: "purchased"},
	}},
	{refusal.NoLicenceLeft, "To allocate more than the account has", "Purchase more", []ask{
		{call: `allocateSeats(input: {businessUnitId: $research, seatType: SERVER, allocated: 20})`, field: "allocated"},
	}},
	{refusal.NoLicenceLeft, "The same, with a token that names some business units", "Ask for fewer", []ask{
		{by: carl, call: `allocateSeats(input: {businessUnitId: $research, seatType: SERVER, allocated: 20})`, field: "allocated"},
	}},
	{refusal.SeatsInTheWay, "To allocate less than the seats that exist", "allocate at least 6", []ask{
		{call: `allocateSeats(input: {businessUnitId: $research, seatType: SERVER, allocated: 0})`, field: "allocated"},
	}},
	{refusal.Conflict, "To purchase with a version that somebody has changed since", "read them again", []ask{
		{call: `setPurchasedSeats(input: {seatType: SERVER, purchased: 50, expectedVersion: 7})`, field: "expectedVersion"},
	}},
	{refusal.Conflict, "To allocate with a version that somebody has changed since", "read them again", []ask{
		{call: `allocateSeats(input: {businessUnitId: $research, seatType: SERVER, allocated: 7, expectedVersion: 7})`, field: "expectedVersion"},
	}},
	{refusal.Conflict, "The version of an allocation that was never made", "leave expectedVersion out", []ask{
		{call: `allocateSeats(input: {businessUnitId: $sales, seatType: SERVER, allocated: 1, expectedVersion: 1})`, field: "expectedVersion"},
	}},
}
