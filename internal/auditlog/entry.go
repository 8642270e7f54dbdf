package auditlog

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/batch"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// Entry says who did what to which thing, when, from where, why, with what
// outcome and what changed.
type Entry struct {
	ID           id.ID
	At           time.Time
	Actor        Actor
	Action       audit.Action
	ResourceType audit.Resource
	// ResourceID is the thing's public id; nil when the thing was not made.
	ResourceID *id.ID
	Outcome    audit.Outcome
	// Code is why it was refused; nil unless it was.
	Code          *refusal.Code
	RequestID     string
	ClientAddress string
	Comment       string
	Changes       []audit.Change

	// Unit is the thing's business unit; the zero UUID when it has none.
	Unit uuid.UUID
	// Units are the business units of all entries that were read together, to be
	// looked up at once. (Their ids are the group's members, not the entries'.)
	Units *batch.Group
}

// Actor is who did it, as the token named them then.
type Actor struct {
	Kind    viewer.Kind
	Issuer  string
	Subject string
	Name    string
	Roles   []lifecycle.Role
}

// kinds says by which kind of public id a thing of the log is known.
var kinds = map[audit.Resource]id.Kind{
	audit.BusinessUnit: id.BusinessUnit,
	audit.License:      id.License,
	audit.Allocation:   id.Allocation,
	audit.Profile:      id.Profile,
	audit.Seat:         id.Seat,
	audit.Enrollment:   id.Enrollment,
	audit.Certificate:  id.Certificate,
	audit.View:         id.View,
	audit.Webhook:      id.Webhook,
	audit.Job:          id.Job,
	audit.Export:       id.Export,
}

// resourceOf is the thing that a kind of public id names; false for what the log
// has no entries about.
func resourceOf(k id.Kind) (audit.Resource, bool) {
	for resource, kind := range kinds {
		if kind == k {
			return resource, true
		}
	}
	return "", false
}

// columns are an entry's under the alias a, in the order of scan.
var columns = []string{
	"a.id", "a.at", "a.actor_kind", "a.actor_issuer", "a.actor_subject", "a.actor_name", "a.actor_roles", "a.action", "a.resource_type",
	"a.resource_id", "a.business_unit_id", "a.outcome", "a.code", "a.request_id", "a.client_address", "a.comment", "a.changes",
}

// scan reads one row of columns, behind what the caller reads in front of them.
func scan(row func(...any) error, front ...any) (*Entry, error) {
	e := &Entry{}
	var own uuid.UUID
	var resource, unit *uuid.UUID
	var code refusal.Code
	var roles, changes []byte
	if err := row(append(front, &own, &e.At, &e.Actor.Kind, &e.Actor.Issuer, &e.Actor.Subject, &e.Actor.Name, &roles, &e.Action, &e.ResourceType,
		&resource, &unit, &e.Outcome, &code, &e.RequestID, &e.ClientAddress, &e.Comment, &changes)...); err != nil {
		return nil, err
	}
	e.ID, e.At = id.Of(id.AuditEntry, own), e.At.UTC()
	if err := json.Unmarshal(roles, &e.Actor.Roles); err != nil {
		return nil, fmt.Errorf("read the roles in %s: %w", e.ID, err)
	}
	if err := json.Unmarshal(changes, &e.Changes); err != nil {
		return nil, fmt.Errorf("read the changes in %s: %w", e.ID, err)
	}
	if resource != nil {
		thing := id.Of(kinds[e.ResourceType], *resource)
		e.ResourceID = &thing
	}
	if unit != nil {
		e.Unit = *unit
	}
	if code != "" {
		e.Code = &code
	}
	return e, nil
}

// together gives entries that were read at once the group of their business units.
func together(entries []*Entry) {
	seen := map[uuid.UUID]bool{uuid.Nil: true}
	var units []uuid.UUID
	for _, e := range entries {
		if !seen[e.Unit] {
			seen[e.Unit] = true
			units = append(units, e.Unit)
		}
	}
	group := batch.NewGroup(units)
	for _, e := range entries {
		e.Units = group
	}
}

// place is where an entry lies in a list: by time, then by id.
func place(e *Entry) page.Key {
	return page.Key{Value: e.At.Format(time.RFC3339Nano), ID: e.ID.UUID}
}
