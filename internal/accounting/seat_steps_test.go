package accounting

import (
	"encoding/base64"
	"strings"

	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/world"
)

// livedActs are the steps of enrolledTypes.
var livedActs = map[string]walkAct{
	"three licences are allocated": {do: func(w *walk) {
		w.Purchase(w.kind)
		w.Allocate(w.unit, w.kind, 3)
	}},
	"a seat is created":               {do: (*walk).create},
	"its first certificate is issued": {do: (*walk).issue},
	"a second certificate, long before the first ends": {do: func(w *walk) {
		if w.kind == lifecycle.User || w.kind == lifecycle.Unified {
			w.issue()
			return
		}
		w.certify(refusal.SeatHasCertificate)
	}},
	"a successor, in the renewal window":                   {before: 40 * day, do: (*walk).renew},
	"all but the successor expire":                         {do: func(*walk) {}, after: 21 * day},
	"the successor is suspended":                           {do: (*walk).suspend},
	"the successor is resumed":                             {do: (*walk).resume},
	"the successor is revoked":                             {do: (*walk).revoke},
	"another certificate is issued":                        {do: (*walk).issue},
	"that one is suspended, and expires so":                {do: (*walk).suspend, after: 61 * day},
	"yet another certificate is issued":                    {do: (*walk).issue},
	"the certificate that was left expires":                {do: func(*walk) {}, after: 61 * day},
	"the seat is created anew":                             {do: (*walk).create},
	"a certificate is issued for the new seat":             {do: (*walk).issue},
	"the seat is deleted, its certificate left as it is":   {do: func(w *walk) { w.remove(w.seat, false) }},
	"the new seat is deleted with its certificate revoked": {do: func(w *walk) { w.remove(w.seat, true) }},
}

// seenActs are the steps of seenTypes.
var seenActs = map[string]walkAct{
	"nothing was seen yet":  {do: func(*walk) {}},
	"a certificate is seen": {do: func(w *walk) { w.seen("the first", "www.example.com", -day, 20*day) }},
	"it is seen again":      {do: func(w *walk) { w.seen("the first", "", 0, 0) }},
	"it is seen in another place": {do: func(w *walk) {
		if no := w.see(w.texts["the first"], "elsewhere"); no != nil {
			w.t.Fatal(no)
		}
	}},
	"its successor is seen, in the renewal window":       {do: func(w *walk) { w.seen("the successor", "www.example.com", -day, 300*day) }},
	"another of the name is seen, which is no successor": {do: func(w *walk) { w.seen("the other", "www.example.com", -day, 700*day) }},
	"a certificate that expired long ago is seen":        {do: func(w *walk) { w.seen("the old one", "old.example.com", -900*day, -500*day) }},
	"all but the other of the name expire":               {do: func(*walk) {}, after: 301 * day},
	"somebody tries to suspend the other": {do: func(w *walk) {
		p, err := w.Inventory.SuspendCertificate(w.As(world.Boss()), inventory.SuspendCertificateInput{ID: w.known("the other")})
		w.refused("to suspend it", err, p.UserErrors, refusal.IssuedElsewhere)
	}},
	"the other is revoked": {do: func(w *walk) {
		p, err := w.Inventory.RevokeCertificate(w.As(world.Boss()), inventory.RevokeCertificateInput{ID: w.known("the other"), Reason: lifecycle.RevokedSuperseded})
		w.refused("to revoke it", err, p.UserErrors)
	}},
	"the seat of the one from long ago is deleted":     {do: func(w *walk) { w.remove(w.seatOf("the old one"), false) }},
	"the one from long ago is seen again":              {do: func(w *walk) { w.seen("the old one", "", 0, 0) }},
	"its new seat is deleted, to revoke what is valid": {do: func(w *walk) { w.remove(w.seatOf("the old one"), true) }},
	"a new certificate is seen":                        {do: func(w *walk) { w.seen("a new one", "new.example.com", -day, 300*day) }},
	"three licences are allocated by hand":             {do: func(w *walk) { w.Allocate(w.unit, w.kind, 3) }},
	"one more new certificate is seen": {do: func(w *walk) {
		w.texts["one more"] = base64.StdEncoding.EncodeToString(w.certificate("more.example.com", -day, 300*day))
		w.tooMany("one more")
	}},
	"five licences are allocated by hand": {do: func(w *walk) { w.Allocate(w.unit, w.kind, 5) }},
	"that one is seen again, and then two new ones": {do: func(w *walk) {
		w.seen("one more", "", 0, 0)
		w.seen("the fifth", "fifth.example.com", -day, 300*day)
		w.texts["the sixth"] = base64.StdEncoding.EncodeToString(w.certificate("sixth.example.com", -day, 300*day))
		w.tooMany("the sixth")
	}},
}

// create makes the seat.
func (w *walk) create() { w.seat = w.Seats(w.unit, w.kind, "seat")[0].ID }

// issue gets the seat a certificate that is valid for sixty days: it is enrolled and
// its holder redeems; a seat of a type that is not enrolled is given one.
func (w *walk) issue() { w.certify() }

// certify issues, or is refused.
func (w *walk) certify(codes ...refusal.Code) {
	w.t.Helper()
	boss := w.As(world.Boss())
	if !w.kind.Enrollable() {
		out, err := w.Inventory.LinkCertificate(boss, inventory.LinkCertificateInput{SeatID: w.seat, Source: lifecycle.SourceImported, Der: w.certificate("of the walk", -day, 60*day)})
		w.refused("to link a certificate", err, out.Why(), codes...)
		return
	}
	p, err := w.Inventory.EnrollSeat(boss, inventory.EnrollSeatInput{ID: w.seat, ProfileID: w.profile})
	w.refused("to enroll the seat", err, p.UserErrors, codes...)
	if len(codes) == 0 {
		w.redeem(p.EnrollmentURL, p.Code)
	}
}

// redeem follows a link with its code.
func (w *walk) redeem(link, code *string) {
	w.t.Helper()
	_, token, _ := strings.Cut(*link, "#")
	p, err := w.Inventory.Redeem(w.t.Context(), inventory.RedeemEnrollmentInput{Token: token, Code: code, Csr: w.BlankCSR()})
	w.refused("to redeem", err, p.UserErrors)
	if p.Invitation.Certificate == nil {
		w.t.Fatalf("%s: nothing was issued: %+v", w.kind, p.Invitation)
	}
}

// renew gets the seat the successor of its latest certificate.
func (w *walk) renew() {
	w.t.Helper()
	if !w.kind.Enrollable() {
		w.issue()
		return
	}
	p, err := w.Inventory.RenewCertificate(w.As(world.Boss()), inventory.RenewCertificateInput{ID: w.latest()})
	w.refused("to renew", err, p.UserErrors)
	w.redeem(p.EnrollmentURL, p.Code)
}

// suspend puts the latest certificate on hold; one from elsewhere cannot be.
func (w *walk) suspend() {
	w.t.Helper()
	p, err := w.Inventory.SuspendCertificate(w.As(world.Boss()), inventory.SuspendCertificateInput{ID: w.latest()})
	w.refused("to suspend it", err, p.UserErrors, w.elsewhere(refusal.IssuedElsewhere)...)
}

// resume takes it off hold.
func (w *walk) resume() {
	w.t.Helper()
	p, err := w.Inventory.ResumeCertificate(w.As(world.Boss()), inventory.ResumeCertificateInput{ID: w.latest()})
	w.refused("to resume it", err, p.UserErrors, w.elsewhere(refusal.InvalidState)...)
}

// revoke ends the latest certificate.
func (w *walk) revoke() {
	w.t.Helper()
	p, err := w.Inventory.RevokeCertificate(w.As(world.Boss()), inventory.RevokeCertificateInput{ID: w.latest(), Reason: lifecycle.RevokedSuperseded})
	w.refused("to revoke it", err, p.UserErrors)
}

// elsewhere is the code where the type's certificates are not issued from here.
func (w *walk) elsewhere(code refusal.Code) []refusal.Code {
	if w.kind.Enrollable() {
		return nil
	}
	return []refusal.Code{code}
}

// tooMany sees a certificate for which there is no licence.
func (w *walk) tooMany(called string) {
	w.t.Helper()
	if no := w.see(w.texts[called], "here"); no == nil || no.Code != refusal.NoSeatLeft {
		w.t.Fatalf("%s: %s is answered with %v, want %s", w.kind, called, no, refusal.NoSeatLeft)
	}
}
