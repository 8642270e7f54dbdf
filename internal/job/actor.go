package job

import (
	"encoding/json"
	"errors"
	"fmt"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

// actor is who a job acts for, as its row keeps it. Issuer, subject, permissions
// and business units are its rights; name and roles stand in the audit entries; the
// e-mail claim is kept because nobody approves a request for their own address,
// not by a job either.
type actor struct {
	Issuer      string                 `json:"issuer"`
	Subject     string                 `json:"subject"`
	Name        string                 `json:"name,omitempty"`
	Email       string                 `json:"email,omitempty"`
	Roles       []lifecycle.Role       `json:"roles,omitempty"`
	Permissions []lifecycle.Permission `json:"permissions"`
	AllUnits    bool                   `json:"allBusinessUnits,omitempty"`
	Units       []string               `json:"businessUnits,omitempty"`
}

// actorOf is what a row keeps of a viewer; nil for the system.
func actorOf(v viewer.Viewer) (*actor, error) {
	switch v.Kind {
	case viewer.System:
		return nil, nil
	case viewer.User:
		return &actor{Issuer: v.Issuer, Subject: v.Subject, Name: v.Name, Email: v.Email, Roles: v.Roles,
			Permissions: v.Permissions.List(), AllUnits: v.Units.All, Units: v.Units.Names}, nil
	}
	return nil, fmt.Errorf("job: a viewer of kind %q has no rights that a job could act with", v.Kind)
}

// readActor reads what a row keeps. What is not a person must not pass for the
// system, who may do everything.
func readActor(kept []byte) (*actor, error) {
	var a *actor
	if err := json.Unmarshal(kept, &a); err != nil {
		return nil, fmt.Errorf("job: read who it acts for: %w", err)
	}
	if a == nil || a.Subject == "" {
		return nil, errors.New("job: its row names nobody whom it acts for")
	}
	return a, nil
}

// viewer is who the job acts as: those rights, or the system.
func (a *actor) viewer() viewer.Viewer {
	if a == nil {
		return viewer.TheSystem()
	}
	return viewer.Viewer{Kind: viewer.User, Issuer: a.Issuer, Subject: a.Subject, Name: a.Name, Email: a.Email, Roles: a.Roles,
		Permissions: lifecycle.SetOf(a.Permissions...), Units: viewer.Units{All: a.AllUnits, Names: a.Units}}
}
