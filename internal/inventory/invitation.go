package inventory

import (
	"context"
	"time"

	"gatehouse/internal/issuer"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/period"
)

// Invitation is what the holder of a link is shown.
type Invitation struct {
	Status               lifecycle.Status
	ExpiresAt            time.Time
	AuthenticationMethod lifecycle.AuthenticationMethod
	EnrollmentMethod     lifecycle.EnrollmentMethod
	Issuer               lifecycle.Issuer
	ProfileName          string
	BusinessUnitName     string
	SeatType             lifecycle.SeatType
	SeatID               string
	Name                 string
	// Redeems: this very link redeems.
	Redeems          bool
	CodeLength       *int
	CodeAlphabet     *lifecycle.CodeAlphabet
	AttemptsLeft     *int
	AllowedKeys      []lifecycle.KeyKind
	NeedsCsr         bool
	Names            *RequestedNames
	Validity         period.Period
	ApprovalsMissing int
	Reason           *string
	Issuance         *Issuance
	Certificate      *DeliveredCertificate
}

// Invitation is what a link leads to, by the secret behind its #; nil for a link
// that is not valid, or no longer. It needs no viewer: who holds the link may see
// it, and it tells nothing that they could not be told.
func (i *Inventory) Invitation(ctx context.Context, token string) (*Invitation, error) {
	ctx = i.store.Pin(ctx)
	l, err := i.follow(ctx, token)
	if err != nil || l == nil {
		return nil, err
	}
	return l.invitation(), nil
}

// invitation is the enrollment as the holder of the link is shown it.
func (l *byLink) invitation() *Invitation {
	v := &Invitation{
		Status: l.status, ExpiresAt: l.expiresAt, AuthenticationMethod: l.method, EnrollmentMethod: l.enrollmentMethod, Issuer: l.authority(),
		ProfileName: l.profile, BusinessUnitName: l.unitName, SeatType: l.holder.seatType, SeatID: l.holder.id, Name: l.holder.name,
		Redeems: l.redeems(), AllowedKeys: allowedKinds(l.promise), NeedsCsr: l.needsCSR(), Names: l.shownNames(),
		Validity: period.Period(l.promise.ValiditySeconds), Issuance: l.issuance, Certificate: l.certificate,
	}
	switch l.method {
	case lifecycle.EnrollmentCode:
		left := max(0, l.allowed-l.attempts)
		v.CodeLength, v.CodeAlphabet, v.AttemptsLeft = &l.promise.CodeLength, &l.promise.CodeAlphabet, &left
	case lifecycle.ManualApproval:
		if l.status == lifecycle.Pending || l.status == lifecycle.InProgress || l.status == lifecycle.PendingSecondApproval {
			v.ApprovalsMissing = max(0, l.required-l.approvals)
		}
	}
	if l.status == lifecycle.Rejected {
		v.Reason = &l.reason
	}
	return v
}

// allowedKinds are the kinds of key that were promised: all when none is named.
func allowedKinds(p lifecycle.Promise) []lifecycle.KeyKind {
	if len(p.AllowedKeys) == 0 {
		return lifecycle.KeyKinds
	}
	kinds := make([]lifecycle.KeyKind, len(p.AllowedKeys))
	for n, k := range p.AllowedKeys {
		kinds[n] = lifecycle.KeyKind(k)
	}
	return kinds
}

// shownNames are what the certificate will say. Where the seat's names do not fit
// into a certificate the subject is left empty: redeeming tells why.
func (l *byLink) shownNames() *RequestedNames {
	n := certificateNames{promise: l.promise, method: l.method, holder: l.holder, asked: l.names, csr: l.csr}
	order := n.alternative()
	out := &RequestedNames{DNSNames: list(order.DNSNames), EmailAddresses: list(order.EmailAddresses), IPAddresses: list(order.IPAddresses), Uris: list(order.URIs)}
	if subject, no := n.subject(); no == nil {
		out.Subject = issuer.SubjectText(subject)
	}
	if l.csr != "" {
		out.KeySha256, out.SignatureAlgorithm = orNil(l.names.KeySHA256), orNil(l.names.SignatureAlgorithm)
		if l.names.Key != "" {
			key := lifecycle.KeyKind(l.names.Key)
			out.Key = &key
		}
	}
	return out
}
