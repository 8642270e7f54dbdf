package graph_test

import (
	"testing"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/period"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
)

// board is a business unit full of enrollments of one making, in every situation.
type board struct {
	*caller
	making

	unit, profile, oldProfile id.ID
	// csr is what every request carries; key is its key.
	csr   func(*inventory.RequestEnrollmentInput)
	key   *requestKey
	cells []*trial
}

// newBoard makes the business unit, and nothing in it yet.
func newBoard(t *testing.T, of making) *board {
	t.Helper()
	b := &board{caller: newCaller(t), making: of, key: newRequestKey(t)}
	b.csr = func(in *inventory.RequestEnrollmentInput) { in.Csr = &b.key.csr }
	b.Purchase(lifecycle.Unified)
	b.unit = b.Unit("matrix").ID
	b.Allocate(b.unit, lifecycle.Unified, 5000)
	b.profile = b.Profile(b.unit, "Of the matrix", of.profile).ID
	b.oldProfile = b.Profile(b.unit, "An old one", of.profile).ID
	return b
}

func days(d time.Duration) period.Period { return period.Period(d / time.Second) }

// fill brings as many enrollments into each situation as its cells need, and lets
// time pass for those that are to be old.
func (b *board) fill(all []situation, needs map[string]int) map[string][]*held {
	b.t.Helper()
	there := map[string][]*held{}
	for _, of := range []age{swept, due, fresh} {
		for _, s := range all {
			if s.age == of {
				there[s.name] = b.make(s, needs[s.name])
			}
		}
		if of == fresh {
			continue
		}
		b.Clock.Pass(promised + 24*time.Hour)
		for of == swept {
			n, err := b.Inventory.ExpireDue(b.t.Context(), 500)
			if err != nil {
				b.t.Fatal(err)
			}
			if n == 0 {
				break
			}
		}
	}
	if p, err := b.Profiles.Archive(b.As(anna()), profile.ArchiveCertificateProfileInput{ID: b.oldProfile}); err != nil || len(p.UserErrors) > 0 {
		b.t.Fatal(err, p)
	}
	for _, s := range all {
		if s.then == nil {
			continue
		}
		for _, h := range there[s.name] {
			s.then(b, h)
		}
	}
	return there
}

// atTheCA leaves it at a certificate authority that does not answer.
func (b *board) atTheCA(h *held) {
	b.past(`UPDATE enrollments SET issuance = 'REQUESTED', issuance_since = $2 WHERE id = $1`, h.id.UUID, b.Clock.Now())
}

// lock gives the one wrong code that locks.
func (b *board) lock(h *held) {
	wrong := "NNNNNNNNNNNN"
	p, err := b.Inventory.Redeem(b.t.Context(), inventory.RedeemEnrollmentInput{Token: b.secret(h.id, "token_cipher"), Code: &wrong, Csr: &b.key.csr})
	if err != nil || len(p.UserErrors) != 1 || p.UserErrors[0].Code != refusal.WrongCode {
		b.t.Fatalf("a wrong code is answered with %v, %v", p, err)
	}
}

// makeAnother gives the place of an expired one to another enrollment.
func (b *board) makeAnother(h *held) { b.enroll(b.profile, &held{seat: h.seat, row: h.row}) }

func (b *board) cancel(h *held) {
	p, err := b.Inventory.Cancel(b.As(anna()), inventory.CancelEnrollmentInput{ID: h.id, Reason: "Not needed."})
	if err != nil || len(p.UserErrors) > 0 {
		b.t.Fatal(err, p)
	}
}

func (b *board) takeUp(h *held)      { b.TakeUp(secondApprover(), h.id) }
func (b *board) reject(h *held)      { b.Reject(secondApprover(), "Not known here.", h.id) }
func (b *board) approveOnce(h *held) { b.Approve(firstApprover(), "Known to me.", h.id) }

func (b *board) approveTwice(h *held) {
	b.approveOnce(h)
	b.Approve(secondApprover(), "Known to me, too.", h.id)
}

func (b *board) redeemApproved(h *held) {
	b.approveTwice(h)
	b.redeem(h)
}

// redeem has the certificate issued, as the invited person does.
func (b *board) redeem(h *held) {
	p, err := b.Inventory.Redeem(b.t.Context(), b.proof(h))
	if err != nil || len(p.UserErrors) > 0 || p.Invitation.Status != lifecycle.Redeemed {
		b.t.Fatalf("redeeming is answered with %+v, %v", p, err)
	}
}

// proof is what the invited person has: the link and the code, or the pick-up link.
func (b *board) proof(h *held) inventory.RedeemEnrollmentInput {
	in := inventory.RedeemEnrollmentInput{}
	if b.method == lifecycle.EnrollmentCode {
		in.Token, in.Code, in.Csr = b.secret(h.id, "token_cipher"), &h.code, &b.key.csr
		return in
	}
	in.Token = b.secret(h.id, "pickup_cipher")
	return in
}

// secret is what a link has behind its #, as the mail says it. Of a request that
// was never approved there is no pick-up link, and its other one shows it only.
func (c *caller) secret(of id.ID, column string) string {
	c.t.Helper()
	var cipher, other []byte
	if err := c.admin.QueryRowContext(c.t.Context(), `SELECT `+column+`, token_cipher FROM enrollments WHERE id = $1`, of.UUID).Scan(&cipher, &other); err != nil {
		c.t.Fatal(err)
	}
	if cipher == nil {
		column, cipher = "token_cipher", other
	}
	text, err := c.Keys.Open(cipher, of.UUID, column)
	if err != nil {
		c.t.Fatal(err)
	}
	return text
}
