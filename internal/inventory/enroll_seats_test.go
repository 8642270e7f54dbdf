package inventory_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/period"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// byCode makes a profile with enrollment codes for USER seats, under a private CA;
// the changes make it another.
func (w *world) byCode(changes ...func(*profile.CreateCertificateProfileInput)) id.ID {
	w.t.Helper()
	in := profile.CreateCertificateProfileInput{
		BusinessUnitID: w.unit, Name: fmt.Sprintf("Codes %d", profileNumber.Add(1)), SeatType: lifecycle.User, CaType: lifecycle.Private,
		AuthenticationMethod: lifecycle.EnrollmentCode, EnrollmentMethod: lifecycle.CSR,
	}
	for _, change := range changes {
		change(&in)
	}
	p, err := w.Profiles.Create(w.as(boss), in)
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	return p.CertificateProfile.ID
}

// The ways in which a profile differs.
func public(in *profile.CreateCertificateProfileInput)    { in.CaType = lifecycle.Public }
func mailsCode(in *profile.CreateCertificateProfileInput) { in.MailCode = ptr(true) }
func sixDigits(in *profile.CreateCertificateProfileInput) {
	in.CodeLength, in.CodeAlphabet = ptr(6), ptr(lifecycle.Digits)
}
func of(kind lifecycle.SeatType) func(*profile.CreateCertificateProfileInput) {
	return func(in *profile.CreateCertificateProfileInput) { in.SeatType = kind }
}
func redeemedBy(method lifecycle.EnrollmentMethod) func(*profile.CreateCertificateProfileInput) {
	return func(in *profile.CreateCertificateProfileInput) { in.EnrollmentMethod = method }
}

// enroll enrolls a seat and expects a yes.
func (w *world) enroll(s *inventory.Seat, under id.ID) *inventory.EnrollSeatPayload {
	w.t.Helper()
	p, err := w.Inventory.EnrollSeat(w.as(manager), inventory.EnrollSeatInput{ID: s.ID, ProfileID: under})
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	return p
}

// secretsOf are the code and the secret of the link that are kept with an enrollment.
func (w *world) secretsOf(e id.ID) (code, secret string) {
	w.t.Helper()
	var codeCipher, tokenCipher []byte
	granted(w.t, w.admin.QueryRow(`SELECT code_cipher, token_cipher FROM enrollments WHERE id = $1`, e.UUID).Scan(&codeCipher, &tokenCipher))
	code, err := w.keys.Open(codeCipher, e.UUID, "code_cipher")
	granted(w.t, err)
	secret, err = w.keys.Open(tokenCipher, e.UUID, "token_cipher")
	granted(w.t, err)
	return code, secret
}

// invitations are whom an enrollment's invitation waits for in the queue.
func (w *world) invitations(e id.ID) (to string) {
	w.t.Helper()
	granted(w.t, w.admin.QueryRow(`SELECT coalesce(string_agg(recipient, ','), '') FROM mails WHERE enrollment_id = $1 AND kind = 'INVITATION' AND status = 'QUEUED'`, e.UUID).Scan(&to))
	return to
}

func TestEnrollingASeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	s, under := w.ada(), w.byCode(func(in *profile.CreateCertificateProfileInput) { in.Expiry = ptr(3 * period.Day) })
	p := w.enroll(s, under)
	e := p.Enrollment
	if p.Code == nil || !regexp.MustCompile(`^[A-HJKMNP-Z2-9]{12}$`).MatchString(*p.Code) {
		t.Fatalf("the code is %v", p.Code)
	}
	if code, secret := w.secretsOf(e.ID); code != *p.Code || len(secret) != 22 {
		t.Errorf("kept are a code of %d characters that is the one shown: %v, and a secret of %d", len(code), code == *p.Code, len(secret))
	}
	if e.Status != lifecycle.Created || !e.ExpiresAt.Equal(morning.Add(3*day)) || e.SeatID != "ada" || e.Name != "Ada Lovelace" || e.Email != "ada@example.org" ||
		e.ApprovalsRequired != 0 || e.Requester() == nil || e.Requester().Subject != "manager" || e.Round != 1 {
		t.Errorf("the enrollment is %+v", e)
	}
	if names, err := e.RequestedNames(); err != nil || names != nil {
		t.Errorf("it asks for names: %v, %v", names, err)
	}
	if p.Seat.Status != lifecycle.SeatEnrolled || p.Seat.ID != s.ID || p.Replayed {
		t.Errorf("the seat is %+v", p.Seat)
	}
	if to := w.invitations(e.ID); to != "ada@example.org" {
		t.Errorf("invited is %q", to)
	}
	if w.entries(e.ID, audit.Enroll, audit.Success) != 1 || w.count(`SELECT count(*) FROM audit_entries WHERE action = 'ENROLL'`) != 1 {
		t.Error("want one entry, about the enrollment")
	}
	if told := w.told(e.ID, audit.Enroll); told["status"] != " > CREATED" || told["seat"] != " > "+s.ID.String() || told["profile"] != " > "+under.String() {
		t.Errorf("the entry tells %v", told)
	}
	// Enrolling takes no licence: the seat has one, and it was the only one.
	if w.count(`SELECT count(*) FROM seat_allocations WHERE business_unit_id = $1 AND seat_type = 'USER' AND allocated = 1 AND created = 1 AND consumed = 0`, w.unit.UUID) != 1 {
		t.Error("the licences are not as they were")
	}
	// Under another profile the seat is enrolled beside it.
	if again := w.enroll(s, w.byCode()); again.Seat.Status != lifecycle.SeatEnrolled || *again.Code == *p.Code {
		t.Errorf("under another profile: %+v", again)
	}
	w.honest()
}

func TestACodeThatIsGiven(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	s, digits := w.ada(), w.byCode(sixDigits)
	for _, c := range []struct {
		under       id.ID
		given, kept string
		shown       bool
	}{
		{digits, " 012345 ", "012345", true},
		{w.byCode(), "k7qx2mabcdef", "K7QX2MABCDEF", true},
		{w.byCode(public), "K7QX2MABCDEF", "K7QX2MABCDEF", false},
	} {
		p, err := w.Inventory.EnrollSeat(w.as(manager), inventory.EnrollSeatInput{ID: s.ID, ProfileID: c.under, Code: &c.given})
		granted(t, err)
		granted(t, nil, p.UserErrors...)
		if kept, _ := w.secretsOf(p.Enrollment.ID); kept != c.kept {
			t.Errorf("%q is kept as %q; want %q", c.given, kept, c.kept)
		}
		if (p.Code != nil) != c.shown || c.shown && *p.Code != c.kept {
			t.Errorf("%q is shown as %v", c.given, p.Code)
		}
	}
	w.honest()
}

// A code that is made has to reach somebody: the caller under a private CA, the
// invited person's mailbox under a public one.
func TestACodeThatNobodyWouldLearnOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	with, without := w.ada(), w.seat(lifecycle.User, "ben")
	for _, c := range []struct {
		name  string
		under id.ID
		seat  *inventory.Seat
		code  *string
		email *string
		says  string // empty: enrolled
		to    string
		shown bool
		link  bool
	}{
		{"private, mailed", w.byCode(mailsCode), with, nil, nil, "", "ada@example.org", true, true},
		{"private, no address", w.byCode(), without, nil, nil, "", "", true, true},
		{"private, another address", w.byCode(), with, nil, ptr("home@example.org"), "", "home@example.org", true, true},
		{"private, an empty address, which is none", w.byCode(), with, nil, ptr(" "), "", "ada@example.org", true, true},
		{"private, SCEP, which mails nothing", w.byCode(redeemedBy(lifecycle.SCEP)), with, nil, ptr("home@example.org"), "", "", true, true},
		{"private, ACME", w.byCode(redeemedBy(lifecycle.ACME)), with, nil, nil, "", "ada@example.org", true, true},
		{"public, mailed", w.byCode(public, mailsCode), with, nil, nil, "", "ada@example.org", false, false},
		{"public, mailed to an address given", w.byCode(public, mailsCode), without, nil, ptr("ben@example.org"), "", "ben@example.org", false, false},
		{"public, no address", w.byCode(public, mailsCode), without, nil, nil, "seat ben has no e-mail address. Give a code, or an address.", "", false, false},
		{"public, codes not mailed", w.byCode(public), with, nil, nil, "mails no codes. Give a code, or have its mailCode set.", "", false, false},
		{"public, EST", w.byCode(public, mailsCode, redeemedBy(lifecycle.EST)), with, nil, nil, "with the enrollment method EST nothing is mailed. Give a code.", "", false, false},
		{"public, REST_API", w.byCode(public, mailsCode, redeemedBy(lifecycle.RESTAPI)), with, nil, nil, "with the enrollment method REST_API nothing is mailed. Give a code.", "", false, false},
		{"public, SCEP, a code given", w.byCode(public, redeemedBy(lifecycle.SCEP)), with, ptr("K7QX2MABCDEF"), nil, "", "", false, true},
		{"public, no address, a code given", w.byCode(public), without, ptr("K7QX2MABCDEF"), nil, "", "", false, false},
	} {
		p, err := w.Inventory.EnrollSeat(w.as(manager), inventory.EnrollSeatInput{ID: c.seat.ID, ProfileID: c.under, Code: c.code, Email: c.email})
		granted(t, err)
		if c.says != "" {
			if code(p.UserErrors) != refusal.Invalid || strings.Join(p.UserErrors[0].Field, ".") != "input.code" || !strings.HasSuffix(p.UserErrors[0].Message, c.says) {
				t.Errorf("%s: %v; want INVALID at code: %s", c.name, p.UserErrors, c.says)
			}
			continue
		}
		if len(p.UserErrors) > 0 {
			t.Errorf("%s: %v", c.name, p.UserErrors)
			continue
		}
		if to := w.invitations(p.Enrollment.ID); to != c.to || (p.Code != nil) != c.shown {
			t.Errorf("%s: invited is %q, and the code is shown: %v; want %q, %v", c.name, to, p.Code != nil, c.to, c.shown)
		}
		if (p.EnrollmentURL != nil) != c.link || c.link && behind(*p.EnrollmentURL) != w.token(p.Enrollment.ID) {
			t.Errorf("%s: the link that is shown is %v; want it to be the enrollment's: %v", c.name, p.EnrollmentURL, c.link)
		}
	}
	w.honest()
}

func TestEnrollingThatIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	sales := w.newUnit("sales", 5)
	s, server, gone, full := w.ada(), w.seat(lifecycle.Device, "printer"), w.seat(lifecycle.User, "gone"), w.seat(lifecycle.Device, "full")
	taken, locked := w.seat(lifecycle.User, "taken"), w.seat(lifecycle.User, "locked")
	w.buried(gone)
	w.certificate("full", lifecycle.CertificateSuspended, morning.Add(100*day))
	codes, archived := w.byCode(), w.byCode()
	w.enroll(taken, codes)
	w.past(`UPDATE enrollments SET status = 'LOCKED', attempts = 5 WHERE id = $1`, w.enroll(locked, codes).Enrollment.ID.UUID)
	a, err := w.Profiles.Archive(w.as(boss), profile.ArchiveCertificateProfileInput{ID: archived})
	granted(t, err)
	granted(t, nil, a.UserErrors...)
	elsewhere := w.byCode(func(in *profile.CreateCertificateProfileInput) { in.BusinessUnitID, in.Name = sales, "Elsewhere" })
	whole := true
	before := w.count(`SELECT count(*) FROM enrollments`)
	for _, c := range []struct {
		name  string
		by    viewer.Viewer
		in    inventory.EnrollSeatInput
		want  refusal.Code
		field string
		says  string
		whole bool // about the profile or the call, and so about every seat of it
	}{
		{"by who manages seats only", seatsOnly, inventory.EnrollSeatInput{ID: s.ID, ProfileID: codes}, refusal.Forbidden, "", "MANAGE_ENROLLMENTS", whole},
		{"of a seat that never was", manager, inventory.EnrollSeatInput{ID: id.New(id.Seat), ProfileID: codes}, refusal.NotFound, "id", "There is no seat seat_", false},
		{"of what is no seat", manager, inventory.EnrollSeatInput{ID: id.ID{Kind: id.Enrollment, UUID: s.ID.UUID}, ProfileID: codes}, refusal.NotFound, "id", "There is no seat enr_", false},
		{"under a profile that never was", manager, inventory.EnrollSeatInput{ID: s.ID, ProfileID: id.New(id.Profile)}, refusal.NotFound, "profileId", "There is no certificate profile prof_", whole},
		{"under another business unit's profile", person("rob", lifecycle.EnrollmentManager, "research"), inventory.EnrollSeatInput{ID: s.ID, ProfileID: elsewhere}, refusal.NotFound, "profileId", elsewhere.String(), whole},
		{"of another business unit's seat", person("sam", lifecycle.EnrollmentManager, "sales"), inventory.EnrollSeatInput{ID: s.ID, ProfileID: elsewhere}, refusal.NotFound, "id", s.ID.String(), false},
		{"under a profile for another business unit", manager, inventory.EnrollSeatInput{ID: s.ID, ProfileID: elsewhere}, refusal.Invalid, "profileId",
			"The certificate profile Elsewhere is of the business unit Unit sales, and the seat is of Unit research; choose a profile of Unit research.", false},
		{"under a profile for another type", manager, inventory.EnrollSeatInput{ID: server.ID, ProfileID: codes}, refusal.WrongSeatType, "profileId", "choose a profile for DEVICE seats", false},
		{"under a profile with approvals", manager, inventory.EnrollSeatInput{ID: s.ID, ProfileID: w.profile(rules{})}, refusal.WrongMethod, "profileId", "with requestEnrollment, or choose a profile with ENROLLMENT_CODE.", whole},
		{"under a profile of an identity provider's", manager, inventory.EnrollSeatInput{ID: s.ID, ProfileID: w.profile(rules{auth: lifecycle.SAMLIdP})}, refusal.WrongMethod, "profileId", "admits by SAML_IDP, and nothing is enrolled under it here", whole},
		{"under an archived profile", manager, inventory.EnrollSeatInput{ID: s.ID, ProfileID: archived}, refusal.ProfileArchived, "profileId", "is archived, and nothing is enrolled under it any more. Choose another one.", whole},
		{"of a deleted seat", manager, inventory.EnrollSeatInput{ID: gone.ID, ProfileID: codes}, refusal.SeatDeleted, "", "Create it anew", false},
		{"of a seat that is enrolled", manager, inventory.EnrollSeatInput{ID: taken.ID, ProfileID: codes}, refusal.ActiveEnrollmentExists, "", "Go on with that one, or end it first", false},
		{"of a seat whose enrollment is locked", manager, inventory.EnrollSeatInput{ID: locked.ID, ProfileID: codes}, refusal.ActiveEnrollmentExists, "", "Go on with that one, or end it first", false},
		{"of a seat that holds its one certificate", manager, inventory.EnrollSeatInput{ID: full.ID, ProfileID: w.byCode(of(lifecycle.Device))}, refusal.SeatHasCertificate, "",
			"valid until 2027-03-02, and a DEVICE seat holds one at a time. Its successor can be enrolled from 2027-01-31 on", false},
		{"with a code too short", manager, inventory.EnrollSeatInput{ID: s.ID, ProfileID: codes, Code: ptr("K7QX2M")}, refusal.Invalid, "code", "has 12 characters out of ABCDEFGHJKMNPQRSTUVWXYZ23456789", false},
		{"with an empty code", manager, inventory.EnrollSeatInput{ID: s.ID, ProfileID: codes, Code: ptr("")}, refusal.Invalid, "code", "leave it out and one is made", false},
		{"to what is no address", manager, inventory.EnrollSeatInput{ID: s.ID, ProfileID: codes, Email: ptr("ada at example.org")}, refusal.Invalid, "email", "write the address alone", false},
		{"until now", manager, inventory.EnrollSeatInput{ID: s.ID, ProfileID: codes, ExpiresAt: ptr(morning)}, refusal.Invalid, "expiresAt", "Give such a time, or leave it out", whole},
		{"until less than a microsecond from now", manager, inventory.EnrollSeatInput{ID: s.ID, ProfileID: codes, ExpiresAt: ptr(morning.Add(time.Nanosecond))}, refusal.Invalid, "expiresAt", "after now", whole},
		{"until long ahead", manager, inventory.EnrollSeatInput{ID: s.ID, ProfileID: codes, ExpiresAt: ptr(morning.Add(366*day + time.Microsecond))}, refusal.Invalid, "expiresAt", "by 2027-11-23T09:00:00Z", whole},
	} {
		one, err := w.Inventory.EnrollSeat(w.as(c.by), c.in)
		granted(t, err)
		many, err := w.Inventory.EnrollSeats(w.as(c.by), inventory.EnrollSeatsInput{ProfileID: c.in.ProfileID, ExpiresAt: c.in.ExpiresAt,
			Seats: []*inventory.SeatToEnroll{{ID: id.New(id.Seat)}, {ID: c.in.ID, Code: c.in.Code, Email: c.in.Email}}})
		granted(t, err)
		ofMany, place := many.UserErrors, c.field
		if !c.whole {
			if len(many.Results) != 2 {
				t.Errorf("%s among several: %v, %d results", c.name, many.UserErrors, len(many.Results))
				continue
			}
			ofMany = many.Results[1].UserErrors
			if place != "" && place != "profileId" {
				place = "seats.1." + place
			}
		}
		for n, nos := range [][]*refusal.Refusal{one.UserErrors, ofMany} {
			if code(nos) != c.want || !strings.Contains(nos[0].Message, c.says) {
				t.Errorf("%s, call %d: %v; want %s with %q", c.name, n, nos, c.want, c.says)
				continue
			}
			want := [...]string{c.field, place}[n]
			if want != "" {
				want = "input." + want
			}
			if strings.Join(nos[0].Field, ".") != want {
				t.Errorf("%s, call %d points at %v; want %s", c.name, n, nos[0].Field, want)
			}
		}
		if shown := c.field != "id"; one.Enrollment != nil || one.Code != nil || (one.Seat != nil) != shown {
			t.Errorf("%s: beside the refusal stand %+v, %+v", c.name, one.Enrollment, one.Seat)
		}
		if c.in.Code != nil && *c.in.Code != "" && strings.Contains(fmt.Sprint(one.UserErrors, ofMany), *c.in.Code) {
			t.Errorf("%s: the refusal repeats the code", c.name)
		}
	}
	if after := w.count(`SELECT count(*) FROM enrollments`); after != before {
		t.Errorf("%d enrollments were made by calls that were refused", after-before)
	}
	if w.count(`SELECT count(*) FROM audit_entries WHERE action = 'ENROLL' AND outcome = 'REFUSED' AND resource_type = 'SEAT' AND resource_id = $1 AND comment = $2`, taken.ID.UUID, "Under "+codes.String()+".") != 2 {
		t.Error("the two refused attempts at an enrolled seat do not stand in its own trail")
	}
	w.honest()
}

func TestWhenACodeEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	s := w.ada()
	for name, c := range map[string]struct{ given, kept *time.Time }{
		"left out: ten days":         {nil, ptr(morning.Add(10 * day))},
		"the next microsecond":       {ptr(morning.Add(time.Microsecond)), ptr(morning.Add(time.Microsecond))},
		"the last one":               {ptr(morning.Add(366 * day)), ptr(morning.Add(366 * day))},
		"another zone's time of day": {ptr(morning.Add(day).In(time.FixedZone("", 7200))), ptr(morning.Add(day))},
	} {
		p, err := w.Inventory.EnrollSeat(w.as(manager), inventory.EnrollSeatInput{ID: s.ID, ProfileID: w.byCode(), ExpiresAt: c.given})
		granted(t, err)
		granted(t, nil, p.UserErrors...)
		if !p.Enrollment.ExpiresAt.Equal(*c.kept) || p.Enrollment.ExpiresAt.Location() != time.UTC {
			t.Errorf("%s: it ends at %s; want %s", name, p.Enrollment.ExpiresAt, *c.kept)
		}
	}
}

// An enrollment whose time has passed stands in nobody's way, also before the sweep
// has come by: enrolling anew writes down first that it has expired.
func TestAnExpiredCodeMakesRoomForANewOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.byCode()
	seats := []*inventory.Seat{w.ada(), w.seat(lifecycle.User, "ben")}
	var old []id.ID
	for _, s := range seats {
		old = append(old, w.enroll(s, under).Enrollment.ID)
	}
	w.set(morning.Add(10*day - time.Microsecond))
	p, err := w.Inventory.EnrollSeat(w.as(manager), inventory.EnrollSeatInput{ID: seats[0].ID, ProfileID: under})
	granted(t, err)
	refused(t, p.UserErrors, refusal.ActiveEnrollmentExists)
	w.set(morning.Add(10 * day))
	many, err := w.Inventory.EnrollSeats(w.as(manager), inventory.EnrollSeatsInput{ProfileID: under, Seats: []*inventory.SeatToEnroll{{ID: seats[0].ID}, {ID: seats[1].ID}}})
	granted(t, err)
	for n, r := range many.Results {
		granted(t, nil, r.UserErrors...)
		if r.Seat.Status != lifecycle.SeatEnrolled || w.enrollment(old[n]).Status != lifecycle.Expired || w.entries(old[n], audit.Expire, audit.Success) != 1 {
			t.Errorf("seat %d: %+v, its old enrollment %s", n, r.Seat, w.enrollment(old[n]).Status)
		}
	}
	if n := w.count(`SELECT count(*) FROM seats WHERE active_enrollments = 1`); n != 2 {
		t.Errorf("%d seats count one active enrollment; want 2", n)
	}
	w.honest()
}

// Which seats may be enrolled beside a certificate they hold.
func TestEnrollingBesideACertificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	for _, c := range []struct {
		name string
		kind lifecycle.SeatType
		ends []time.Duration
		held lifecycle.CertificateStatus
		want refusal.Code
	}{
		{"a user holds several", lifecycle.User, []time.Duration{300 * day, 200 * day}, lifecycle.CertificateIssued, ""},
		{"a device holds one", lifecycle.Device, []time.Duration{300 * day}, lifecycle.CertificateIssued, refusal.SeatHasCertificate},
		{"a microsecond before the window", lifecycle.Device, []time.Duration{30*day + time.Microsecond}, lifecycle.CertificateIssued, refusal.SeatHasCertificate},
		{"inside the window", lifecycle.Device, []time.Duration{30 * day}, lifecycle.CertificateIssued, ""},
		{"inside the window, with its successor", lifecycle.Device, []time.Duration{30 * day, 300 * day}, lifecycle.CertificateIssued, refusal.SeatHasCertificate},
		{"one that has ended and is not written down", lifecycle.Device, []time.Duration{0}, lifecycle.CertificateIssued, ""},
		{"a revoked one", lifecycle.Device, []time.Duration{300 * day}, lifecycle.CertificateExpired, ""},
	} {
		name := strings.ReplaceAll(c.name, " ", "-")
		s := w.seat(c.kind, name)
		for _, ends := range c.ends {
			w.certificate(name, c.held, morning.Add(ends))
		}
		p, err := w.Inventory.EnrollSeat(w.as(manager), inventory.EnrollSeatInput{ID: s.ID, ProfileID: w.byCode(of(c.kind))})
		granted(t, err)
		if code(p.UserErrors) != c.want {
			t.Errorf("%s: %v; want %q", c.name, p.UserErrors, c.want)
		}
		if c.want == "" && len(c.ends) > 0 && c.held == lifecycle.CertificateIssued && p.Seat.Status != lifecycle.SeatConsumed {
			t.Errorf("%s: the seat is %s; a certificate that counts comes before an enrollment", c.name, p.Seat.Status)
		}
	}
	w.honest()
}

func TestEnrollingSeveralSeats(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	under := w.byCode(sixDigits)
	a, b, taken, gone := w.ada(), w.seat(lifecycle.User, "ben"), w.seat(lifecycle.User, "taken"), id.New(id.Seat)
	w.enroll(taken, under)
	p, err := w.Inventory.EnrollSeats(w.as(manager), inventory.EnrollSeatsInput{ProfileID: under, Seats: []*inventory.SeatToEnroll{
		{ID: b.ID, Code: ptr("222222")}, {ID: taken.ID}, {ID: gone}, {ID: b.ID}, {ID: a.ID, Email: ptr("home@example.org")}, {ID: gone},
	}})
	granted(t, err)
	granted(t, nil, p.UserErrors...)
	want := []struct {
		id    id.ID
		code  refusal.Code
		field string
	}{
		{b.ID, "", ""}, {taken.ID, refusal.ActiveEnrollmentExists, ""}, {gone, refusal.NotFound, "input.seats.2.id"},
		{b.ID, refusal.Duplicate, "input.seats.3.id"}, {a.ID, "", ""}, {gone, refusal.NotFound, "input.seats.5.id"},
	}
	if len(p.Results) != len(want) {
		t.Fatalf("%d results for %d seats", len(p.Results), len(want))
	}
	for n, r := range p.Results {
		if r.ID != want[n].id || code(r.UserErrors) != want[n].code || (r.Enrollment != nil) != (want[n].code == "") || (r.Code != nil) != (want[n].code == "") || (r.Seat != nil) != (r.ID != gone) {
			t.Errorf("seat %d: %+v; want %v", n, r, want[n])
		}
		if len(r.UserErrors) == 1 && strings.Join(r.UserErrors[0].Field, ".") != want[n].field {
			t.Errorf("seat %d points at %v; want %q", n, r.UserErrors[0].Field, want[n].field)
		}
	}
	if first, last := p.Results[0], p.Results[4]; *first.Code != "222222" || first.Enrollment.SeatID != "ben" || last.Enrollment.SeatID != "ada" || w.invitations(last.Enrollment.ID) != "home@example.org" || w.invitations(first.Enrollment.ID) != "" {
		t.Errorf("%+v, %+v", first, last)
	}
	if made, not := w.entries(id.ID{}, audit.Enroll, audit.Success), w.entries(id.ID{}, audit.Enroll, audit.Refused); made != 3 || not != 4 {
		t.Errorf("%d entries of enrollments and %d of refusals; want 3 and 4", made, not)
	}
	for n, code := range map[int]refusal.Code{0: refusal.Invalid, 1001: refusal.TooMany} {
		seats := make([]*inventory.SeatToEnroll, n)
		for k := range seats {
			seats[k] = &inventory.SeatToEnroll{ID: id.New(id.Seat)}
		}
		p, err := w.Inventory.EnrollSeats(w.as(manager), inventory.EnrollSeatsInput{ProfileID: under, Seats: seats})
		granted(t, err)
		refused(t, p.UserErrors, code)
	}
	w.honest()
}

// What is shown once is shown once, and a repeat with the same code is a repeat.
func TestEnrollingUnderAKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	s, under := w.ada(), w.byCode(sixDigits)
	call := func(code string) *inventory.EnrollSeatPayload {
		p, err := w.Inventory.EnrollSeat(w.as(manager), inventory.EnrollSeatInput{ID: s.ID, ProfileID: under, Code: &code, IdempotencyKey: ptr("k")})
		granted(t, err)
		return p
	}
	first, again := call("123456"), call("123456")
	granted(t, nil, first.UserErrors...)
	granted(t, nil, again.UserErrors...)
	if first.Replayed || first.Code == nil || first.EnrollmentURL == nil || !again.Replayed || again.Code != nil || again.EnrollmentURL != nil || again.Enrollment == nil || again.Enrollment.ID != first.Enrollment.ID || again.Seat == nil {
		t.Errorf("first %+v, then %+v", first, again)
	}
	refused(t, call("123457").UserErrors, refusal.KeyReused)
	ben, dora := w.seat(lifecycle.User, "ben"), w.seat(lifecycle.User, "dora")
	var codes int
	for n := range 2 {
		p, err := w.Inventory.EnrollSeats(w.as(manager), inventory.EnrollSeatsInput{ProfileID: under, IdempotencyKey: ptr("k"), Seats: []*inventory.SeatToEnroll{{ID: ben.ID}, {ID: s.ID}, {ID: dora.ID, Code: ptr("222222")}}})
		granted(t, err)
		granted(t, nil, p.UserErrors...)
		for _, r := range p.Results {
			if r.Code != nil {
				codes++
			}
			if (r.Code != nil) != (r.EnrollmentURL != nil) {
				t.Errorf("a code is shown: %v, a link: %v", r.Code != nil, r.EnrollmentURL != nil)
			}
		}
		if p.Replayed != (n == 1) || len(p.Results) != 3 || p.Results[0].Enrollment == nil || p.Results[2].Enrollment == nil || code(p.Results[1].UserErrors) != refusal.ActiveEnrollmentExists {
			t.Errorf("call %d: %+v", n, p)
		}
	}
	if codes != 2 {
		t.Errorf("%d codes were shown in two calls; want the two of the first", codes)
	}
	if n := w.count(`SELECT count(*) FROM enrollments`); n != 3 {
		t.Errorf("%d enrollments; want 3", n)
	}
	w.honest()
}

func TestTheStatementsOfEnrollingDoNotGrow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1000)
	under := w.byCode(of(lifecycle.Device))
	in := inventory.CreateSeatsInput{BusinessUnitID: w.unit, SeatType: lifecycle.Device}
	for n := range 610 {
		in.Seats = append(in.Seats, &inventory.NewSeat{SeatID: fmt.Sprintf("device-%03d", n), Email: ptr("devices@example.org")})
	}
	made, err := w.Inventory.CreateSeats(w.as(boss), in)
	granted(t, err)
	enroll := func(results []*inventory.CreateSeatResult, want refusal.Code) func() {
		in := inventory.EnrollSeatsInput{ProfileID: under}
		for _, r := range results {
			in.Seats = append(in.Seats, &inventory.SeatToEnroll{ID: r.Seat.ID})
		}
		return func() {
			p, err := w.Inventory.EnrollSeats(w.as(manager), in)
			granted(t, err)
			for _, r := range p.Results {
				if code(r.UserErrors) != want {
					t.Fatalf("%v; want %q", r.UserErrors, want)
				}
			}
		}
	}
	certified := func(results []*inventory.CreateSeatResult) {
		for _, r := range results {
			w.certificate(r.Seat.SeatID, lifecycle.CertificateIssued, morning.Add(20*day)) // inside the window of renewal
		}
	}
	var statements atomic.Int64
	told := func(context.Context, string) { statements.Add(1) }
	w.onStatement.Store(&told)
	counted := func(act func()) int64 {
		before := statements.Load()
		act()
		return statements.Load() - before
	}
	few, many := made.Results[:5], made.Results[5:600]
	for _, c := range []struct {
		name   string
		before func()
		want   refusal.Code
	}{
		{"seats that never were enrolled", func() {}, ""},
		{"seats that are", func() {}, refusal.ActiveEnrollmentExists},
		{"seats whose enrollment has expired, with a certificate", func() {
			w.set(morning.Add(11 * day))
			certified(few)
			certified(many[:20])
		}, ""},
	} {
		c.before()
		if a, b := counted(enroll(few, c.want)), counted(enroll(many, c.want)); a != b || a == 0 || a > 20 {
			t.Errorf("%s: %d statements for 5 seats, %d for 595", c.name, a, b)
		}
	}
	w.honest()
}
