package world

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"strconv"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

// Seats adds seats of a business unit, with a name and an e-mail address after
// their seatIds.
func (w *World) Seats(unit id.ID, t lifecycle.SeatType, seatIDs ...string) []*inventory.Seat {
	w.t.Helper()
	in := inventory.CreateSeatsInput{BusinessUnitID: unit, SeatType: t}
	for _, s := range seatIDs {
		name, email := "Name of "+s, s+"@seats.example.com"
		in.Seats = append(in.Seats, &inventory.NewSeat{SeatID: s, Name: &name, Email: &email})
	}
	p, err := w.Inventory.CreateSeats(w.As(Boss()), in)
	w.must("add seats", nil, err)
	w.must("add seats", p.UserErrors, nil)
	seats := make([]*inventory.Seat, len(p.Results))
	for n, r := range p.Results {
		w.must("add seat "+strconv.Itoa(n), r.UserErrors, nil)
		seats[n] = r.Seat
	}
	return seats
}

// Request asks for a certificate for a seat; the changes make it another request.
func (w *World) Request(by viewer.Viewer, profile id.ID, seatID string, changes ...func(*inventory.RequestEnrollmentInput)) *inventory.Enrollment {
	w.t.Helper()
	name, email, comment := "Name of "+seatID, seatID+"@requests.example.com", "For the work of "+seatID
	in := inventory.RequestEnrollmentInput{ProfileID: profile, SeatID: seatID, Name: &name, Email: &email, Comment: &comment}
	for _, change := range changes {
		change(&in)
	}
	p, err := w.Inventory.Request(w.As(by), in)
	w.must("request for "+seatID, nil, err)
	w.must("request for "+seatID, p.UserErrors, nil)
	return p.Enrollment
}

// CSR gives a request a CSR with a new key and this common name.
func (w *World) CSR(commonName string) func(*inventory.RequestEnrollmentInput) {
	w.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	w.must("make a key", nil, err)
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: commonName}}, key)
	w.must("make a CSR", nil, err)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
	return func(in *inventory.RequestEnrollmentInput) { in.Csr = &text }
}

// Approve gives an approval to each of the requests.
func (w *World) Approve(by viewer.Viewer, comment string, ids ...id.ID) {
	w.t.Helper()
	p, err := w.Inventory.ApproveMany(w.As(by), inventory.ApproveEnrollmentsInput{IDs: ids, Comment: &comment})
	w.must("approve", nil, err)
	w.must("approve", p.UserErrors, nil)
	for _, r := range p.Results {
		w.must("approve "+r.ID.String(), r.UserErrors, nil)
	}
}

// Reject ends the requests.
func (w *World) Reject(by viewer.Viewer, reason string, ids ...id.ID) {
	w.t.Helper()
	p, err := w.Inventory.RejectMany(w.As(by), inventory.RejectEnrollmentsInput{IDs: ids, Reason: reason})
	w.must("reject", nil, err)
	w.must("reject", p.UserErrors, nil)
	for _, r := range p.Results {
		w.must("reject "+r.ID.String(), r.UserErrors, nil)
	}
}

// TakeUp moves a request to IN_PROGRESS.
func (w *World) TakeUp(by viewer.Viewer, one id.ID) {
	w.t.Helper()
	p, err := w.Inventory.ChangeStatus(w.As(by), inventory.ChangeEnrollmentStatusInput{ID: one, Status: lifecycle.InProgress})
	w.must("take up", nil, err)
	w.must("take up", p.UserErrors, nil)
}

// Note writes an internal note on a request.
func (w *World) Note(by viewer.Viewer, one id.ID, text string) {
	w.t.Helper()
	p, err := w.Inventory.AddNote(w.As(by), inventory.AddEnrollmentNoteInput{ID: one, Text: text})
	w.must("write a note", nil, err)
	w.must("write a note", p.UserErrors, nil)
}
