package inventory_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
)

// holding are the columns of the whole database, and the text of their rows, in
// which one of these texts stands: as it is, in capitals or small letters, in hex.
func (w *world) holding(texts ...string) (found []string, columns int) {
	w.t.Helper()
	rows, err := w.admin.Query(`SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.data_type IN ('text', 'character varying', 'jsonb', 'json', 'bytea', 'ARRAY')`) // bytes read as hex
	granted(w.t, err)
	var all [][3]string
	for rows.Next() {
		var c [3]string
		granted(w.t, rows.Scan(&c[0], &c[1], &c[2]))
		all = append(all, c)
	}
	granted(w.t, rows.Err())
	for _, c := range all {
		values, err := w.admin.Query(fmt.Sprintf(`SELECT %[1]q::text FROM %[2]q WHERE %[1]q IS NOT NULL`, c[1], c[0]))
		granted(w.t, err)
		for values.Next() {
			var value string
			granted(w.t, values.Scan(&value))
			for _, text := range texts {
				if shows(value, text) {
					found = append(found, c[0]+"."+c[1])
				}
			}
		}
		granted(w.t, values.Err())
	}
	return found, len(all)
}

// shows reports whether a text stands in another, however it is spelled there.
func shows(in, text string) bool {
	in = strings.ToLower(in)
	for _, text := range []string{text, strings.ToLower(text)} {
		if strings.Contains(in, strings.ToLower(text)) || strings.Contains(in, hex.EncodeToString([]byte(text))) {
			return true
		}
	}
	return false
}

// A code and a link's secret stand nowhere but sealed: in no column of any table,
// whatever came of the call, in no log line, no statement and no refusal. Codes of
// 32 characters, so that none stands anywhere by chance.
func TestCodesAndSecretsStandNowhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	long := func(in *profile.CreateCertificateProfileInput) { in.CodeLength = ptr(32) }
	under, open := w.byCode(long, mailsCode), w.byCode(long, mailsCode, public)
	const given, second, tooLong = "K7QX2MABCDEFGHJKMNPQRSTUVWXYZ234", "ZYXWVUTSRQPNMKJHGFEDCBA98765432Z", "K7QX2MABCDEFGHJKMNPQRSTUVWXYZ2345"
	var statements lockedText
	told := func(_ context.Context, statement string) { _, _ = statements.Write([]byte(statement + "\n")) }
	w.onStatement.Store(&told)

	var said bytes.Buffer // all refusals and faults
	call := func(ctx context.Context, in inventory.EnrollSeatInput) *inventory.EnrollSeatPayload {
		p, err := w.Inventory.EnrollSeat(ctx, in)
		fmt.Fprintln(&said, err)
		if err != nil {
			return nil
		}
		for _, no := range p.UserErrors {
			fmt.Fprintln(&said, no.Error())
		}
		return p
	}
	ada, ben := w.ada(), w.seat(lifecycle.User, "ben")
	made := call(w.as(manager), inventory.EnrollSeatInput{ID: ada.ID, ProfileID: under, IdempotencyKey: ptr("made")})
	chosen := call(w.as(manager), inventory.EnrollSeatInput{ID: ben.ID, ProfileID: under, Code: ptr(given), IdempotencyKey: ptr("chosen")})
	mailed := call(w.as(manager), inventory.EnrollSeatInput{ID: ada.ID, ProfileID: open, IdempotencyKey: ptr("mailed")})
	for _, p := range []*inventory.EnrollSeatPayload{made, chosen, mailed} {
		granted(t, nil, p.UserErrors...)
	}
	call(w.as(manager), inventory.EnrollSeatInput{ID: ben.ID, ProfileID: under, Code: ptr(given), IdempotencyKey: ptr("chosen")})                         // a repeat
	call(w.as(manager), inventory.EnrollSeatInput{ID: ben.ID, ProfileID: under, Code: ptr(second), IdempotencyKey: ptr("chosen")})                        // another code under the key
	call(w.as(manager), inventory.EnrollSeatInput{ID: ben.ID, ProfileID: under, Code: ptr(second), IdempotencyKey: ptr("active")})                        // refused: enrolled
	call(w.as(manager), inventory.EnrollSeatInput{ID: ben.ID, ProfileID: open, Code: ptr(tooLong), IdempotencyKey: ptr("long")})                          // refused: its form
	call(w.as(manager), inventory.EnrollSeatInput{ID: ben.ID, ProfileID: id.New(id.Profile), Code: ptr(second), IdempotencyKey: ptr("refused as whole")}) // refused as a whole
	gone, leave := context.WithCancel(w.as(manager))
	w.before("INSERT INTO mails", leave) // a fault in the middle: the caller goes away
	call(gone, inventory.EnrollSeatInput{ID: ben.ID, ProfileID: open, Code: ptr(second), Email: ptr("ben@example.org"), IdempotencyKey: ptr("fault")})
	if !strings.Contains(said.String(), "canceled") || !strings.Contains(said.String(), string(refusal.KeyReused)) {
		t.Fatalf("the fault or a refusal that this test is about did not happen: %s", said.String())
	}

	secrets := []string{given, second, tooLong, *made.Code}
	for _, p := range []*inventory.EnrollSeatPayload{made, chosen, mailed} {
		code, secret := w.secretsOf(p.Enrollment.ID)
		secrets = append(secrets, code, secret)
	}
	if mailed.Code != nil {
		t.Error("a code under a public certificate authority was shown")
	}
	found, columns := w.holding(secrets...)
	if len(found) > 0 {
		t.Errorf("codes or secrets stand in %v", found)
	}
	// Nor a hash from which a short code could be found by trying: neither of the
	// code alone nor, under an idempotency key, of the input that it stands in.
	input, err := json.Marshal(inventory.EnrollSeatInput{ID: ben.ID, ProfileID: under, Code: ptr(given), IdempotencyKey: ptr("chosen")})
	granted(t, err)
	for name, plain := range map[string][]byte{"the code": []byte(given), "the input": input} {
		hash := sha256.Sum256(plain)
		if found, _ := w.holding(hex.EncodeToString(hash[:])); len(found) > 0 {
			t.Errorf("the bare hash of %s stands in %v", name, found)
		}
	}
	if columns < 60 {
		t.Errorf("only %d columns were looked through", columns)
	}
	// The search would have found them: what is no secret it finds.
	if found, _ := w.holding("ada@example.org"); len(found) < 3 {
		t.Errorf("the address stands in %v; want at least seats, enrollments and mails", found)
	}
	for where, text := range map[string]string{"the log": w.log.String(), "a statement": statements.String(), "a refusal or fault": said.String()} {
		for _, secret := range secrets {
			if shows(text, secret) {
				t.Errorf("%s shows a code or secret: %s", where, text)
			}
		}
	}
	w.honest()
}
