package inventory_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/house"
	"gatehouse/internal/inventory"
	"gatehouse/internal/issuer"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
)

// claimedBy redeems a new invitation and returns it with the job that it left.
func (w *world) claimed(seatID string) (invited, job.Job) {
	w.t.Helper()
	guest := w.invite(w.profile(byCode(profile.RuleChanges{})), lifecycle.User, seatID)
	w.redeem(inventory.RedeemEnrollmentInput{Token: guest.token, Code: &guest.code, Csr: blankCSR(w.t)})
	return guest, w.jobOf(guest)
}

// jobOf is the job of an enrollment's latest claim, at its first try.
func (w *world) jobOf(guest invited) job.Job {
	w.t.Helper()
	var one uuid.UUID
	granted(w.t, w.admin.QueryRow(`SELECT id FROM issuances WHERE enrollment_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1`, guest.e.UUID).Scan(&one))
	var payload []byte
	granted(w.t, w.admin.QueryRow(`SELECT payload FROM jobs WHERE kind = 'issue' AND payload->>'issuance' = $1`, one.String()).Scan(&payload))
	return job.Job{Kind: inventory.IssueJob, Payload: payload, Attempt: 1}
}

// holdsOne fails unless the enrollment has one certificate and its seat is consumed once.
func (w *world) holdsOne(guest invited) {
	w.t.Helper()
	if got := w.enrollment(guest.e); got.Status != lifecycle.Redeemed || got.Issuance() != nil {
		w.t.Errorf("it is %s, %+v", got.Status, got.Issuance())
	}
	if n := w.count(`SELECT count(*) FROM certificates WHERE enrollment_id = $1 AND source = 'ISSUED' AND chain LIKE '-----BEGIN CERTIFICATE-----%'`, guest.e.UUID); n != 1 {
		w.t.Errorf("it has %d certificates", n)
	}
	if n := w.entries(guest.e, audit.Issue, audit.Success); n != 1 {
		w.t.Errorf("%d entries tell that it was issued", n)
	}
	if n := w.count(`SELECT count(*) FROM issuances WHERE enrollment_id = $1 AND status = 'DONE'`, guest.e.UUID); n != 1 {
		w.t.Errorf("%d claims are done", n)
	}
	w.honest()
}

// However often the work is done, and by however many at once, there is one
// certificate, the same each time, and one seat consumed.
func TestIssuingIsDoneOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func(*world, job.Job)
	}{
		{"twice", func(w *world, j job.Job) {
			granted(w.t, w.Inventory.Issue(w.t.Context(), j))
			granted(w.t, w.Inventory.Issue(w.t.Context(), j))
			if n := w.ca.calls(); n != 1 {
				w.t.Errorf("the authority was asked %d times", n)
			}
		}},
		{"by eight at once", func(w *world, j job.Job) {
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					if err := w.Inventory.Issue(w.t.Context(), j); err != nil {
						w.t.Error(err)
					}
				})
			}
			all.Wait()
		}},
		{"after an end between the authority's answer and keeping it", func(w *world, j job.Job) {
			var first []byte
			w.ca.after = func(c *issuer.Certificate) error {
				if first == nil {
					first = c.DER
					return errors.New("the process ends here")
				}
				if string(first) != string(c.DER) {
					w.t.Error("the second certificate is another one")
				}
				return nil
			}
			if err := w.Inventory.Issue(w.t.Context(), j); err == nil {
				w.t.Error("the end was not told")
			}
			granted(w.t, w.Inventory.Issue(w.t.Context(), j))
		}},
		{"after a panic", func(w *world, j job.Job) {
			panics := true
			w.ca.after = func(*issuer.Certificate) error {
				if panics {
					panics = false
					panic("a bug")
				}
				return nil
			}
			if err := w.Inventory.Issue(w.t.Context(), j); err == nil {
				w.t.Error("the panic was not told")
			}
			granted(w.t, w.Inventory.Issue(w.t.Context(), j))
		}},
		{"by a worker", func(w *world, _ job.Job) { w.issueDue() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 2)
			guest, j := w.claimed("guest")
			c.do(w, j)
			w.holdsOne(guest)
			p, err := w.Inventory.Redeem(t.Context(), inventory.RedeemEnrollmentInput{Token: guest.token, Code: &guest.code, Csr: blankCSR(t)})
			granted(t, err)
			refused(t, p.UserErrors, refusal.InvalidState)
			if p.Invitation.Certificate == nil {
				t.Error("who redeems again is not shown the certificate")
			}
		})
	}
}

// What an issuer remembers is there when it goes on, and a claim that has ended
// takes nothing more.
func TestProgressIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	guest, j := w.claimed("guest")
	var keeps func(context.Context, json.RawMessage) error
	w.ca.answers(func(ctx context.Context, _ issuer.Order, progress json.RawMessage, keep func(context.Context, json.RawMessage) error) error {
		keeps = keep
		if progress == nil {
			granted(t, keep(ctx, json.RawMessage(`{"order": "https://ca.example/1"}`)))
			return errors.New("the process ends here")
		}
		var p struct{ Order string }
		if err := json.Unmarshal(progress, &p); err != nil || p.Order != "https://ca.example/1" {
			t.Errorf("it goes on with %s", progress)
		}
		return nil
	})
	if err := w.Inventory.Issue(t.Context(), j); err == nil {
		t.Error("the end was not told")
	}
	granted(t, w.Inventory.Issue(t.Context(), j))
	if err := keeps(t.Context(), json.RawMessage(`{}`)); err == nil {
		t.Error("a claim that has ended takes progress")
	}
	w.holdsOne(guest)
}

// Redeem waits for the authority, as long as its patience lasts, and answers with
// the certificate.
func TestRedeemWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	patient, err := house.Open(w.Store, w.keys, house.Options{Issuers: map[lifecycle.Issuer]issuer.Issuer{lifecycle.IssuerBuiltIn: w.ca}, Patience: time.Minute})
	granted(t, err)
	w.House = patient
	worker, err := job.New(w.Issuing, job.Options{Handlers: map[string]job.Handler{inventory.IssueJob: w.Inventory.Issue}})
	granted(t, err)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { worker.Run(ctx) })
	guest := w.invite(w.profile(byCode(profile.RuleChanges{})), lifecycle.User, "guest")
	v := w.redeem(inventory.RedeemEnrollmentInput{Token: guest.token, Code: &guest.code, Csr: blankCSR(t)})
	if v.Status != lifecycle.Redeemed || v.Certificate == nil {
		t.Errorf("it is answered with %+v", v)
	}
	stop()
	running.Wait()
	w.holdsOne(guest)
}
