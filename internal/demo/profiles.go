package demo

import (
	"slices"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/period"
	"gatehouse/internal/profile"
)

// offer is a certificate profile of the organisation, and how much it was asked for.
type offer struct {
	unit, name, about string
	seatType          lifecycle.SeatType
	ca                lifecycle.CAType
	method            lifecycle.AuthenticationMethod
	how               lifecycle.EnrollmentMethod
	// approvals are needed; a request ends after expiry days, an approved one
	// after pickup days.
	approvals, expiry, pickup int
	keys                      []lifecycle.KeyKind
	sans                      []lifecycle.SANKind
	// requests is how many there were, all of them before the day until.
	requests, until int
	// archived is the day on which it was; 0 when it was not.
	archived int
	// validity is how many days a certificate is valid; 0 means a year.
	validity int
}

// Kinds of keys and names that several offers allow.
var (
	curves   = []lifecycle.KeyKind{lifecycle.ECP256, lifecycle.ECP384}
	anyKey   = []lifecycle.KeyKind{lifecycle.RSA3072, lifecycle.RSA4096, lifecycle.ECP256, lifecycle.Ed25519}
	hostName = []lifecycle.SANKind{lifecycle.SANDNS}
	mailName = []lifecycle.SANKind{lifecycle.SANEmail}
)

// The words of the table, shortened.
const (
	private, public = lifecycle.Private, lifecycle.Public
	approval, code  = lifecycle.ManualApproval, lifecycle.EnrollmentCode
	csr, browser    = lifecycle.CSR, lifecycle.BrowserPKCS12
)

// The offers that the story speaks of by name.
var (
	// personnelFiles are enrolled by code, which somebody overlooks; renewed, too, since
	// they end after five weeks.
	personnelFiles = offer{"human-resources", "Personnel files", "Opens the personnel archive.", lifecycle.User, private, code, browser, 1, 10, 30, nil, nil, 0, 1, 0, 35}
	// managedLaptop has certificates that are revoked and put on hold.
	managedLaptop = offer{"engineering", "Managed laptop", "Wi-Fi for managed laptops.", lifecycle.Device, private, code, lifecycle.SCEP, 1, 30, 30, nil, nil, 0, 1, 0, 0}
	// oldGateway is archived on the way.
	oldGateway = offer{"engineering", "VPN (old gateway)", "Replaced by VPN.", lifecycle.User, private, approval, browser, 1, 10, 120, anyKey, mailName, 36, 92, 90, 0}
	// codeSigning gets a CSR that is none.
	codeSigning = offer{"engineering", "Code signing", "Signs what we ship; a second pair of eyes is required.", lifecycle.User, private, approval, csr, 2, 21, 90, curves, mailName, 76, 1, 0, 0}
	// storeWiFi takes requests from people without a login.
	storeWiFi = offer{"retail-emea", "Store Wi-Fi", "Staff Wi-Fi in stores.", lifecycle.User, private, approval, browser, 1, 10, 30, anyKey, mailName, 100, 1, 0, 0}
	// companySeal is asked for once more than there are licences.
	companySeal = offer{"legal", "Company seal", "Seals contracts in the name of a company.", lifecycle.Organization, public, approval, csr, 1, 30, 60, curves, nil, 4, 1, 0, 0}
)

// offers are all profiles, in the order in which they were made.
var offers = []offer{
	{"finance", "E-mail signing", "S/MIME for everybody who writes to banks; another authority issues it.", lifecycle.User, public, approval, csr, 1, 14, 90, anyKey, mailName, 100, 1, 0, 0},
	{"finance", "Payment release", "Signs payment files; three people must agree.", lifecycle.User, private, approval, csr, 3, 30, 60, curves, mailName, 48, 1, 0, 0},
	{"human-resources", "E-mail signing", "S/MIME for personnel matters; another authority issues it.", lifecycle.User, public, approval, csr, 1, 10, 60, anyKey, mailName, 80, 1, 0, 0},
	personnelFiles,
	{"engineering", "VPN", "Access from outside the offices.", lifecycle.User, private, approval, browser, 1, 10, 30, anyKey, mailName, 150, 1, 0, 0},
	oldGateway,
	codeSigning,
	{"engineering", "Build server TLS", "TLS between build machines.", lifecycle.Server, private, approval, csr, 1, 10, 14, anyKey, hostName, 72, 1, 0, 45},
	managedLaptop,
	{"data-centre", "Public web TLS", "What customers see; two approvals.", lifecycle.Server, public, approval, csr, 2, 14, 90, curves, hostName, 90, 1, 0, 0},
	{"data-centre", "Internal TLS", "TLS between services.", lifecycle.Server, private, approval, csr, 1, 14, 120, anyKey, hostName, 140, 1, 0, 0},
	{"data-centre", "Edge node TLS", "What the content network shows; codes go out by mail.", lifecycle.Server, public, code, csr, 1, 10, 30, nil, hostName, 0, 1, 0, 0},
	{"data-centre", "Server bootstrap", "The first certificate of a new server.", lifecycle.Server, private, code, lifecycle.EST, 1, 3, 30, nil, nil, 0, 1, 0, 0},
	{"retail-emea", "Till", "Tills talk to the back office with it.", lifecycle.Device, private, approval, csr, 1, 10, 90, anyKey, nil, 105, 1, 0, 0},
	storeWiFi,
	{"retail-apac", "Store Wi-Fi", "Staff Wi-Fi in stores.", lifecycle.User, private, approval, browser, 1, 10, 45, anyKey, mailName, 110, 1, 0, 0},
	{"manufacturing", "Line controller", "Controllers on the lines; two approvals, for safety.", lifecycle.Device, private, approval, csr, 2, 21, 120, anyKey, nil, 90, 1, 0, 0},
	{"manufacturing", "Shop floor terminal", "Shared terminals.", lifecycle.Device, private, code, csr, 1, 10, 30, anyKey, nil, 0, 1, 0, 0},
	{"research", "Laboratory badge", "Opens laboratories and instruments.", lifecycle.Unified, private, approval, browser, 1, 14, 60, anyKey, nil, 38, 1, 0, 0},
	{"research", "Cluster node", "TLS in the computing cluster.", lifecycle.Server, private, approval, csr, 1, 14, 60, anyKey, hostName, 27, 1, 0, 0},
	companySeal,
}

// slug names the offer in idempotency keys.
func (o offer) slug() string { return o.unit + "-" + slug(o.name) }

// stock is where the offer's seats come from.
func (o offer) stock() stock {
	return stocks[slices.IndexFunc(stocks, func(s stock) bool { return s.unit == o.unit && s.seatType == o.seatType })]
}

// division is the business unit of the offer.
func (o offer) division() division {
	return divisions[slices.IndexFunc(divisions, func(d division) bool { return d.key == o.unit })]
}

// input is the offer as it was asked for.
func (o offer) input(unit id.ID, key *string) profile.CreateCertificateProfileInput {
	expiry, pickup, mails := period.Period(o.expiry)*period.Day, period.Period(o.pickup)*period.Day, o.method == code && o.ca == public
	open := o.slug() == storeWiFi.slug()
	return profile.CreateCertificateProfileInput{
		BusinessUnitID: unit, Name: o.name, SeatType: o.seatType, CaType: o.ca, AuthenticationMethod: o.method, EnrollmentMethod: o.how,
		RuleChanges: profile.RuleChanges{
			Description: &o.about, ApprovalsRequired: &o.approvals, Expiry: &expiry, PickupTime: &pickup,
			AllowedKeys: o.keys, AllowedSans: o.sans, MailCode: &mails, OpenRequests: &open, Validity: o.lasts(),
		},
		IdempotencyKey: key,
	}
}

// lasts is the offer's validity as a rule of its profile; nil leaves the usual one.
func (o offer) lasts() *period.Period {
	if o.validity == 0 {
		return nil
	}
	validity := period.Period(o.validity) * period.Day
	return &validity
}
