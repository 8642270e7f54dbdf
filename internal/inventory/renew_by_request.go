package inventory

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"gatehouse/internal/certificate"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// renewalRequest asks for a successor by a request in the viewer's name, which others
// approve.
type renewalRequest struct {
	*renewing
	request requesting
	der     []byte
	seat    *lockedSeat
	to      lifecycle.Status
}

func newRenewalRequest(r *renewing, c *predecessor, s *lockedSeat) *renewalRequest {
	return &renewalRequest{renewing: r, der: c.der, seat: s, request: requesting{
		in:   RequestEnrollmentInput{SeatID: s.seatID, Name: &s.name, Email: &s.email, Csr: r.in.Csr, Comment: r.in.Comment},
		keys: r.i.keys, tx: r.tx, after: r.after, profile: c.held, promise: c.held.Promise(), replaces: &c.id,
	}}
}

func (w *renewalRequest) look(ctx context.Context) error {
	// The seat stays: it has the certificate. Whether another enrollment stands in the
	// way is among the certificate's facts.
	_, _, err := w.request.rival(ctx, w.seat.place(), w.seat)
	return err
}

func (w *renewalRequest) judge(ctx context.Context) (*refusal.Refusal, error) {
	p := w.request.profile
	for _, other := range []struct {
		field string
		given bool
	}{{"code", w.in.Code != nil}, {"email", w.in.Email != nil}, {"expiresAt", w.in.ExpiresAt != nil}} {
		if other.given {
			return refusal.New(refusal.WrongMethod, "The certificate profile %s admits by approval, and the pick-up link is mailed to the seat's address by then. Leave the %s out.", p.Name, other.field).At(other.field), nil
		}
	}
	inBrowser := p.EnrollmentMethod == lifecycle.BrowserPKCS12
	if inBrowser && w.in.Csr != nil {
		return refusal.New(refusal.Invalid, "Under this profile key and CSR are made in the browser at pick-up, and the names are those of the certificate; leave the csr out.").At("csr"), nil
	}
	if no := w.request.check(); no != nil {
		return no, nil
	}
	if inBrowser {
		if no, err := w.sameNames(); no != nil || err != nil {
			return no, err
		}
	}
	to, no, err := w.request.decide(ctx, false, w.seat)
	w.to = to
	return no, err
}

// sameNames has the request ask for the names of the certificate, or says why the
// profile, as it is now, does not admit them.
func (w *renewalRequest) sameNames() (*refusal.Refusal, error) {
	says, err := certificate.Read(w.der)
	if err != nil {
		return nil, fmt.Errorf("read the names of certificate %s: %w", w.in.ID, err)
	}
	names := lifecycle.RequestNames{
		DNSNames: slices.Clone(says.Names.DNSNames), EmailAddresses: says.Names.EmailAddresses, IPAddresses: says.Names.IPAddresses, URIs: says.Names.URIs,
	}
	for n, name := range names.DNSNames { // no authority tells small letters from capital ones
		if kept, ok := formed(lifecycle.SANDNS, name); ok {
			names.DNSNames[n] = kept
		}
	}
	if no := checkNames(names, w.request.promise); no != nil {
		return refusal.New(no.Code, "The certificate cannot be asked for again with its names. %s Have the profile's allowedSans changed, or ask for a new certificate with other names by requestEnrollment.", no.Message), nil
	}
	w.request.names = names
	return nil, nil
}

func (w *renewalRequest) write(ctx context.Context) (uuid.UUID, shownOnce, error) {
	out, err := w.request.insert(ctx, w.seat.place(), w.seat, w.to)
	if err != nil {
		return uuid.Nil, shownOnce{}, err
	}
	return out.Items[0].ID.UUID, shownOnce{}, nil
}
