package lifecycle

import "slices"

// Who is one entry of the table's last column: a permission by its own name, or
// one of the three below. A row lists all who may; an empty list means nobody,
// and an entry that is none of these admits nobody.
type Who string

// Who may, where no permission says so.
const (
	// TheRequester is the person who made the request (same issuer and subject).
	TheRequester Who = "the requester"
	// TheEndUser is the invited person, who has no login and proved to the use
	// case what the row asks for: a token and a code, or a pick-up secret.
	TheEndUser Who = "the end user"
	// TheSystem is the server itself.
	TheSystem Who = "the system"
)

// Permission is the permission that w names; false for the three others.
func (w Who) Permission() (Permission, bool) {
	p := Permission(w)
	return p, slices.Contains(Permissions, p)
}

// Actor is what kind of somebody asks. The zero value is a person, who may do
// what their permissions allow and no more.
type Actor uint8

// The kinds of somebody.
const (
	// ByPerson: a person or a script with a token.
	ByPerson Actor = iota
	// ByEndUser: the invited person, without a login; permissions count for nothing.
	ByEndUser
	// BySystem: the server itself.
	BySystem
)

// admits reports whether somebody of the list is asking.
func admits(by []Who, actor Actor, requester bool, ps PermissionSet) bool {
	for _, w := range by {
		switch w {
		case TheRequester:
			if actor == ByPerson && requester {
				return true
			}
		case TheEndUser:
			if actor == ByEndUser {
				return true
			}
		case TheSystem:
			if actor == BySystem {
				return true
			}
		default:
			if actor != ByEndUser && ps.Has(Permission(w)) {
				return true
			}
		}
	}
	return false
}
