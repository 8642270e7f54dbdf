package inventory

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/page"
)

// mostProfiles is up to how many profiles a list is read by. What more profiles have in
// common, many enrollments have, and a page of these is soon found among all.
const mostProfiles = 100

// ofProfiles reports whether the filter asks for something that a profile fixes for
// all its enrollments.
func (f EnrollmentFilter) ofProfiles() bool {
	return f.ProfileIDs != nil || f.SeatTypes != nil || f.AuthenticationMethods != nil || f.EnrollmentMethods != nil || f.CaTypes != nil
}

// profilesAsked are the profiles of the list's business units whose enrollments the
// filter may let pass; nil when they are too many to read a list by.
func (i *Inventory) profilesAsked(ctx context.Context, l *enrollmentList) ([]uuid.UUID, error) {
	m := page.Merge{Alias: "p"}
	f := l.filter
	where := []string{"TRUE"}
	ask := func(column, is string, values any) {
		where = append(where, fmt.Sprintf("p.%s = ANY(%s::%s[])", column, m.Arg(pq.Array(values)), is))
	}
	if l.units != nil {
		ask("business_unit_id", "uuid", l.units)
	}
	if f.ProfileIDs != nil {
		ask("id", "uuid", distinct(id.Profile, f.ProfileIDs))
	}
	if f.SeatTypes != nil {
		ask("seat_type", "text", asTexts(f.SeatTypes))
	}
	if f.AuthenticationMethods != nil {
		ask("authentication_method", "text", asTexts(f.AuthenticationMethods))
	}
	if f.EnrollmentMethods != nil {
		ask("enrollment_method", "text", asTexts(f.EnrollmentMethods))
	}
	if f.CaTypes != nil {
		ask("ca_type", "text", asTexts(f.CaTypes))
	}
	statement := fmt.Sprintf("SELECT p.id FROM certificate_profiles p WHERE %s LIMIT %d", strings.Join(where, " AND "), mostProfiles+1)
	found, err := i.read.Query(ctx, statement, m.Args...)
	if err != nil {
		return nil, fmt.Errorf("read the profiles of a filter: %w", err)
	}
	defer func() { _ = found.Close() }()
	profiles := []uuid.UUID{}
	for found.Next() {
		var p uuid.UUID
		if err := found.Scan(&p); err != nil {
			return nil, fmt.Errorf("read the profiles of a filter: %w", err)
		}
		profiles = append(profiles, p)
	}
	if err := found.Err(); err != nil {
		return nil, fmt.Errorf("read the profiles of a filter: %w", err)
	}
	if profiles = except(profiles, distinct(id.Profile, f.ExcludeProfileIDs)); len(profiles) > mostProfiles {
		return nil, nil
	}
	return profiles, nil
}
