package graph_test

import (
	"encoding/pem"
	"strings"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
)

// invitations are those about which the invited person, or those who invite, are
// refused something: each has a seat of its own, and the code is $code.
func (o *office) invitations() {
	o.name("code", givenCode)
	o.invite("locked", "codes", "olaf")
	wrong := "NNNNNNNNNNNN"
	for range 5 {
		p, err := o.Inventory.Redeem(o.t.Context(), inventory.RedeemEnrollmentInput{Token: o.secret(o.id("locked"), "token_cipher"), Code: &wrong, Csr: o.text("csr")})
		if err != nil || len(p.UserErrors) != 1 || p.UserErrors[0].Code != refusal.WrongCode {
			o.t.Fatal("a wrong code is answered with", p, err)
		}
	}
	o.invite("cancelled", "codes", "paula")
	o.done(anna(), `cancelEnrollment(input: {id: $cancelled, reason: "Invited by mistake."})`)
	o.invite("byHand", "clients", "quirin")
	o.invite("invitedAtTheCA", "codes", "rosa")
	o.past(`UPDATE enrollments SET issuance = 'REQUESTED', issuance_since = $2 WHERE id = $1`, o.id("invitedAtTheCA").UUID, o.Clock.Now())
	o.invite("ended", "codes", "sven")
	o.invite("endedPublic", "publicCodes", "tilda")
	o.invite("endedWithoutSeat", "codes", "udo")
	o.past(`UPDATE enrollments SET seat_row_id = $2 WHERE id = $1`, o.id("endedWithoutSeat").UUID, o.id("ghost").UUID)
	o.invite("endedOfOld", "bygoneCodes", "vito")
	o.invite("endedBefore", "codes", "wanda")
	for _, name := range []string{"ended", "endedPublic", "endedWithoutSeat", "endedOfOld", "endedBefore"} {
		o.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, o.id(name).UUID, o.Clock.Now().Add(-time.Minute))
	}
	if p, err := o.Profiles.Archive(o.As(anna()), profile.ArchiveCertificateProfileInput{ID: o.id("bygoneCodes")}); err != nil || len(p.UserErrors) > 0 {
		o.t.Fatal(err, p)
	}
	o.invite("invitedAgain", "codes", "wanda")
	o.invite("invitedThing", "deviceCodes", "scanner3")
	o.invite("tried", "codes", "xenia")
	o.invite("strict", "strictCodes", "yara")
	o.done(anna(), `updateSeat(input: {id: $otto, name: "`+strings.Repeat("Otto ", 20)+`"})`)
	o.invite("longName", "codes", "otto")
	o.invite("full", "deviceCodes", "scanner6")
	for link, of := range map[string]string{
		"link": "tried", "linkOfCancelled": "cancelled", "linkAtTheCA": "invitedAtTheCA", "linkOfStrict": "strict", "linkOfLongName": "longName", "linkOfFull": "full",
		"linkOfWaiting": "waiting",
	} {
		o.name(link, o.secret(o.id(of), "token_cipher"))
	}
	o.pickUps()
}

// pickUps are requests that were approved, and certificates for them.
func (o *office) pickUps() {
	key := newRequestKey(o.t)
	for name, of := range map[string]struct{ profile, seat string }{
		"approved": {"servers", "www.example.org"}, "approvedOfBrowser": {"laptops", "zoe@example.com"}, "approvedThing": {"scanners", "scanner-4"},
		"approvedOfFull": {"scanningStations", "scanner-5"}, "approvedElsewhere": {"elsewhere", "aron@example.com"},
	} {
		e := o.Request(rita(), o.id(of.profile), of.seat, func(in *inventory.RequestEnrollmentInput) {
			if of.profile != "laptops" && of.profile != "scanners" {
				in.Csr = &key.csr
			}
			if in.Email = nil; strings.Contains(of.seat, "@") || of.profile == "servers" {
				in.Email = new("holder@example.com")
			}
		})
		o.Approve(ben(), "Known to me.", e.ID)
		o.name(name, e.ID.String())
		o.name(strings.Replace(name, "approved", "pickup", 1), o.secret(e.ID, "pickup_cipher"))
	}
	now := o.Clock.Now()
	known := key.certificate(now)
	block, _ := pem.Decode([]byte(known))
	out, err := o.Inventory.LinkCertificate(o.As(anna()), inventory.LinkCertificateInput{SeatID: o.id("dora"), Source: lifecycle.SourceImported, Der: block.Bytes})
	if err != nil || len(out.Why()) > 0 {
		o.t.Fatal(err, out)
	}
	o.name("onAnotherSeat", known)
	o.name("issuedElsewhere", key.certificate(now))
	o.name("expiredElsewhere", key.until(now, time.Date(2026, 8, 31, 0, 0, 0, 0, time.UTC)))
	o.name("forAnotherKey", newRequestKey(o.t).certificate(now))
}

// invite enrolls a seat under a profile with the given code, and gives the
// enrollment a name.
func (o *office) invite(name, under, seat string) {
	o.t.Helper()
	p, err := o.Inventory.EnrollSeat(o.As(anna()), inventory.EnrollSeatInput{ID: o.id(seat), ProfileID: o.id(under), Code: new(givenCode)})
	if err != nil || len(p.UserErrors) > 0 {
		o.t.Fatal(name, err, p)
	}
	o.name(name, id.Of(id.Enrollment, p.Enrollment.ID.UUID).String())
}

// text is the text of a thing with a name.
func (o *office) text(name string) *string {
	text := o.texts[name]
	return &text
}
