package graph_test

import "gatehouse/internal/refusal"

// importAttempts are about files of seats.
var importAttempts = []attempt{
	{refusal.Forbidden, "A file that enrolls, by somebody who may not enroll", "ENROLLMENT_MANAGER", []ask{
		{by: sofia, call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: CREATE_OR_UPDATE, profileId: $codes, csv: "seat_id\nnina@example.com\n"})`, field: "profileId"},
	}},
	{refusal.NotFound, "To delete a seat_id that there never was", "mistyped", []ask{
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: DELETE, csv: "seat_id\nnobody@example.com\n"})`, field: "csv.2.seat_id"},
	}},
	{refusal.Invalid, "An empty file", "seat_id", []ask{
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: CREATE_OR_UPDATE, csv: ""})`, field: "csv"},
	}},
	{refusal.Invalid, "A file with the columns' names alone", "each line below the first is a seat", []ask{
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: CREATE_OR_UPDATE, csv: "seat_id,seat_name\n"})`, field: "csv"},
	}},
	{refusal.Invalid, "A file without the column seat_id", "seat_id", []ask{
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: CREATE_OR_UPDATE, csv: "seat_name,email\nNina Example,nina@example.com\n"})`, field: "csv"},
	}},
	{refusal.Invalid, "A file with a column that is not known", "seat_name", []ask{
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: CREATE_OR_UPDATE, csv: "seat_id,department\nnina@example.com,Sales\n"})`, field: "csv"},
	}},
	{refusal.Invalid, "A row with a cell too many", "double quotes", []ask{
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: CREATE_OR_UPDATE, csv: "seat_id,seat_name\nnina@example.com,Example, Nina\n"})`, field: "csv"},
	}},
	{refusal.Invalid, "A double quote that is never closed", "double quote", []ask{
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: CREATE_OR_UPDATE, csv: "seat_id,seat_name\nnina@example.com,\"Nina\n"})`, field: "csv"},
	}},
	{refusal.Invalid, "A row without a seat_id", "1 to 255 characters", []ask{
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: CREATE_OR_UPDATE, csv: "seat_id,seat_name\n,Nina Example\n"})`, field: "csv.2.seat_id"},
	}},
	{refusal.Invalid, "A row of an exported file that is about another seat type", "by themselves", []ask{
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: CREATE_OR_UPDATE, csv: "seat_id,seat_type\nscanner-9,DEVICE\n"})`, field: "csv.2.seat_type"},
	}},
	{refusal.Invalid, "A row of an exported file that is about another business unit", "by themselves", []ask{
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: CREATE_OR_UPDATE, csv: "seat_id,business_unit\nnina@example.com,sales\n"})`, field: "csv.2.business_unit"},
	}},
	{refusal.Invalid, "A time for codes without a profile to enroll under", "Name the profile", []ask{
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: CREATE_OR_UPDATE, expiresAt: "2026-12-24T00:00:00Z", csv: "seat_id\nnina@example.com\n"})`, field: "expiresAt"},
	}},
	{refusal.Invalid, "A file that deletes, with a profile to enroll under", "Leave the profile out", []ask{
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: DELETE, profileId: $codes, csv: "seat_id\ndora@example.com\n"})`, field: "profileId"},
	}},
	{refusal.Invalid, "A file under a profile of another business unit", "choose a profile of Research", []ask{
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: CREATE_OR_UPDATE, profileId: $salesCodes, csv: "seat_id\ndora@example.com\n"})`, field: "profileId"},
	}},
	{refusal.Duplicate, "A seat_id that stands twice in the file", "names each seat once", []ask{
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: CREATE_OR_UPDATE, dryRun: true, csv: "seat_id\ndora@example.com\nDora@example.com\n"})`, field: "csv.3.seat_id"},
	}},
	{refusal.TooMany, "5,001 rows", "gatehouse seats import", []ask{
		{call: `importSeats(input: {businessUnitId: $research, seatType: USER, operation: CREATE_OR_UPDATE, csv: $longFile})`, field: "csv"},
	}},
}
