package inventory_test

import (
	"context"
	"fmt"
	"testing"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/profile"
)

// Every act that shows, makes or ends a code or a link leaves neither the old nor
// the new one anywhere: no table, no log line, no statement, no refusal.
func TestTheActsLeaveNoSecretBehind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	long := func(in *profile.CreateCertificateProfileInput) { in.CodeLength = ptr(32) }
	under, asks := w.byCode(long, mailsCode), w.profile(reviewed)
	var statements, said lockedText
	told := func(_ context.Context, statement string) { _, _ = statements.Write([]byte(statement + "\n")) }
	w.onStatement.Store(&told)

	var secrets []string
	remember := func(e id.ID) {
		code, token := w.secretsOf(e)
		secrets = append(secrets, code, token)
	}
	fresh, due, locked := w.invited(under, "fresh"), w.lapsed(under, "due"), w.locked(under, "locked")
	renewed := w.lapsed(under, "renewed")
	invitations := []id.ID{fresh, due, locked, renewed}
	request := w.approvedFor(asks, "request")
	secrets = append(secrets, w.token(request), w.pickup(request))
	for _, e := range invitations {
		remember(e)
	}
	key := 0
	next := func() *string { key++; return ptr(fmt.Sprintf("key-%d", key)) }
	say := func(p *inventory.EnrollmentPayload, err error) {
		fmt.Fprintln(&said, err)
		granted(t, err)
		for _, no := range p.UserErrors {
			fmt.Fprintln(&said, no.Error())
		}
	}
	for _, e := range invitations {
		p, err := w.Inventory.RevealCode(w.as(manager), inventory.RevealEnrollmentCodeInput{ID: e, IdempotencyKey: next()})
		granted(t, err)
		if p.Code == nil || *p.Code == "" {
			t.Fatal("no code is shown")
		}
	}
	say(w.Inventory.Resend(w.as(manager), inventory.ResendEnrollmentInput{ID: fresh, IdempotencyKey: next()}))
	say(w.Inventory.Resend(w.as(manager), inventory.ResendEnrollmentInput{ID: due, IdempotencyKey: next()}))
	say(w.Inventory.Reset(w.as(manager), inventory.ResetEnrollmentInput{ID: renewed, NewCode: ptr(true), IdempotencyKey: next()}))
	say(w.Inventory.Reset(w.as(manager), inventory.ResetEnrollmentInput{ID: renewed, NewCode: ptr(true), IdempotencyKey: next()})) // refused
	say(w.Inventory.Unlock(w.as(manager), inventory.UnlockEnrollmentInput{ID: locked, IdempotencyKey: next()}))
	say(w.Inventory.Cancel(w.as(manager), inventory.CancelEnrollmentInput{ID: locked, Reason: "no", IdempotencyKey: next()}))
	say(w.Inventory.ResendApproval(w.as(manager), inventory.ResendApprovalEmailInput{ID: request, IdempotencyKey: next()}))
	for _, e := range invitations {
		remember(e)
	}
	secrets = append(secrets, w.pickup(request))

	if found, _ := w.holding(secrets...); len(found) > 0 {
		t.Errorf("codes or secrets stand in %v", found)
	}
	if found, _ := w.holding("fresh@example.org"); len(found) < 2 {
		t.Errorf("the search does not find what is there: %v", found)
	}
	for where, text := range map[string]string{"the log": w.log.String(), "a statement": statements.String(), "a refusal or fault": said.String()} {
		for _, secret := range secrets {
			if shows(text, secret) {
				t.Errorf("%s shows a code or a secret", where)
			}
		}
	}
	w.honest()
}
