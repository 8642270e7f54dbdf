package businessunit

import (
	"context"
	"regexp"
	"strings"

	"gatehouse/internal/audit"
	"gatehouse/internal/form"
	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// CreateBusinessUnitInput is a business unit to be added.
type CreateBusinessUnitInput struct {
	Key            string
	Name           string
	ApproverEmails []string
	ManagerEmails  []string
	IdempotencyKey *string
}

// keyForm is what a key looks like: it stands in tokens, file names and scripts.
var keyForm = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)

// Create adds a business unit. It is refused with INVALID, and with DUPLICATE
// for a key that was ever used: tokens name business units by it, and a token
// made for a deleted one must not open another.
func (us *Units) Create(ctx context.Context, in CreateBusinessUnitInput) (*Payload, error) {
	in.Name = strings.TrimSpace(in.Name)
	unit := id.New(id.BusinessUnit)
	out, err := us.store.Do(ctx, store.Cause{
		Mutation: "createBusinessUnit", Action: audit.CreateBusinessUnit, Resource: audit.BusinessUnit, Key: in.IdempotencyKey, Input: in,
	}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		if no := in.check(); no != nil {
			return store.Outcome{}, no
		}
		added, err := tx.Insert(ctx, audit.BusinessUnit, "(key)", []store.Row{{
			"id": unit.UUID, "version": 1, "created_at": tx.Now(), "updated_at": tx.Now(), "key": in.Key, "name": in.Name, "is_default": false,
			"approver_emails": orEmpty(in.ApproverEmails), "manager_emails": orEmpty(in.ManagerEmails),
		}})
		if err != nil {
			return store.Outcome{}, err
		}
		if !added[unit.UUID] {
			return store.Outcome{}, refusal.New(refusal.Duplicate,
				"The key %q was used for a business unit before; a key is never used again, not even after deletion. Choose another.", in.Key).At("key")
		}
		tx.Record(audit.Entry{ID: unit.UUID, BusinessUnit: unit.UUID})
		return store.Done(unit), nil
	})
	return us.payload(ctx, id.ID{}, out, err)
}

func (in CreateBusinessUnitInput) check() *refusal.Refusal {
	if !keyForm.MatchString(in.Key) {
		return refusal.New(refusal.Invalid, "A key is 1 to 64 characters of a-z, 0-9 and -, such as \"research-eu\".").At("key")
	}
	if no := form.Line(in.Name, 1, form.MaxName, "name"); no != nil {
		return no
	}
	if no := form.Addresses(in.ApproverEmails, "approverEmails"); no != nil {
		return no
	}
	return form.Addresses(in.ManagerEmails, "managerEmails")
}

// orEmpty is a list as its column keeps it: never NULL.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
