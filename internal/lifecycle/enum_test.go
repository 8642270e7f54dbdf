package lifecycle

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
)

// enum is one type that GraphQL reads and writes by name.
type enum struct {
	name  string
	known []string
	// pass reads a value and writes it again.
	pass func(v any) (string, error)
}

func passing[T ~string](name string, known []T, read func(*T, any) error, write func(T, *bytes.Buffer)) enum {
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = string(k)
	}
	return enum{name, names, func(v any) (string, error) {
		var into T
		if err := read(&into, v); err != nil {
			return string(into), err
		}
		var b bytes.Buffer
		write(into, &b)
		return b.String(), nil
	}}
}

func enums() []enum {
	return []enum{
		passing("Status", Statuses, (*Status).UnmarshalGQL, func(v Status, b *bytes.Buffer) { v.MarshalGQL(b) }),
		passing("SeatStatus", SeatStatuses, (*SeatStatus).UnmarshalGQL, func(v SeatStatus, b *bytes.Buffer) { v.MarshalGQL(b) }),
		passing("SeatType", SeatTypes, (*SeatType).UnmarshalGQL, func(v SeatType, b *bytes.Buffer) { v.MarshalGQL(b) }),
		passing("AuthenticationMethod", AuthenticationMethods, (*AuthenticationMethod).UnmarshalGQL, func(v AuthenticationMethod, b *bytes.Buffer) { v.MarshalGQL(b) }),
		passing("EnrollmentMethod", EnrollmentMethods, (*EnrollmentMethod).UnmarshalGQL, func(v EnrollmentMethod, b *bytes.Buffer) { v.MarshalGQL(b) }),
		passing("CAType", CATypes, (*CAType).UnmarshalGQL, func(v CAType, b *bytes.Buffer) { v.MarshalGQL(b) }),
		passing("CodeAlphabet", CodeAlphabets, (*CodeAlphabet).UnmarshalGQL, func(v CodeAlphabet, b *bytes.Buffer) { v.MarshalGQL(b) }),
		passing("KeyKind", KeyKinds, (*KeyKind).UnmarshalGQL, func(v KeyKind, b *bytes.Buffer) { v.MarshalGQL(b) }),
		passing("SANKind", SANKinds, (*SANKind).UnmarshalGQL, func(v SANKind, b *bytes.Buffer) { v.MarshalGQL(b) }),
		passing("CertificateStatus", CertificateStatuses, (*CertificateStatus).UnmarshalGQL, func(v CertificateStatus, b *bytes.Buffer) { v.MarshalGQL(b) }),
		passing("CertificateSource", CertificateSources, (*CertificateSource).UnmarshalGQL, func(v CertificateSource, b *bytes.Buffer) { v.MarshalGQL(b) }),
		passing("IssuanceState", IssuanceStates, (*IssuanceState).UnmarshalGQL, func(v IssuanceState, b *bytes.Buffer) { v.MarshalGQL(b) }),
		passing("Decision", Decisions, (*Decision).UnmarshalGQL, func(v Decision, b *bytes.Buffer) { v.MarshalGQL(b) }),
		passing("Permission", Permissions, (*Permission).UnmarshalGQL, func(v Permission, b *bytes.Buffer) { v.MarshalGQL(b) }),
		passing("Role", Roles, (*Role).UnmarshalGQL, func(v Role, b *bytes.Buffer) { v.MarshalGQL(b) }),
		passing("EnrollmentAction", EnrollmentActions, (*EnrollmentAction).UnmarshalGQL, func(v EnrollmentAction, b *bytes.Buffer) { v.MarshalGQL(b) }),
		passing("SeatAction", SeatActions, (*SeatAction).UnmarshalGQL, func(v SeatAction, b *bytes.Buffer) { v.MarshalGQL(b) }),
	}
}

func TestEnumsPassThroughGraphQL(t *testing.T) {
	t.Parallel()
	for _, e := range enums() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			seen := map[string]bool{}
			for _, k := range e.known {
				if seen[k] {
					t.Errorf("%s stands in the list twice", k)
				}
				seen[k] = true
				got, err := e.pass(k)
				if err != nil || got != strconv.Quote(k) {
					t.Errorf("%s came back as %s, %v", k, got, err)
				}
			}
		})
	}
}

func TestEnumsRefuseWhatIsNoValue(t *testing.T) {
	t.Parallel()
	for _, e := range enums() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			first := e.known[0]
			for name, v := range map[string]any{
				"unknown name": "NO_SUCH_VALUE", "lower case": strings.ToLower(first), "blank around it": " " + first,
				"empty": "", "number": 1, "boolean": true, "nothing": nil, "list": []string{first},
			} {
				got, err := e.pass(v)
				if err == nil {
					t.Errorf("%s: %#v was read as %s", name, v, got)
					continue
				}
				if got != "" {
					t.Errorf("%s: refused, and yet the value became %q", name, got)
				}
				if s, is := v.(string); is && (!strings.Contains(err.Error(), strconv.Quote(s)) || !strings.Contains(err.Error(), first)) {
					t.Errorf("%s: the error names neither what was given nor what would be right: %v", name, err)
				}
			}
		})
	}
}

// What happens by itself is a word of the audit, and nobody can ask for it.
func TestMovesOfTheSystemAreNoGraphQLValues(t *testing.T) {
	t.Parallel()
	for _, a := range []EnrollmentAction{ActExpire, ActLock, ActRejectBySeatDeletion} {
		var into EnrollmentAction
		if err := into.UnmarshalGQL(string(a)); err == nil {
			t.Errorf("%s was read from a client", a)
		}
	}
}
