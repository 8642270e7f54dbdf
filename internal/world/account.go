package world

import (
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
)

// Unit adds a business unit, named after its key.
func (w *World) Unit(key string) *businessunit.BusinessUnit {
	w.t.Helper()
	p, err := w.Units.Create(w.As(Boss()), businessunit.CreateBusinessUnitInput{
		Key: key, Name: "Unit " + key, ApproverEmails: []string{"approvers@" + key + ".example.com"}, ManagerEmails: []string{"managers@" + key + ".example.com"},
	})
	w.must("add the business unit "+key, nil, err)
	w.must("add the business unit "+key, p.UserErrors, nil)
	return p.BusinessUnit
}

// Purchase makes the account's licences of a seat type unlimited.
func (w *World) Purchase(types ...lifecycle.SeatType) {
	w.t.Helper()
	for _, t := range types {
		p, err := w.Licences.SetPurchased(w.As(Boss()), licence.SetPurchasedSeatsInput{SeatType: t, Unlimited: new(true)})
		w.must("purchase "+string(t), nil, err)
		w.must("purchase "+string(t), p.UserErrors, nil)
	}
}

// Allocate gives a business unit n licences of a seat type.
func (w *World) Allocate(unit id.ID, t lifecycle.SeatType, n int) *licence.SeatAllocation {
	w.t.Helper()
	p, err := w.Licences.Allocate(w.As(Boss()), licence.AllocateSeatsInput{BusinessUnitID: unit, SeatType: t, Allocated: n})
	w.must("allocate "+string(t), nil, err)
	w.must("allocate "+string(t), p.UserErrors, nil)
	return p.SeatAllocation
}

// Profile adds a certificate profile for USER seats, whose requests carry names
// instead of a CSR and need one approval; the changes make it another.
func (w *World) Profile(unit id.ID, name string, changes ...func(*profile.CreateCertificateProfileInput)) *profile.CertificateProfile {
	w.t.Helper()
	in := profile.CreateCertificateProfileInput{
		BusinessUnitID: unit, Name: name, SeatType: lifecycle.User, CaType: lifecycle.Private,
		AuthenticationMethod: lifecycle.ManualApproval, EnrollmentMethod: lifecycle.BrowserPKCS12,
	}
	in.AllowedSans = lifecycle.SANKinds
	for _, change := range changes {
		change(&in)
	}
	p, err := w.Profiles.Create(w.As(Boss()), in)
	w.must("add the profile "+name, nil, err)
	w.must("add the profile "+name, p.UserErrors, nil)
	return p.CertificateProfile
}

// Approvals makes a profile ask for n approvals.
func Approvals(n int) func(*profile.CreateCertificateProfileInput) {
	return func(in *profile.CreateCertificateProfileInput) { in.ApprovalsRequired = &n }
}

// WithCSR makes a profile ask for a CSR.
func WithCSR(in *profile.CreateCertificateProfileInput) { in.EnrollmentMethod = lifecycle.CSR }
