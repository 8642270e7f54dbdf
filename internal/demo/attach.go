package demo

import (
	"context"
	"encoding/pem"
	"fmt"
	"time"

	"gatehouse/internal/inventory"
	"gatehouse/internal/issuer"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// attach closes a request with a certificate that another authority has issued for
// its CSR, as a registration authority's script does.
func (s *seeding) attach(ctx context.Context, r *request) error {
	a := act{name: "attach-" + r.name(), at: s.on(r.fetched.daysAgo, r.fetched.minute), by: emil, once: true}
	return s.do(ctx, a, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
		text, err := elsewhere(r, s.house.Store.Now(ctx))
		if err != nil {
			return nil, err
		}
		comment := "Issued by our public authority."
		p, err := s.house.Inventory.AttachCertificate(ctx, inventory.AttachCertificateInput{ID: r.id, Certificate: text, Comment: &comment, IdempotencyKey: key})
		if err != nil {
			return nil, err
		}
		return p.UserErrors, nil
	})
}

// elsewhere is the certificate for a request's CSR, with those above it, from an
// authority outside, which stands for a public one.
func elsewhere(r *request, now time.Time) (string, error) {
	text, err := signingRequest(r.offer, r.name(), r.seat)
	if err != nil {
		return "", err
	}
	block, _ := pem.Decode([]byte(text))
	order := issuer.Order{
		CSR: block.Bytes, Subject: []issuer.Attribute{{Name: "O", Value: "Example"}, {Name: "CN", Value: *r.seat.Name}},
		ExtendedKeyUsages: []lifecycle.ExtendedKeyUsage{lifecycle.ClientAuth, lifecycle.EmailProtection},
	}
	if r.seat.Email != nil {
		order.EmailAddresses = []string{*r.seat.Email}
	}
	authority, err := newAuthority(now)
	if err == nil {
		err = authority.Prepare(&order, now, 365*24*time.Hour)
	}
	var c issuer.Certificate
	if err == nil {
		c, err = authority.Issue(context.Background(), order, nil, nil)
	}
	if err != nil {
		return "", fmt.Errorf("issue a certificate for %s elsewhere: %w", r.name(), err)
	}
	return issuer.PEM(append([][]byte{c.DER}, c.Chain...)...), nil
}
