package inventory

import (
	"context"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
)

// OpenForm is what the page of a profile asks for that takes requests without a
// login, and what it says about itself to everybody who has its address.
type OpenForm struct {
	ProfileName      string
	BusinessUnitName string
	SeatType         lifecycle.SeatType
	EnrollmentMethod lifecycle.EnrollmentMethod
	// AllowedKeys are the kinds of key that a CSR may have; none means all.
	AllowedKeys []lifecycle.KeyKind
	// AllowedSans are the kinds of alternative name that may be asked for.
	AllowedSans []lifecycle.SANKind
	// NamesTyped: the names are typed, and key and CSR made at pick-up; otherwise the
	// request comes with a CSR, which says the names.
	NamesTyped bool
}

// OpenForm is the form of a profile's request page; nil when there is no such
// profile, or it takes no requests without a login. It needs no viewer.
func (i *Inventory) OpenForm(ctx context.Context, under id.ID) (*OpenForm, error) {
	p, err := i.profiles.Open(ctx, under)
	if err != nil || p == nil {
		return nil, err
	}
	return &OpenForm{
		ProfileName: p.Name, BusinessUnitName: p.UnitName, SeatType: p.SeatType, EnrollmentMethod: p.EnrollmentMethod,
		AllowedKeys: p.AllowedKeys, AllowedSans: p.AllowedSans, NamesTyped: p.EnrollmentMethod == lifecycle.BrowserPKCS12,
	}, nil
}
