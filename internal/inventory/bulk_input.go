package inventory

import (
	"slices"
	"strings"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// BulkActionInput is what an action on many things takes beside them; which action
// takes what is said by bulkTakes. Its JSON is what a job's row keeps.
type BulkActionInput struct {
	Comment            *string                     `json:"comment,omitempty"`
	Reason             *string                     `json:"reason,omitempty"`
	ExpiresAt          *time.Time                  `json:"expiresAt,omitempty"`
	NewCode            *bool                       `json:"newCode,omitempty"`
	ProfileID          *id.ID                      `json:"profileId,omitempty"`
	RevokeCertificates *bool                       `json:"revokeCertificates,omitempty"`
	RevocationReason   *lifecycle.RevocationReason `json:"revocationReason,omitempty"`
}

// bulkTakes is what each action takes, by the names of the fields.
var bulkTakes = map[lifecycle.BulkAction][]string{
	lifecycle.BulkApprove:        {"comment"},
	lifecycle.BulkReject:         {"reason"},
	lifecycle.BulkReset:          {"expiresAt", "newCode", "comment"},
	lifecycle.BulkUnlock:         {"comment"},
	lifecycle.BulkResend:         {"comment"},
	lifecycle.BulkCancel:         {"reason"},
	lifecycle.BulkResendApproval: {"comment"},
	lifecycle.BulkEnroll:         {"profileId", "expiresAt"},
	lifecycle.BulkDelete:         {"revokeCertificates", "comment"},
	lifecycle.BulkRevoke:         {"revocationReason", "comment"},
}

// given are the names of the fields that say something, in the order of the schema.
func (in BulkActionInput) given() (names []string) {
	for _, f := range []struct {
		name string
		is   bool
	}{
		{"comment", in.Comment != nil}, {"reason", in.Reason != nil}, {"expiresAt", in.ExpiresAt != nil}, {"newCode", in.NewCode != nil},
		{"profileId", in.ProfileID != nil}, {"revokeCertificates", in.RevokeCertificates != nil}, {"revocationReason", in.RevocationReason != nil},
	} {
		if f.is {
			names = append(names, f.name)
		}
	}
	return names
}

// fits is the no to a value that the action does not take, and to the lack of one that
// it cannot do without; nil when the input is the action's.
func (in BulkActionInput) fits(action lifecycle.BulkAction) *refusal.Refusal {
	takes := bulkTakes[action]
	for _, name := range in.given() {
		if !slices.Contains(takes, name) {
			return refusal.New(refusal.Invalid, "%s takes no %s; it takes %s. Leave it out.", action, name, strings.Join(takes, ", ")).At(name)
		}
	}
	if action == lifecycle.BulkEnroll && in.ProfileID == nil {
		return refusal.New(refusal.Invalid, "ENROLL needs the certificate profile to enroll under; give its profileId.").At("profileId")
	}
	return nil
}
