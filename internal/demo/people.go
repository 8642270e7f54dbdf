package demo

import (
	"fmt"
	"strings"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

// Issuer is who names the organisation's people: the development tokens of `dev`,
// so that whoever signs in there as Amara Okafor is the one of the audit log.
const Issuer = "gatehouse-dev"

// person is somebody of the organisation, as their token names them.
type person struct {
	name string
	role lifecycle.Role
	// units are the business units of their token; none means all.
	units []string
	// desk numbers them: it is the end of their address, and spreads what they do
	// over the afternoon.
	desk int
}

// The people whom GraphiQL's sign-in offers, one per role.
var (
	ada    = person{"Ada Byrne", lifecycle.Admin, nil, 1}
	emil   = person{"Emil Novak", lifecycle.EnrollmentManager, nil, 2}
	amara  = person{"Amara Okafor", lifecycle.Approver, nil, 3}
	sofia  = person{"Sofia Lind", lifecycle.SeatManager, nil, 4}
	pavel  = person{"Pavel Horak", lifecycle.ProfileManager, nil, 5}
	ines   = person{"Ines Duarte", lifecycle.ImportManager, nil, 6}
	olga   = person{"Olga Weber", lifecycle.Auditor, nil, 7}
	viktor = person{"Viktor Hahn", lifecycle.ViewOnly, nil, 8}
	rita   = person{"Rita Costa", lifecycle.Requester, nil, 9}
)

// signIn is those people.
var signIn = []person{ada, emil, amara, sofia, pavel, ines, olga, viktor, rita}

// Their colleagues, who see the business units that they work for.
var (
	kofi  = person{"Kofi Mensah", lifecycle.Approver, []string{"engineering", "data-centre"}, 11}
	lucas = person{"Lucas Moreau", lifecycle.Approver, []string{"finance", "human-resources", "legal"}, 12}
	mei   = person{"Mei Tanaka", lifecycle.Approver, []string{"retail-apac", "manufacturing"}, 13}
	priya = person{"Priya Nair", lifecycle.Approver, []string{"retail-emea", "research"}, 14}
	hugo  = person{"Hugo Martin", lifecycle.Requester, []string{"finance", "human-resources", "legal"}, 21}
	jonas = person{"Jonas Berg", lifecycle.Requester, []string{"engineering", "data-centre", "research"}, 22}
	leila = person{"Leila Haddad", lifecycle.Requester, []string{"retail-emea", "retail-apac"}, 23}
	nadia = person{"Nadia Petrov", lifecycle.Requester, []string{"manufacturing", "engineering"}, 24}
)

// subject is what the sign-in page makes of a name.
func (p person) subject() string { return slug(p.name) }

func (p person) email() string { return address(p.name) }

// viewer is who asks when the person does.
func (p person) viewer() viewer.Viewer {
	return viewer.New(Issuer, p.subject(), p.name, p.email(), []lifecycle.Role{p.role}, viewer.Units{All: len(p.units) == 0, Names: p.units})
}

// desktop is the address that the person's requests come from: one of those that
// RFC 5737 keeps for documentation.
func (p person) desktop() string { return fmt.Sprintf("192.0.2.%d", p.desk) }

// slug is a name in lower case with hyphens.
func slug(name string) string { return strings.ReplaceAll(strings.ToLower(name), " ", "-") }

// address is a name's e-mail address, in a domain that RFC 2606 keeps for examples.
func address(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), " ", ".") + "@example.com"
}
