package demo

import (
	"gatehouse/internal/businessunit"
	"gatehouse/internal/lifecycle"
)

// division is a business unit of the organisation.
type division struct {
	key, name           string
	approvers, managers []string
	// decide are who approves there, ask who requests.
	decide, ask []person
}

// divisions are the business units in the order in which they were made.
var divisions = []division{
	{"finance", "Finance", []string{lucas.email()}, []string{"finance-it@example.com"}, []person{lucas, amara, emil}, []person{hugo, rita}},
	{"human-resources", "Human Resources", []string{lucas.email()}, nil, []person{lucas, amara, emil}, []person{rita, hugo}},
	{"engineering", "Engineering", []string{kofi.email(), amara.email()}, []string{"platform@example.com"}, []person{kofi, amara, emil}, []person{jonas, nadia, rita}},
	{"data-centre", "Data Centre", []string{kofi.email()}, []string{"operations@example.com"}, []person{kofi, amara, emil}, []person{jonas, rita, emil}},
	{"retail-emea", "Retail EMEA", []string{priya.email()}, nil, []person{priya, amara, emil}, []person{leila, rita}},
	{"retail-apac", "Retail APAC", []string{mei.email()}, nil, []person{mei, amara, emil}, []person{leila, rita}},
	{"manufacturing", "Manufacturing", []string{mei.email()}, []string{"plant-it@example.com"}, []person{mei, amara, emil}, []person{nadia, rita}},
	{"research", "Research", nil, nil, []person{priya, amara, emil}, []person{jonas, rita}},
	{"legal", "Legal and Compliance", []string{lucas.email(), ada.email()}, nil, []person{lucas, amara, ada}, []person{hugo, rita}},
}

// newest is a business unit that was made the day before yesterday and has
// nothing yet. It is made last of all: where it is, the organisation is complete.
var newest = division{key: "field-services", name: "Field Services", managers: []string{"field-services@example.com"}}

// input is the division as it was asked for.
func (d division) input(key *string) businessunit.CreateBusinessUnitInput {
	return businessunit.CreateBusinessUnitInput{Key: d.key, Name: d.name, ApproverEmails: d.approvers, ManagerEmails: d.managers, IdempotencyKey: key}
}

// purchase is what the account bought of a seat type.
type purchase struct {
	seatType lifecycle.SeatType
	seats    int
}

var purchases = []purchase{
	{lifecycle.User, 4200}, {lifecycle.Device, 1900}, {lifecycle.Server, 900}, {lifecycle.Organization, 25},
	{lifecycle.CertificateManagement, 50}, {lifecycle.Unified, 250},
}

// stock is a business unit's licences of a seat type, and how many seats were
// made from them by hand; approvals make more.
type stock struct {
	unit             string
	seatType         lifecycle.SeatType
	allocated, seats int
}

// The stocks that the story speaks of by name.
var (
	laptops = stock{"engineering", lifecycle.Device, 500, 412}
	tills   = stock{"retail-emea", lifecycle.Device, 450, 356}
)

// stocks hold something for everybody: room, little room, and none (the
// organisations of Legal).
var stocks = []stock{
	{"finance", lifecycle.User, 320, 231},
	{"human-resources", lifecycle.User, 240, 164},
	{"engineering", lifecycle.User, 1000, 842},
	laptops,
	{"engineering", lifecycle.Server, 200, 121},
	{"data-centre", lifecycle.Server, 480, 318},
	{"data-centre", lifecycle.CertificateManagement, 40, 24},
	{"retail-emea", lifecycle.User, 800, 655},
	tills,
	{"retail-apac", lifecycle.User, 560, 437},
	{"manufacturing", lifecycle.User, 650, 588},
	{"manufacturing", lifecycle.Device, 500, 391},
	{"research", lifecycle.User, 260, 218},
	{"research", lifecycle.Server, 80, 38},
	{"research", lifecycle.Unified, 100, 52},
	{"legal", lifecycle.User, 70, 55},
	{"legal", lifecycle.Organization, 6, 6},
}
