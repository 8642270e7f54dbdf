package main

import (
	"crypto/elliptic"
	crypt "crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"time"

	"gatehouse/internal/id"
)

// inputs founds a business unit with a thing for each mutation, and is an input of each.
func (r *repeating) inputs(unit string) map[string]map[string]any {
	r.t.Helper()
	b := &basis{repeating: r, unit: unit}
	b.id = b.one(r.admin, `createBusinessUnit(input: {key: "`+unit+`", name: "`+unit+`"}) { it: businessUnit { id } }`)
	gone := b.one(r.admin, `createBusinessUnit(input: {key: "`+unit+`-gone", name: "gone"}) { it: businessUnit { id } }`)
	for _, kind := range []string{"USER", "DEVICE"} {
		b.ask(r.admin, `setPurchasedSeats(input: {seatType: `+kind+`, unlimited: true}) { userErrors { message } }`)
	}
	b.ask(r.admin, `allocateSeats(input: {businessUnitId: "`+b.id+`", seatType: USER, allocated: 100}) { userErrors { message } }`)
	open := b.profile("open", "MANUAL_APPROVAL", "BROWSER_PKCS12", "")
	outside := b.profile("outside", "MANUAL_APPROVAL", "CSR", "issuer: EXTERNAL")
	codes := b.profile("codes", "ENROLLMENT_CODE", "CSR", `validity: "P8D"`)
	old := b.profile("old", "MANUAL_APPROVAL", "CSR", "")
	renewing, suspending, resuming, revoking, revoked := b.issued(codes), b.issued(codes), b.issued(codes), b.issued(codes), b.issued(codes)
	b.ask(r.admin, `suspendCertificate(input: {id: "`+resuming+`"}) { userErrors { message } }`)
	guest, key := b.invited(codes), newCSR(r, unit)
	r.guests[unit] = guest.Enrollment.ID
	approved, attached := b.request(open, ""), b.request(outside, key.csr)
	withdrawn := b.one(r.token(subject("withdrawEnrollment", unit)), `requestEnrollment(input: {profileId: "`+open+`", seatId: "`+b.next()+`"}) { it: enrollment { id } }`)
	both := b.request(open, "")
	b.ask(r.admin, `approveEnrollments(input: {ids: ["`+approved+`", "`+attached+`", "`+both+`"]}) { userErrors { message } results { userErrors { message } } }`)
	hook := func(name string) string {
		return b.one(r.admin, `createWebhook(input: {url: "http://127.0.0.1:9/`+name+`", filter: {businessUnitIds: ["`+b.id+`"]}}) { it: webhook { id } }`)
	}
	view := func(mutation string) string {
		return b.one(r.token(subject(mutation, unit)), `saveView(input: {name: "Mine", list: {seats: {}}}) { it: view { id } }`)
	}
	job := b.one(r.token(subject("cancelJob", unit)), `startBulkAction(input: {action: UNLOCK, dryRun: true, selection: {ids: ["`+approved+`"]}}) { it: job { id } }`)
	r.settled()
	kinds := map[string]string{"cut": "ORGANIZATION", "once": "SERVER"} // of which each has its own
	of := func(one string) map[string]any { return map[string]any{"id": one} }
	many := func(one string) map[string]any { return map[string]any{"ids": []string{one}} }
	because := func(input map[string]any) map[string]any { input["reason"] = "Because."; return input }
	seats := map[string]any{"businessUnitId": b.id, "seatType": "USER"}
	with := func(input map[string]any, name string, value any) map[string]any {
		all := map[string]any{name: value}
		for k, v := range input {
			all[k] = v
		}
		return all
	}
	return map[string]map[string]any{
		"createBusinessUnit": {"key": unit + "-new", "name": "New"}, "updateBusinessUnit": with(of(b.id), "name", "Renamed"), "deleteBusinessUnit": of(gone),
		"setPurchasedSeats": {"seatType": kinds[unit], "purchased": 7}, "allocateSeats": {"businessUnitId": b.id, "seatType": "DEVICE", "allocated": 5},
		"createCertificateProfile": {"businessUnitId": b.id, "name": "New", "seatType": "USER", "caType": "PRIVATE", "authenticationMethod": "MANUAL_APPROVAL", "enrollmentMethod": "CSR"},
		"updateCertificateProfile": with(of(open), "name", "Renamed"), "archiveCertificateProfile": of(old),
		"createSeat": with(seats, "seatId", "new"), "createSeats": with(seats, "seats", []any{map[string]any{"seatId": "new-1"}, map[string]any{"seatId": "new-2"}}),
		"updateSeat": with(of(b.seat()), "name", "Renamed"), "deleteSeat": of(b.seat()), "deleteSeats": many(b.seat()),
		"enrollSeat": with(of(b.seat()), "profileId", codes), "enrollSeats": {"profileId": codes, "seats": []any{of(b.seat())}},
		"importSeats":       with(with(seats, "operation", "CREATE_OR_UPDATE"), "csv", "seat_id\nfrom-a-file\n"),
		"requestEnrollment": {"profileId": open, "seatId": "asked"}, "withdrawEnrollment": of(withdrawn),
		"approveEnrollment": of(b.request(open, "")), "approveEnrollments": many(b.request(open, "")),
		"rejectEnrollment": because(of(b.request(open, ""))), "rejectEnrollments": because(many(b.request(open, ""))),
		"changeEnrollmentStatus": with(of(b.request(open, "")), "status", "IN_PROGRESS"), "addEnrollmentNote": with(of(b.request(open, "")), "text", "A note."),
		"revealEnrollmentCode": of(b.invited(codes).Enrollment.ID),
		"resetEnrollment":      of(b.past(codes, "EXPIRED", 0)), "resetEnrollments": many(b.past(codes, "EXPIRED", 0)),
		"unlockEnrollment": of(b.past(codes, "LOCKED", 5)), "unlockEnrollments": many(b.past(codes, "LOCKED", 5)),
		"resendEnrollment": of(b.invited(codes).Enrollment.ID), "resendEnrollments": many(b.invited(codes).Enrollment.ID),
		"cancelEnrollment": because(of(b.invited(codes).Enrollment.ID)), "cancelEnrollments": because(many(b.invited(codes).Enrollment.ID)),
		"resendApprovalEmail": of(approved), "resendApprovalEmails": many(both),
		"redeemEnrollment":   {"token": guest.token(), "code": guest.Code, "csr": newCSR(r, unit).csr},
		"attachCertificate":  with(of(attached), "certificate", key.certificate("host.example.com")),
		"importCertificates": {"businessUnitId": b.id, "files": []any{map[string]any{"content": newCSR(r, unit).certificate(unit + "-imported")}}},
		"recordDiscoveredCertificates": {"businessUnitId": b.id, "certificates": []any{
			map[string]any{"content": newCSR(r, unit).certificate(unit + "-found"), "host": unit + ".example.com", "port": 443}}},
		"renewCertificate": of(renewing), "suspendCertificate": of(suspending), "resumeCertificate": of(resuming),
		"revokeCertificate": with(of(revoking), "reason", "SUPERSEDED"), "revokeCertificates": with(many(revoked), "reason", "SUPERSEDED"),
		"saveView": {"name": "Mine", "list": map[string]any{"seats": map[string]any{}}}, "updateView": with(of(view("updateView")), "name", "Ours"), "deleteView": of(view("deleteView")),
		"startBulkAction": {"action": "APPROVE", "selection": many(b.request(open, ""))}, "cancelJob": of(job),
		"createExport":  {"list": map[string]any{"seats": map[string]any{}}},
		"createWebhook": {"url": "http://127.0.0.1:9/new", "filter": map[string]any{"businessUnitIds": []string{b.id}}},
		"updateWebhook": with(of(hook("updated")), "enabled", false), "deleteWebhook": of(hook("deleted")), "testWebhook": of(hook("tested")),
		"replayWebhook": with(of(hook("replayed")), "since", time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)),
	}
}

// basis is the business unit on which the inputs stand.
type basis struct {
	*repeating
	unit, id string
	made     int
}

// ask calls a mutation by the mutation's own answer, which must have no errors in it.
func (b *basis) ask(token, call string) json.RawMessage {
	b.t.Helper()
	var answer struct{ Done json.RawMessage }
	if err := b.call(b.t.Context(), token, "mutation { done: "+call+" }", nil, &answer); err != nil || strings.Contains(string(answer.Done), `"message"`) {
		b.t.Fatalf("%.300s: %v, %s", call, err, answer.Done)
	}
	return answer.Done
}

// one is the id of the one thing that a mutation makes.
func (b *basis) one(token, call string) string {
	b.t.Helper()
	var made struct{ It struct{ ID string } }
	text := b.ask(token, strings.TrimSuffix(call, "}")+" userErrors { message } }")
	if err := json.Unmarshal(text, &made); err != nil || made.It.ID == "" {
		b.t.Fatalf("%.300s: %v, %s", call, err, text)
	}
	return made.It.ID
}

// next is a name that nothing has.
func (b *basis) next() string {
	b.made++
	return fmt.Sprintf("%s-%d@example.com", b.unit, b.made)
}

func (b *basis) profile(name, method, way, more string) string {
	b.t.Helper()
	return b.one(b.admin, `createCertificateProfile(input: {businessUnitId: "`+b.id+`", name: "`+name+`", seatType: USER, caType: PRIVATE, authenticationMethod: `+method+
		`, enrollmentMethod: `+way+`, `+more+`}) { it: certificateProfile { id } }`)
}

func (b *basis) seat() string {
	b.t.Helper()
	name := b.next()
	return b.one(b.admin, `createSeat(input: {businessUnitId: "`+b.id+`", seatType: USER, seatId: "`+name+`", email: "`+name+`"}) { it: seat { id } }`)
}

// request is one by Rita, with a CSR unless that is empty.
func (b *basis) request(under, csr string) string {
	b.t.Helper()
	name, more := b.next(), ""
	if csr != "" {
		more = fmt.Sprintf("csr: %q", csr)
	}
	return b.one(b.token("rita"), `requestEnrollment(input: {profileId: "`+under+`", seatId: "`+name+`", email: "`+name+`", `+more+`}) { it: enrollment { id } }`)
}

// invitation is one as its holder has it.
type invitation struct {
	Enrollment          struct{ ID string }
	Code, EnrollmentURL string
}

// token is what the link ends with.
func (i invitation) token() string {
	_, token, _ := strings.Cut(i.EnrollmentURL, "#")
	return token
}

func (b *basis) invited(under string) (made invitation) {
	b.t.Helper()
	text := b.ask(b.admin, `enrollSeat(input: {id: "`+b.seat()+`", profileId: "`+under+`"}) { enrollment { id } code enrollmentUrl userErrors { message } }`)
	if err := json.Unmarshal(text, &made); err != nil {
		b.t.Fatal(err)
	}
	return made
}

// past is an invitation that has come to an end, past the use cases.
func (b *basis) past(under, status string, attempts int) string {
	b.t.Helper()
	one := b.invited(under).Enrollment.ID
	b.without(`UPDATE enrollments SET status = $2, attempts = $3 WHERE id = $1`, uuidOf(b.repeating, one), status, attempts)
	if status == "EXPIRED" { // and its seat has none that is active
		b.without(`UPDATE seats SET active_enrollments = 0, status = 'CREATED' WHERE id = (SELECT seat_row_id FROM enrollments WHERE id = $1)`, uuidOf(b.repeating, one))
	}
	return one
}

// issued is a certificate of the server's own authority.
func (b *basis) issued(under string) string {
	b.t.Helper()
	i := b.invited(under)
	b.ask("", fmt.Sprintf(`redeemEnrollment(input: {token: %q, code: %q, csr: %q}) { userErrors { message } }`, i.token(), i.Code, newCSR(b.repeating, b.unit).csr))
	b.settled()
	var answer struct {
		Enrollment struct{ Certificate *struct{ ID string } }
	}
	if err := b.call(b.t.Context(), b.admin, `{ enrollment(id: "`+i.Enrollment.ID+`") { certificate { id } } }`, nil, &answer); err != nil || answer.Enrollment.Certificate == nil {
		b.t.Fatalf("%v: %+v", err, answer)
	}
	return answer.Enrollment.Certificate.ID
}

// unended makes a job that has ended one that waits.
func (r *repeating) unended(one any) {
	r.without(`UPDATE bulk_jobs SET status = 'QUEUED', finished_at = NULL, next_batch = 0 WHERE id = $1`, uuidOf(r, one.(string)))
}

// without runs a statement without the triggers that ask for audit entries.
func (r *repeating) without(statement string, args ...any) {
	r.t.Helper()
	tx, err := r.world.DB.Admin(r.t).BeginTx(r.t.Context(), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.Exec(`SET LOCAL session_replication_role = replica`); err != nil {
		r.t.Fatal(err)
	}
	if _, err := tx.Exec(statement, args...); err != nil {
		r.t.Fatalf("%s: %v", statement, err)
	}
	if err := tx.Commit(); err != nil {
		r.t.Fatal(err)
	}
}

func uuidOf(r *repeating, text string) any {
	one, err := id.Parse(text)
	if err != nil {
		r.t.Fatal(err)
	}
	return one.UUID
}

// csrKey is a key, its CSR, and what makes certificates for it.
type csrKey struct {
	csr         string
	certificate func(name string) string
}

func newCSR(r *repeating, name string) csrKey {
	key := newECDSA(r.t, elliptic.P256())
	der, err := x509.CreateCertificateRequest(crypt.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: name}}, key)
	if err != nil {
		r.t.Fatal(err)
	}
	return csrKey{string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})), func(name string) string {
		c := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0)}
		der, err := x509.CreateCertificate(crypt.Reader, c, c, key.Public(), key)
		if err != nil {
			r.t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}}
}
