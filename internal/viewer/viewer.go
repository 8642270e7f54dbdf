// Package viewer says who is asking, for which business units, and from where.
//
// A viewer comes from a verified token and nothing else: there is no user
// directory, and identity is (issuer, subject). A context without a viewer is
// nobody, and nobody may do nothing.
package viewer

import (
	"context"
	"slices"
	"strings"
	"time"

	"gatehouse/internal/lifecycle"
)

// Kind says what acts.
type Kind string

// The kinds of an actor, as audit entries name them.
const (
	User    Kind = "USER"     // a person or script with a token
	System  Kind = "SYSTEM"   // the server itself: expiry, jobs of its own
	EndUser Kind = "END_USER" // the invited person, without a login
)

// Viewer is who is asking.
type Viewer struct {
	Kind    Kind
	Issuer  string
	Subject string
	Name    string
	Email   string
	// Roles are the known roles of the token; unknown ones were left out.
	Roles []lifecycle.Role
	// Permissions is what the roles grant.
	Permissions lifecycle.PermissionSet
	// Units are the business units that exist for the viewer.
	Units Units
	// Until is when the viewer's token is no longer accepted; zero for who has none:
	// the system, the end user, and whose rights a row keeps.
	Until time.Time
}

// Units are the business units named by a token.
type Units struct {
	// All is the claim "*".
	All bool
	// Names are the keys or ids (bu_…) of the claim. None, and All false, means
	// no business unit at all.
	Names []string
}

// New makes the viewer of a verified token.
func New(issuer, subject, name, email string, roles []lifecycle.Role, units Units) Viewer {
	return Viewer{Kind: User, Issuer: issuer, Subject: subject, Name: name, Email: email, Roles: roles, Permissions: lifecycle.Grant(roles), Units: units}
}

// TheSystem is the server acting by itself: it may do everything in every
// business unit, and audit entries name it as SYSTEM.
func TheSystem() Viewer {
	return Viewer{Kind: System, Issuer: "gatehouse", Subject: "system", Name: "Gatehouse", Permissions: lifecycle.SetOf(lifecycle.Permissions...), Units: Units{All: true}}
}

// TheEndUser is the invited person, known by nothing but the enrollment (enr_…)
// whose link they hold: no permission and no business unit. What the link and the
// code let them do is judged by the use case.
func TheEndUser(enrollment string) Viewer {
	return Viewer{Kind: EndUser, Issuer: "gatehouse", Subject: enrollment}
}

// Is reports whether the viewer is the person known as (issuer, subject).
func (v Viewer) Is(issuer, subject string) bool {
	return subject != "" && v.Issuer == issuer && v.Subject == subject
}

// HasEmail reports whether the viewer's e-mail claim equals one of the
// addresses; an empty address equals nothing.
func (v Viewer) HasEmail(addresses ...string) bool {
	own := strings.TrimSpace(v.Email)
	return own != "" && slices.ContainsFunc(addresses, func(a string) bool { return strings.EqualFold(strings.TrimSpace(a), own) })
}

// May reports whether the viewer has the permission.
func (v Viewer) May(p lifecycle.Permission) bool { return v.Permissions.Has(p) }

// Request says which request a context belongs to.
type Request struct {
	// ID is the request id that answers, logs and audit entries share.
	ID string
	// Address is the client's IP address.
	Address string
}

type viewerKey struct{}

type requestKey struct{}

// With returns a context in which v is asking.
func With(ctx context.Context, v Viewer) context.Context {
	return context.WithValue(ctx, viewerKey{}, v)
}

// From returns who is asking; false when nobody is.
func From(ctx context.Context) (Viewer, bool) {
	v, ok := ctx.Value(viewerKey{}).(Viewer)
	return v, ok
}

// WithRequest returns a context that belongs to r.
func WithRequest(ctx context.Context, r Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// RequestFrom returns the request that the context belongs to; the zero Request
// for work that no request began.
func RequestFrom(ctx context.Context) Request {
	r, _ := ctx.Value(requestKey{}).(Request)
	return r
}
