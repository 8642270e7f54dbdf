package inventory

import (
	"context"

	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// CertificatePayload is what came of an act on one certificate.
type CertificatePayload struct {
	Certificate *Certificate
	UserErrors  []*refusal.Refusal
	Replayed    bool
}

// CertificatesPayload is what came of an act on several certificates.
type CertificatesPayload struct {
	Results    []*CertificateResult
	UserErrors []*refusal.Refusal
	Replayed   bool
}

// CertificateResult is what came of one of them.
type CertificateResult struct {
	ID          id.ID
	Certificate *Certificate
	UserErrors  []*refusal.Refusal
}

// certificatePayload shows the certificate as it now is, with the viewer's present
// rights, whatever came of the act.
func (i *Inventory) certificatePayload(ctx context.Context, asked id.ID, out store.Outcome, err error) (*CertificatePayload, error) {
	if err != nil {
		return nil, err
	}
	byID, err := i.CertificatesByID(ctx, []id.ID{asked}, nil)
	if err != nil {
		return nil, err
	}
	return &CertificatePayload{Certificate: byID[asked], UserErrors: errorsOf(out.Why()), Replayed: out.Replayed}, nil
}

// certificatesPayload shows each certificate as it now is, read by one statement.
func (i *Inventory) certificatesPayload(ctx context.Context, out store.Outcome, err error) (*CertificatesPayload, error) {
	if err != nil {
		return nil, err
	}
	byID, err := i.CertificatesByID(ctx, out.IDs(), nil)
	if err != nil {
		return nil, err
	}
	p := &CertificatesPayload{Results: make([]*CertificateResult, len(out.Items)), UserErrors: errorsOf(out.Refusals), Replayed: out.Replayed}
	for n, item := range out.Items {
		p.Results[n] = &CertificateResult{ID: item.ID, Certificate: byID[item.ID], UserErrors: errorsOf(item.Refusals)}
	}
	return p, nil
}
