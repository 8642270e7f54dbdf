package inventory_test

import (
	"context"
	"errors"
	"sync"
	"time"

	"gatehouse/internal/house"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/issuer"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// keptKey is the key of a built-in authority that is kept here, and lostKey that of
// one that is not any more.
const (
	keptKey = "0a0b0c0d"
	lostKey = "01020304"
)

// announced has the built-in authority of keptKey kept here.
func (w *world) announced() {
	w.t.Helper()
	granted(w.t, w.Inventory.AnnounceAuthority(w.t.Context(), keptKey, []byte("the authority's certificate")))
}

// raised is how many times the list of keptKey was found to be out of date.
func (w *world) raised() int {
	w.t.Helper()
	return w.count(`SELECT changes FROM revocation_lists WHERE authority_key_id = $1`, keptKey)
}

// makings are where certificates come from.
var makings = map[string]func(w *world, c id.ID){
	"built-in": func(w *world, c id.ID) {
		w.past(`UPDATE certificates SET authority = 'BUILT_IN', authority_key_id = $2 WHERE id = $1`, c.UUID, keptKey)
	},
	"built-in, of an authority that is gone": func(w *world, c id.ID) {
		w.past(`UPDATE certificates SET authority = 'BUILT_IN', authority_key_id = $2 WHERE id = $1`, c.UUID, lostKey)
	},
	"built-in, unread": func(w *world, c id.ID) {
		w.past(`UPDATE certificates SET authority = 'BUILT_IN', authority_key_id = '', read_as = 0 WHERE id = $1`, c.UUID)
	},
	"ACME":      func(w *world, c id.ID) { w.past(`UPDATE certificates SET authority = 'ACME' WHERE id = $1`, c.UUID) },
	"elsewhere": func(*world, id.ID) {},
}

// made is a certificate of a seat's that comes from there.
func (w *world) made(seat id.ID, making string, ends time.Time) id.ID {
	w.t.Helper()
	c := w.link(seat, ends)
	makings[making](w, c)
	return c
}

// suspend and resume expect a yes.
func (w *world) suspend(c id.ID) *inventory.Certificate {
	w.t.Helper()
	p, err := w.Inventory.SuspendCertificate(w.as(manager), inventory.SuspendCertificateInput{ID: c})
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	return p.Certificate
}

func (w *world) resume(c id.ID) *inventory.Certificate {
	w.t.Helper()
	p, err := w.Inventory.ResumeCertificate(w.as(manager), inventory.ResumeCertificateInput{ID: c})
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	return p.Certificate
}

// certificateActs are the acts on one certificate, by their actions.
var certificateActs = map[lifecycle.CertificateAction]func(w *world, v viewer.Viewer, c id.ID) (*inventory.CertificatePayload, error){
	lifecycle.CertificateActRevoke: func(w *world, v viewer.Viewer, c id.ID) (*inventory.CertificatePayload, error) {
		return w.Inventory.RevokeCertificate(w.as(v), inventory.RevokeCertificateInput{ID: c, Reason: lifecycle.RevokedSuperseded})
	},
	lifecycle.CertificateActSuspend: func(w *world, v viewer.Viewer, c id.ID) (*inventory.CertificatePayload, error) {
		return w.Inventory.SuspendCertificate(w.as(v), inventory.SuspendCertificateInput{ID: c})
	},
	lifecycle.CertificateActResume: func(w *world, v viewer.Viewer, c id.ID) (*inventory.CertificatePayload, error) {
		return w.Inventory.ResumeCertificate(w.as(v), inventory.ResumeCertificateInput{ID: c})
	},
}

// codeOf is what came of an act on one certificate.
func codeOf(w *world, p *inventory.CertificatePayload, err error) refusal.Code {
	if err != nil {
		w.t.Error(err)
		return "FAULT"
	}
	return code(p.UserErrors)
}

// reportOf is the job that tells a certificate's authority of its revocation, at
// its n-th try; ok is false when there is none.
func (w *world) reportOf(c id.ID, attempt int) (j job.Job, ok bool) {
	w.t.Helper()
	n := w.count(`SELECT count(*) FROM jobs WHERE kind = 'report-revocation' AND payload->>'certificate' = $1`, c.UUID.String())
	if n == 0 {
		return j, false
	}
	if n > 1 {
		w.t.Errorf("%d jobs tell the authority of %s", n, c)
	}
	j = job.Job{Kind: inventory.ReportRevocationJob, Attempt: attempt}
	var payload []byte
	granted(w.t, w.admin.QueryRow(`SELECT payload FROM jobs WHERE kind = 'report-revocation' AND payload->>'certificate' = $1 LIMIT 1`, c.UUID.String()).Scan(&payload))
	j.Payload = payload
	return j, true
}

// teller is an authority of others, which answers a revocation as it is told to.
type teller struct {
	*testCA
	mu     sync.Mutex
	told   []lifecycle.RevocationReason
	answer func(call int) error
}

// Revoke takes it.
func (a *teller) Revoke(_ context.Context, der []byte, reason lifecycle.RevocationReason) error {
	if len(der) == 0 {
		return errors.New("no certificate was named")
	}
	a.mu.Lock()
	a.told = append(a.told, reason)
	n := len(a.told)
	a.mu.Unlock()
	if a.answer == nil {
		return nil
	}
	return a.answer(n)
}

// beside is another server on the same database, which asks these authorities.
func (w *world) beside(issuers map[lifecycle.Issuer]issuer.Issuer) *inventory.Inventory {
	w.t.Helper()
	h, err := house.Open(w.Store, w.keys, house.Options{Issuers: issuers})
	granted(w.t, err)
	return h.Inventory
}
