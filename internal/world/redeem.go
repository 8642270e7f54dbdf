package world

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
)

// WithCodes makes a profile one of enrollment codes.
func WithCodes(in *profile.CreateCertificateProfileInput) {
	in.AuthenticationMethod = lifecycle.EnrollmentCode
}

// Invited is an invitation as the invited person holds it, or of a request the
// pick-up link.
type Invited struct {
	ID id.ID
	// Token is what stands behind the # of the link; Code is nil for a pick-up link.
	Token string
	Code  *string
}

// Invite enrolls a seat under a profile with codes.
func (w *World) Invite(profile, seat id.ID) Invited {
	w.t.Helper()
	p, err := w.Inventory.EnrollSeat(w.As(Boss()), inventory.EnrollSeatInput{ID: seat, ProfileID: profile})
	w.must("enroll "+seat.String(), nil, err)
	w.must("enroll "+seat.String(), p.UserErrors, nil)
	code := w.Secret(p.Enrollment.ID, "code_cipher")
	return Invited{ID: p.Enrollment.ID, Token: w.Secret(p.Enrollment.ID, "token_cipher"), Code: &code}
}

// PickUp is the pick-up link of an approved request.
func (w *World) PickUp(enrollment id.ID) Invited {
	w.t.Helper()
	return Invited{ID: enrollment, Token: w.Secret(enrollment, "pickup_cipher")}
}

// Secret is what is sealed in a column of an enrollment.
func (w *World) Secret(enrollment id.ID, column string) string {
	w.t.Helper()
	rows, err := w.Store.Read().Query(w.t.Context(), `SELECT `+column+` FROM enrollments WHERE id = $1`, enrollment.UUID)
	w.must("read "+column, nil, err)
	defer func() { _ = rows.Close() }()
	var cipher []byte
	for rows.Next() {
		w.must("read "+column, nil, rows.Scan(&cipher))
	}
	w.must("read "+column, nil, rows.Err())
	text, err := w.Keys.Open(cipher, enrollment.UUID, column)
	w.must("open "+column, nil, err)
	return text
}

// Redeem redeems with a CSR for a new key that names nothing (nil csr) or another
// one. The authority is asked by Issue or IssueDue.
func (w *World) Redeem(i Invited, csr *string) *inventory.Invitation {
	w.t.Helper()
	if csr == nil {
		csr = w.BlankCSR()
	}
	p, err := w.Inventory.Redeem(w.t.Context(), inventory.RedeemEnrollmentInput{Token: i.Token, Code: i.Code, Csr: csr})
	w.must("redeem "+i.ID.String(), nil, err)
	w.must("redeem "+i.ID.String(), p.UserErrors, nil)
	return p.Invitation
}

// BlankCSR is a request for a new key that names nothing.
func (w *World) BlankCSR() *string {
	w.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	w.must("make a key", nil, err)
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	w.must("make a CSR", nil, err)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
	return &text
}

// IssueDue has the authorities asked once for all that is claimed now. It must not
// run beside Issue.
func (w *World) IssueDue() {
	w.t.Helper()
	for kind, queue := range w.asking() {
		worker, err := job.New(queue, job.Options{Handlers: map[string]job.Handler{kind: w.Inventory.Issue}})
		w.must("make a worker", nil, err)
		_, err = worker.RunDue(w.t.Context())
		w.must("ask the authorities", nil, err)
	}
}
