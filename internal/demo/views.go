package demo

import (
	"context"

	"gatehouse/internal/audit"
	"gatehouse/internal/auditlog"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/view"
)

// saved is a view that somebody has saved.
type saved struct {
	by   person
	name string
	list view.ListInput
	// columns are what the frontend shows; the names are those of an export, too.
	columns []string
	// shared: with those who see the business unit, or without one with those who see all.
	shared bool
	unit   string
}

// saved are the views: of every list one, shared with all, with a business unit and
// with nobody.
func (s *seeding) saved() []saved {
	expired, mine, idle := inventory.ViewExpired, inventory.ViewNeedsMyApproval, inventory.SeatsNotEnrolled
	return []saved{
		{emil, "Codes that ran out", view.ListInput{Enrollments: &inventory.EnrollmentListInput{
			View: &expired, Filter: &inventory.EnrollmentFilter{AuthenticationMethods: []lifecycle.AuthenticationMethod{lifecycle.EnrollmentCode}},
		}}, []string{"seatId", "profileName", "businessUnitName", "expiresAt"}, true, ""},
		{amara, "Servers that wait for me", view.ListInput{Enrollments: &inventory.EnrollmentListInput{
			View: &mine, Filter: &inventory.EnrollmentFilter{SeatTypes: []lifecycle.SeatType{lifecycle.Server}},
		}}, []string{"seatId", "requesterName", "approvalsGiven", "expiresAt"}, false, ""},
		{sofia, "Laptops without a certificate", view.ListInput{Seats: &inventory.SeatListInput{
			View: &idle, Filter: &inventory.SeatFilter{BusinessUnitIDs: []id.ID{s.units["engineering"]}, SeatTypes: []lifecycle.SeatType{lifecycle.Device}},
		}}, []string{"seatId", "name", "unusedSince"}, true, "engineering"},
		{emil, "Weak keys", view.ListInput{Certificates: &inventory.CertificateListInput{
			Filter: &inventory.CertificateFilter{KeyAlgorithms: []string{"RSA_1024"}},
		}}, []string{"subject", "issuer", "keyAlgorithm", "notAfter"}, true, ""},
		{olga, "Refused", view.ListInput{AuditEntries: &auditlog.ListInput{
			Filter: &auditlog.Filter{Outcomes: []audit.Outcome{audit.Refused}},
		}}, []string{"at", "actorName", "action", "code"}, false, ""},
	}
}

// saveViews has the people save their views, two days ago.
func (s *seeding) saveViews(ctx context.Context) error {
	for n, v := range s.saved() {
		err := s.do(ctx, act{name: "view-" + slug(v.name), at: s.on(2, evening+60+n*3), by: v.by}, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
			in := view.SaveViewInput{Name: v.name, List: v.list, Columns: v.columns, Shared: &v.shared, IdempotencyKey: key}
			if v.unit != "" {
				unit := s.units[v.unit]
				in.BusinessUnitID = &unit
			}
			p, err := s.house.Views.Save(ctx, in)
			if err != nil {
				return nil, err
			}
			return p.UserErrors, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
