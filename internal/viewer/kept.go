package viewer

import (
	"encoding/json"
	"errors"
	"fmt"

	"gatehouse/internal/lifecycle"
)

// kept is a viewer as a row keeps it, for what acts later with their rights: a job,
// a webhook, a link to an export. Issuer, subject, permissions and business units are
// the rights; name and roles stand in the audit entries; the e-mail claim is kept
// because nobody approves a request for their own address, not by a job either.
type kept struct {
	Issuer      string                 `json:"issuer"`
	Subject     string                 `json:"subject"`
	Name        string                 `json:"name,omitempty"`
	Email       string                 `json:"email,omitempty"`
	Roles       []lifecycle.Role       `json:"roles,omitempty"`
	Permissions []lifecycle.Permission `json:"permissions"`
	AllUnits    bool                   `json:"allBusinessUnits,omitempty"`
	Units       []string               `json:"businessUnits,omitempty"`
}

// Keep is a person's rights as a row keeps them. It fails for the system and for the
// end user, whose rights nothing carries on.
func Keep(v Viewer) (json.RawMessage, error) {
	if v.Kind != User || v.Subject == "" {
		return nil, fmt.Errorf("viewer: a viewer of kind %q has no rights that could be kept", v.Kind)
	}
	return json.Marshal(kept{Issuer: v.Issuer, Subject: v.Subject, Name: v.Name, Email: v.Email, Roles: v.Roles,
		Permissions: v.Permissions.List(), AllUnits: v.Units.All, Units: v.Units.Names})
}

// Recall is the viewer whose rights a row keeps. It fails for what names nobody: that
// must not pass for anybody, and least of all for the system.
func Recall(raw []byte) (Viewer, error) {
	var k *kept
	if err := json.Unmarshal(raw, &k); err != nil {
		return Viewer{}, fmt.Errorf("viewer: read whose rights a row keeps: %w", err)
	}
	if k == nil || k.Subject == "" {
		return Viewer{}, errors.New("viewer: a row names nobody whose rights it keeps")
	}
	return Viewer{Kind: User, Issuer: k.Issuer, Subject: k.Subject, Name: k.Name, Email: k.Email, Roles: k.Roles,
		Permissions: lifecycle.SetOf(k.Permissions...), Units: Units{All: k.AllUnits, Names: k.Units}}, nil
}
