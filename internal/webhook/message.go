package webhook

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/live"
	"gatehouse/internal/store"
)

// message is the body of a message. It is thin: it names what changed and how, so
// that the receiver can ask the API with rights of its own, and holds no name, no
// address and no secret, whoever reads it on its way.
type message struct {
	Type string `json:"type"`
	// Timestamp is when it happened, not when it is sent.
	Timestamp time.Time `json:"timestamp"`
	Data      data      `json:"data"`
}

type data struct {
	Webhook        string           `json:"webhookId,omitempty"` // of a test
	Action         audit.Action     `json:"action,omitempty"`
	ResourceType   audit.Resource   `json:"resourceType,omitempty"`
	ID             string           `json:"id,omitempty"`
	BusinessUnitID string           `json:"businessUnitId,omitempty"`
	ProfileID      string           `json:"profileId,omitempty"`
	StatusBefore   lifecycle.Status `json:"statusBefore,omitempty"`
	Status         lifecycle.Status `json:"status,omitempty"`
	// Position tells the order of messages, which may arrive in another: that of the
	// commits. Cursor is the same as a subscription takes it as after.
	Position int64  `json:"position,omitempty"`
	Cursor   string `json:"cursor,omitempty"`
}

// testKind is the type of a test message.
const testKind = "test"

// kindOf is the type of an event's message, such as enrollment.approve: the kind of
// the thing and the act, in small letters.
func kindOf(resource audit.Resource, action audit.Action) string {
	return strings.ToLower(string(resource) + "." + string(action))
}

// resourceOf is the kind of thing that a type tells of; empty of a test.
func resourceOf(kind string) audit.Resource {
	resource, _, told := strings.Cut(kind, ".")
	if !told {
		return ""
	}
	return audit.Resource(strings.ToUpper(resource))
}

// kinds are the kinds of the ids of things.
var kinds = map[audit.Resource]id.Kind{
	audit.BusinessUnit: id.BusinessUnit, audit.License: id.License, audit.Allocation: id.Allocation, audit.Profile: id.Profile, audit.Seat: id.Seat,
	audit.Enrollment: id.Enrollment, audit.Certificate: id.Certificate, audit.View: id.View, audit.Webhook: id.Webhook, audit.Job: id.Job, audit.Export: id.Export,
}

// bodyOf is the message about an event.
func bodyOf(e store.Event) string {
	d := data{Action: e.Action, ResourceType: e.Resource, ID: textOf(kinds[e.Resource], e.Thing), BusinessUnitID: textOf(id.BusinessUnit, e.BusinessUnit),
		StatusBefore: e.StatusBefore, Status: e.Status, ProfileID: textOf(id.Profile, e.Profile),
		Position: e.Position, Cursor: live.Cursor(e.Position).String()}
	return message{Type: kindOf(e.Resource, e.Action), Timestamp: e.At.UTC(), Data: d}.text()
}

// textOf is an id's text; empty for none.
func textOf(kind id.Kind, row uuid.UUID) string {
	if row == uuid.Nil {
		return ""
	}
	return id.Of(kind, row).String()
}

func (m message) text() string {
	b, _ := json.Marshal(m) // words, ids and a time of this millennium
	return string(b)
}

// messageID is the id of a delivery's message: the same at every attempt.
func messageID(delivery uuid.UUID) string { return id.Of("msg", delivery).String() }
