package graph_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// The people of the office, with tokens for all business units unless said.

func anna() viewer.Viewer { return colleague("anna", "Anna Example", lifecycle.Admin) }
func ben() viewer.Viewer  { return colleague("ben", "Ben Example", lifecycle.Admin) }

// carl is an administrator of Research alone.
func carl() viewer.Viewer {
	return world.In(colleague("carl", "Carl Example", lifecycle.Admin), "research")
}

// sofia manages seats, and may not revoke certificates.
func sofia() viewer.Viewer { return colleague("sofia", "Sofia Example", lifecycle.SeatManager) }

// vera may look at things.
func vera() viewer.Viewer { return colleague("vera", "Vera Example", lifecycle.ViewOnly) }

// nobody has a token without a role.
func nobody() viewer.Viewer { return colleague("nora", "Nora Example") }

func colleague(subject, name string, roles ...lifecycle.Role) viewer.Viewer {
	return viewer.New(world.Issuer, subject, name, subject+"@example.com", roles, viewer.Units{All: true})
}

// office is the organisation in which every refusal is tried. Its things have
// names, by which the attempts speak of them as $name.
type office struct {
	*caller
	schema   *ast.Schema
	literals map[string]string
	texts    map[string]string
}

// newOffice fills a world with what the attempts need.
func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{caller: newCaller(t), schema: contract(t), literals: map[string]string{}, texts: map[string]string{}}
	for name, kind := range map[string]id.Kind{
		"noUnit": id.BusinessUnit, "noProfile": id.Profile, "noSeat": id.Seat, "noEnrollment": id.Enrollment,
	} {
		o.name(name, id.New(kind).String())
	}
	o.name("longText", strings.Repeat("x", 1001))
	o.name("longFile", "seat_id\n"+strings.Repeat("x\n", 5_001))
	o.literals["manyIDs"] = "[" + strings.Repeat(o.literals["noSeat"]+", ", 1001) + "]"
	o.literals["manySeats"] = "[" + strings.Repeat(`{seatId: "x"}, `, 1001) + "]"
	o.literals["manySeatsToEnroll"] = "[" + strings.Repeat("{id: "+o.literals["noSeat"]+"}, ", 1001) + "]"
	o.licences()
	o.profiles()
	o.csrs()
	o.requests()
	o.invitations()
	o.certificates()
	o.heldCertificates()
	o.kept()
	o.crowd()
	return o
}

// licences buys and allocates: Research has what it needs, Sales one licence,
// which its one seat has; of SERVER licences the account has ten.
func (o *office) licences() {
	o.Purchase(lifecycle.User, lifecycle.Device, lifecycle.CertificateManagement)
	ten := 10
	if p, err := o.Licences.SetPurchased(o.As(anna()), licence.SetPurchasedSeatsInput{SeatType: lifecycle.Server, Purchased: &ten}); err != nil || len(p.UserErrors) > 0 {
		o.t.Fatal(err, p)
	}
	research, sales := o.unit("research", "Research"), o.unit("sales", "Sales")
	o.name("defaultUnit", o.defaultUnit())
	o.unit("closed", "Closed")
	o.done(anna(), `deleteBusinessUnit(input: {id: $closed})`)
	for kind, n := range map[lifecycle.SeatType]int{lifecycle.User: 50, lifecycle.Device: 20, lifecycle.Server: 8, lifecycle.CertificateManagement: 1} {
		o.Allocate(research, kind, n)
	}
	o.Allocate(sales, lifecycle.User, 1)
	o.seats(research, lifecycle.User, "dora@example.com", "emil@example.com", "frida@example.com", "gone@example.com", "ghost@example.com",
		"olaf@example.com", "paula@example.com", "quirin@example.com", "rosa@example.com", "sven@example.com", "tilda@example.com", "udo@example.com", "vito@example.com", "wanda@example.com", "xenia@example.com", "yara@example.com", "otto@example.com")
	o.done(anna(), `deleteSeat(input: {id: $gone})`)
	o.done(anna(), `deleteSeat(input: {id: $ghost})`)
	o.seats(research, lifecycle.Device, "scanner-1", "scanner-2", "scanner-3", "scanner-4", "scanner-5", "scanner-6")
	o.seats(research, lifecycle.Server, "db-1", "db-2", "db-3", "db-4", "db-5", "db-6")
	o.seats(research, lifecycle.CertificateManagement, "www.example.com")
	o.seats(sales, lifecycle.User, "sold-out@example.com")
}

// profiles are those of Research for USER seats, unless said.
func (o *office) profiles() {
	code := func(in *profile.CreateCertificateProfileInput) {
		in.AuthenticationMethod, in.EnrollmentMethod = lifecycle.EnrollmentCode, lifecycle.CSR
	}
	device := func(in *profile.CreateCertificateProfileInput) { in.SeatType = lifecycle.Device }
	public := func(in *profile.CreateCertificateProfileInput) { in.CaType = lifecycle.Public }
	strict := func(in *profile.CreateCertificateProfileInput) {
		in.AllowedKeys, in.AllowedSans = []lifecycle.KeyKind{lifecycle.ECP256}, []lifecycle.SANKind{lifecycle.SANDNS}
	}
	research, sales := o.id("research"), o.id("sales")
	o.profile("laptops", research, "Laptops")
	o.profile("smartCards", research, "Smart cards", world.Approvals(2))
	o.profile("scanners", research, "Scanners", device)
	o.profile("printers", research, "Printers", device, func(in *profile.CreateCertificateProfileInput) { in.AllowedSans = nil })
	o.profile("servers", research, "Web servers", world.WithCSR, strict)
	o.profile("oldLaptops", sales, "Of 2019")
	o.profile("codes", research, "Mail", code)
	o.profile("moreCodes", research, "Signatures", code)
	o.profile("publicCodes", research, "Public mail", code, public)
	o.profile("deviceCodes", research, "Devices", code, device)
	o.profile("oldCodes", research, "Of 2019", code)
	o.profile("strictCodes", research, "Tokens", code, strict)
	o.profile("bygoneCodes", research, "Of 2020", code)
	o.profile("clients", research, "Clients", code, func(in *profile.CreateCertificateProfileInput) { in.EnrollmentMethod = lifecycle.SCEP })
	o.profile("scanningStations", research, "Scanning stations", device, world.WithCSR)
	o.profile("elsewhere", research, "From elsewhere", world.WithCSR, func(in *profile.CreateCertificateProfileInput) { in.Issuer = new(lifecycle.IssuerExternal) })
	o.profile("salesLaptops", sales, "Sales laptops")
	o.profile("salesCodes", sales, "Sales mail", code)
	for _, old := range []string{"oldLaptops", "oldCodes"} {
		if p, err := o.Profiles.Archive(o.As(anna()), profile.ArchiveCertificateProfileInput{ID: o.id(old)}); err != nil || len(p.UserErrors) > 0 {
			o.t.Fatal(err, p)
		}
	}
}

// requests are by Rita, unless said; Emil is invited.
func (o *office) requests() {
	ask := func(name, profile, seatID string, by viewer.Viewer) id.ID {
		e := o.Request(by, o.id(profile), seatID, func(in *inventory.RequestEnrollmentInput) {
			in.Email = nil
			if strings.Contains(seatID, "@") {
				in.Email = &seatID
			}
		})
		o.name(name, e.ID.String())
		return e.ID
	}
	ask("waiting", "laptops", "gustav@example.com", rita())
	ask("annas", "laptops", "hanna@example.com", anna())
	ask("forAnna", "laptops", "anna@example.com", rita())
	o.Approve(anna(), "Known to me.", ask("halfApproved", "smartCards", "ivan@example.com", rita()))
	o.Reject(ben(), "Left the company.", ask("rejected", "laptops", "jana@example.com", rita()))
	o.TakeUp(ben(), ask("takenUp", "laptops", "karl@example.com", rita()))
	ask("withoutLicence", "salesLaptops", "lena@example.com", rita())
	ask("forScanner", "scanners", "scanner-1", rita())
	o.past(`UPDATE enrollments SET issuance = 'REQUESTED', issuance_since = $2 WHERE id = $1`, ask("atTheCA", "laptops", "frida@example.com", rita()).UUID, o.Clock.Now())
	p, err := o.Inventory.EnrollSeat(o.As(anna()), inventory.EnrollSeatInput{ID: o.id("emil"), ProfileID: o.id("codes")})
	if err != nil || len(p.UserErrors) > 0 {
		o.t.Fatal(err, p)
	}
	o.name("invited", p.Enrollment.ID.String())
}

// done calls a mutation that must not be refused.
func (o *office) done(v viewer.Viewer, call string) {
	o.t.Helper()
	if errors := o.call(v, call); len(errors) > 0 {
		o.t.Fatalf("%s: %v", call, errors)
	}
}

// name gives a thing a name: what stands for it in a document is its JSON.
func (o *office) name(name string, value any) {
	literal, err := json.Marshal(value)
	if err != nil {
		o.t.Fatal(err)
	}
	o.literals[name] = string(literal)
	o.texts[name], _ = value.(string)
}

// id is the id of a thing with a name.
func (o *office) id(name string) id.ID {
	one, err := id.Parse(strings.Trim(o.literals[name], `"`))
	if err != nil {
		o.t.Fatalf("%s: %v", name, err)
	}
	return one
}

var variable = regexp.MustCompile(`\$\w+`)

// typed is a call as somebody types it, with the ids that stand for the names.
func (o *office) typed(call string) string {
	return variable.ReplaceAllStringFunc(call, func(name string) string {
		literal, known := o.literals[name[1:]]
		if !known {
			o.t.Errorf("The office has nothing called %s; give it that name in graph/refusals_office_test.go.", name)
		}
		return literal
	})
}

func (o *office) unit(key, name string) id.ID {
	p := o.data(anna(), `mutation($key: String!, $name: String!) { createBusinessUnit(input: {key: $key, name: $name}) { businessUnit { id } } }`, map[string]any{"key": key, "name": name})
	o.name(key, p["createBusinessUnit"].(map[string]any)["businessUnit"].(map[string]any)["id"])
	return o.id(key)
}

func (o *office) defaultUnit() string {
	for _, u := range o.data(anna(), `{ businessUnits { nodes { id isDefault } } }`, nil)["businessUnits"].(map[string]any)["nodes"].([]any) {
		if unit := u.(map[string]any); unit["isDefault"] == true {
			return unit["id"].(string)
		}
	}
	o.t.Fatal("there is no default business unit")
	return ""
}

// profile adds a profile under a name of its own in the office.
func (o *office) profile(name string, unit id.ID, title string, changes ...func(*profile.CreateCertificateProfileInput)) {
	o.name(name, o.Profile(unit, title, changes...).ID.String())
}

// seats adds seats, which are named after their seatIds: dora@example.com is
// $dora, scanner-1 is $scanner1.
func (o *office) seats(unit id.ID, t lifecycle.SeatType, seatIDs ...string) {
	for _, s := range seatIDs {
		p, err := o.Inventory.CreateSeat(o.As(anna()), inventory.CreateSeatInput{BusinessUnitID: unit, SeatType: t, SeatID: s})
		if err != nil || len(p.UserErrors) > 0 {
			o.t.Fatal(s, err, p)
		}
		first, _, _ := strings.Cut(s, "@")
		o.name(strings.NewReplacer("-", "", ".", "").Replace(first), p.Seat.ID.String())
	}
}

// past writes what no use case can bring about yet, or only slowly, without the
// triggers that ask for audit entries.
func (c *caller) past(statement string, args ...any) {
	c.t.Helper()
	tx, err := c.admin.BeginTx(c.t.Context(), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }() // after the commit there is nothing left to roll back
	for _, s := range []struct {
		statement string
		args      []any
	}{{"SET LOCAL session_replication_role = replica", nil}, {statement, args}} {
		if _, err := tx.ExecContext(c.t.Context(), s.statement, s.args...); err != nil {
			c.t.Fatal(fmt.Errorf("%s: %w", s.statement, err))
		}
	}
	if err := tx.Commit(); err != nil {
		c.t.Fatal(err)
	}
}
