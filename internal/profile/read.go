package profile

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/batch"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/viewer"
)

// columns are those of a profile under the alias p, in the order of scan.
var columns = []string{
	"p.id", "p.business_unit_id", "p.name", "p.seat_type", "p.ca_type", "p.authentication_method", "p.enrollment_method",
	"p.description", "p.approvals_required", "p.code_length", "p.code_alphabet", "p.allowed_attempts",
	"p.expiry_seconds", "p.pickup_seconds", "p.validity_seconds", "p.renewal_window_seconds", "p.subject_template",
	"p.mail_code", "p.mail_requester", "p.open_requests", "p.issuer", "p.allowed_keys", "p.allowed_sans", "p.key_usages", "p.extended_key_usages",
	"p.approver_emails", "p.manager_emails",
	"p.created_at", "p.updated_at", "p.archived_at", "p.version",
}

// One is a profile by its id; nil when there is none for the viewer. It is
// refused without VIEW_PROFILES.
func (ps *Profiles) One(ctx context.Context, i id.ID) (*CertificateProfile, error) {
	if no := lacksView(ctx); no != nil {
		return nil, no
	}
	found, err := ps.ByIDs(ctx, id.UUIDs(id.Profile, []id.ID{i}))
	return found[i.UUID], err
}

// ByIDs are the profiles with these ids that exist for the viewer, by one
// statement; without VIEW_PROFILES none.
func (ps *Profiles) ByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*CertificateProfile, error) {
	if len(ids) == 0 || lacksView(ctx) != nil {
		return nil, nil
	}
	sc, err := ps.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	all, err := ps.query(ctx, fmt.Sprintf("SELECT %s FROM certificate_profiles p WHERE p.id = ANY($1) AND %s",
		strings.Join(columns, ", "), scope.Condition("p.business_unit_id", 2)), pq.Array(ids), sc.Arg())
	found := make(map[uuid.UUID]*CertificateProfile, len(all))
	for _, p := range all {
		found[p.ID.UUID] = p
	}
	return found, err
}

// BusinessUnitOf is a profile's business unit, read for the whole page at once.
func (ps *Profiles) BusinessUnitOf(ctx context.Context, p *CertificateProfile) (*businessunit.BusinessUnit, error) {
	return ps.units.Of(ctx, p.units, p.Unit)
}

// ApproversAreMailed reports whether a request under the profile mails somebody:
// the profile's approvers, else those of its business unit.
func (ps *Profiles) ApproversAreMailed(ctx context.Context, p *CertificateProfile) (bool, error) {
	if len(p.ApproverEmails) > 0 {
		return true, nil
	}
	u, err := ps.BusinessUnitOf(ctx, p)
	return u != nil && len(u.ApproverEmails) > 0, err
}

// query reads profiles that are read together.
func (ps *Profiles) query(ctx context.Context, statement string, args ...any) ([]*CertificateProfile, error) {
	rows, err := ps.read.Query(ctx, statement, args...)
	if err != nil {
		return nil, fmt.Errorf("read certificate profiles: %w", err)
	}
	return scan(rows)
}

// found is the rows of a statement.
type found interface {
	Next() bool
	Scan(into ...any) error
	Err() error
	Close() error
}

// scan reads every row by columns, and what else was selected behind them, and
// closes the rows.
func scan(rows found, behind ...any) ([]*CertificateProfile, error) {
	defer func() { _ = rows.Close() }()
	var all []*CertificateProfile
	var units []uuid.UUID
	seen := map[uuid.UUID]bool{}
	for rows.Next() {
		p := &CertificateProfile{ID: id.ID{Kind: id.Profile}}
		var keys, sans, usages, extended, approvers, managers []byte
		err := rows.Scan(append([]any{&p.ID.UUID, &p.Unit, &p.Name, &p.SeatType, &p.CaType, &p.AuthenticationMethod, &p.EnrollmentMethod,
			&p.Description, &p.ApprovalsRequired, &p.CodeLength, &p.CodeAlphabet, &p.AllowedAttempts,
			&p.Expiry, &p.PickupTime, &p.Validity, &p.RenewalWindow, &p.SubjectTemplate,
			&p.MailCode, &p.MailRequester, &p.OpenRequests, &p.Issuer, &keys, &sans, &usages, &extended, &approvers, &managers,
			&p.CreatedAt, &p.UpdatedAt, &p.ArchivedAt, &p.Version}, behind...)...)
		if err != nil {
			return nil, fmt.Errorf("read certificate profiles: %w", err)
		}
		for _, list := range []struct {
			column []byte
			into   any
		}{{keys, &p.AllowedKeys}, {sans, &p.AllowedSans}, {usages, &p.KeyUsages}, {extended, &p.ExtendedKeyUsages}, {approvers, &p.ApproverEmails}, {managers, &p.ManagerEmails}} {
			if err := json.Unmarshal(list.column, list.into); err != nil {
				return nil, fmt.Errorf("read the lists of %s: %w", p.ID, err)
			}
		}
		p.CreatedAt, p.UpdatedAt, p.ArchivedAt = p.CreatedAt.UTC(), p.UpdatedAt.UTC(), inUTC(p.ArchivedAt)
		if !seen[p.Unit] {
			seen[p.Unit], units = true, append(units, p.Unit)
		}
		all = append(all, p)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read certificate profiles: %w", err)
	}
	group := batch.NewGroup(units)
	for _, p := range all {
		p.units = group
	}
	return all, nil
}

func inUTC(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	utc := t.UTC()
	return &utc
}

// lacksView is the no to a viewer who may not see profiles.
func lacksView(ctx context.Context) *refusal.Refusal {
	v, _ := viewer.From(ctx)
	return v.Lacks("certificate profiles", lifecycle.ViewProfiles)
}
