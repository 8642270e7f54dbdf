package profile

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
)

// Held is a profile that is neither changed nor archived until the transaction
// ends, and whose business unit is not deleted until then.
type Held struct {
	// ID is the profile's row, Unit its business unit's.
	ID, Unit             uuid.UUID
	Name                 string
	UnitName             string
	SeatType             lifecycle.SeatType
	CAType               lifecycle.CAType
	AuthenticationMethod lifecycle.AuthenticationMethod
	EnrollmentMethod     lifecycle.EnrollmentMethod
	// Rules are what an enrollment is promised: where the profile names no
	// approvers or managers, those of its business unit.
	Rules
	// Archived: nothing is enrolled under it any more.
	Archived bool
}

// Hold keeps a profile as it is while the transaction enrolls under it. Nil means
// that it does not exist for the viewer, or its business unit was deleted. Those
// who hold it do not wait for each other; who changes, archives or deletes waits
// for them.
func Hold(ctx context.Context, tx *store.Tx, sc scope.Scope, i id.ID) (*Held, error) {
	rows, err := tx.Query(ctx, ofHeld+` AND `+scope.Condition("p.business_unit_id", 2)+`
FOR SHARE OF p FOR KEY SHARE OF u`, named(i), sc.Arg())
	if err != nil {
		return nil, fmt.Errorf("hold %s: %w", i, err)
	}
	held, err := scanHeld(rows, i)
	if held != nil {
		tx.In(held.Unit)
	}
	return held, err
}

// ofHeld reads what Held tells of the profile $1, unless its business unit was deleted.
var ofHeld = fmt.Sprintf(`SELECT %s, u.name, u.approver_emails, u.manager_emails FROM certificate_profiles p JOIN business_units u ON u.id = p.business_unit_id
WHERE p.id = $1 AND u.deleted_at IS NULL`, strings.Join(columns, ", "))

// scanHeld reads the row of ofHeld; nil when there is none.
func scanHeld(rows found, i id.ID) (*Held, error) {
	var unitName string
	var approvers, managers []byte
	all, err := scan(rows, &unitName, &approvers, &managers)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	p := all[0]
	for _, list := range []struct {
		own    *[]string
		ofUnit []byte
	}{{&p.ApproverEmails, approvers}, {&p.ManagerEmails, managers}} {
		if len(*list.own) > 0 {
			continue
		}
		if err := json.Unmarshal(list.ofUnit, list.own); err != nil {
			return nil, fmt.Errorf("read the addresses of the business unit of %s: %w", i, err)
		}
	}
	return &Held{
		ID: p.ID.UUID, Unit: p.Unit, Name: p.Name, UnitName: unitName, SeatType: p.SeatType, CAType: p.CaType,
		AuthenticationMethod: p.AuthenticationMethod, EnrollmentMethod: p.EnrollmentMethod, Rules: p.Rules, Archived: p.ArchivedAt != nil,
	}, nil
}

// lock locks a profile against everybody else who changes or holds it. The error
// is the refusal NOT_FOUND when it does not exist for the viewer.
func lock(ctx context.Context, tx *store.Tx, sc scope.Scope, i id.ID) (*CertificateProfile, error) {
	rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT %s FROM certificate_profiles p WHERE p.id = $1 AND %s FOR UPDATE`,
		strings.Join(columns, ", "), scope.Condition("p.business_unit_id", 2)), named(i), sc.Arg())
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", i, err)
	}
	all, err := scan(rows)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, NotFound(i).At("id")
	}
	tx.In(all[0].Unit)
	return all[0], nil
}

// named is the row that an id names; of an id of another kind, none.
func named(i id.ID) uuid.UUID {
	if i.Kind != id.Profile {
		return uuid.Nil
	}
	return i.UUID
}
