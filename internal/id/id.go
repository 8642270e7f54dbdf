// Package id holds the identifiers that callers see: opaque, global, and typed
// at a glance, such as enr_01k9…. Underneath is a UUIDv7, so that ids sort by
// the time they were made; the database keeps the UUID alone and the kind is
// known from the table. The text form is a TypeID (github.com/jetify-com/typeid).
package id

import (
	"io"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"go.jetify.com/typeid"

	"gatehouse/internal/refusal"
)

// Kind says what an id identifies. Its value is the prefix of the text form.
type Kind string

// The kinds. A prefix is part of the public contract and never changes.
const (
	BusinessUnit Kind = "bu"
	License      Kind = "lic"
	Allocation   Kind = "alloc"
	Profile      Kind = "prof"
	Seat         Kind = "seat"
	Enrollment   Kind = "enr"
	Approval     Kind = "apr"
	Note         Kind = "note"
	Certificate  Kind = "cert"
	AuditEntry   Kind = "aud"
	Job          Kind = "job"
	Mail         Kind = "mail"
	View         Kind = "view"
	Webhook      Kind = "wh"
	Export       Kind = "exp"
)

// Kinds lists every kind.
var Kinds = []Kind{BusinessUnit, License, Allocation, Profile, Seat, Enrollment, Approval, Note, Certificate, AuditEntry, Job, Mail, View, Webhook, Export}

// ID is one identifier. The zero ID identifies nothing.
type ID struct {
	Kind Kind
	UUID uuid.UUID
}

// New makes the next id of a kind.
func New(k Kind) ID { return ID{k, uuid.Must(uuid.NewV7())} }

// Of is the id of a row whose kind is known from its table.
func Of(k Kind, u uuid.UUID) ID { return ID{k, u} }

// example is an id as a sentence shows one.
const example = "enr_01h455vb4pex5vsknk084sn02q"

// Parse reads the text form. The error is a refusal that says what an id looks
// like; an id that is well formed and identifies nothing is simply not there.
func Parse(s string) (ID, error) {
	prefix, rest, ok := strings.Cut(s, "_")
	if ok && known(Kind(prefix)) {
		if t, err := typeid.FromString(prefix + "_" + rest); err == nil {
			if u, err := uuid.Parse(t.UUID()); err == nil {
				return ID{Kind(prefix), u}, nil
			}
		}
	}
	return ID{}, refusal.New(refusal.Invalid, "%.60q is not an id; an id looks like %s (its beginning tells what it is of) and is taken from an earlier answer.", s, example)
}

func known(k Kind) bool {
	for _, x := range Kinds {
		if x == k {
			return true
		}
	}
	return false
}

// IsZero reports whether the id identifies nothing.
func (i ID) IsZero() bool { return i == ID{} }

// String is the text form.
func (i ID) String() string {
	t, err := typeid.FromUUIDBytesWithPrefix(string(i.Kind), i.UUID[:])
	if err != nil { // a kind that is no legal prefix: a programming error, still readable in a log
		return string(i.Kind) + "_" + i.UUID.String()
	}
	return t.String()
}

// MarshalText makes the id a string in JSON.
func (i ID) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads the text form.
func (i *ID) UnmarshalText(b []byte) (err error) { *i, err = Parse(string(b)); return err }

// MarshalGQL writes the id as a GraphQL ID.
func (i ID) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(i.String())) }

// UnmarshalGQL reads a GraphQL ID.
func (i *ID) UnmarshalGQL(v any) (err error) {
	s, ok := v.(string)
	if !ok {
		return refusal.New(refusal.Invalid, "An id is a string, not %v.", v)
	}
	*i, err = Parse(s)
	return err
}

// UUIDs are the database's forms of the ids of one kind, in their order; ids of
// another kind identify nothing there and are left out.
func UUIDs(k Kind, ids []ID) []uuid.UUID {
	out := make([]uuid.UUID, 0, len(ids))
	for _, i := range ids {
		if i.Kind == k {
			out = append(out, i.UUID)
		}
	}
	return out
}
