package lifecycle

import (
	"slices"
	"strings"
	"testing"
)

// rolesOfDomain is the table of domain.md section 5, written down by hand.
const rolesOfDomain = `
| permission            | ADMIN | ENROLLMENT_MANAGER | APPROVER | SEAT_MANAGER | PROFILE_MANAGER | IMPORT_MANAGER | AUDITOR | VIEWER | REQUESTER |
| VIEW_ENROLLMENTS      | x | x | x | x | x | x | x | x |   |
| VIEW_SEATS            | x | x | x | x | x | x | x | x |   |
| VIEW_CERTIFICATES     | x | x | x | x | x | x | x | x |   |
| VIEW_PROFILES         | x | x | x | x | x | x | x | x |   |
| VIEW_BUSINESS_UNITS   | x | x | x | x | x | x | x | x |   |
| REQUEST_ENROLLMENTS   | x | x |   |   |   |   |   |   | x |
| VIEW_OWN_ENROLLMENTS  |   |   |   |   |   |   |   |   | x |
| MANAGE_ENROLLMENTS    | x | x |   |   |   |   |   |   |   |
| APPROVE_ENROLLMENTS   | x | x | x |   |   |   |   |   |   |
| MANAGE_SEATS          | x | x |   | x |   |   |   |   |   |
| MANAGE_ALLOCATIONS    | x |   |   | x |   |   |   |   |   |
| MANAGE_BUSINESS_UNITS | x |   |   |   |   |   |   |   |   |
| MANAGE_LICENSES       | x |   |   |   |   |   |   |   |   |
| MANAGE_WEBHOOKS       | x |   |   |   |   |   |   |   |   |
| MANAGE_PROFILES       | x |   |   |   | x |   |   |   |   |
| IMPORT_CERTIFICATES   | x | x |   |   |   | x |   |   |   |
| REVOKE_CERTIFICATES   | x | x |   |   |   |   |   |   |   |
| VIEW_AUDIT_LOG        | x | x |   |   |   |   | x |   |   |
`

func TestRolesGrantWhatTheDomainSays(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSpace(rolesOfDomain), "\n")
	if len(lines)-1 != len(Permissions) {
		t.Fatalf("the domain has %d permissions, the code %d", len(lines)-1, len(Permissions))
	}
	header := cells(lines[0])
	if len(header)-1 != len(Roles) {
		t.Fatalf("the domain has %d roles, the code %d", len(header)-1, len(Roles))
	}
	for i, line := range lines[1:] {
		row := cells(line)
		p := Permission(row[0])
		if Permissions[i] != p {
			t.Errorf("permission %d is %s in the domain and %s in the code", i, p, Permissions[i])
		}
		for j, mark := range row[1:] {
			if role := Role(header[j+1]); role.Permissions().Has(p) != (mark == "x") {
				t.Errorf("%s grants %s: %v, and the domain says %q", role, p, role.Permissions().Has(p), mark)
			}
		}
	}
}

// cells are the trimmed cells of a Markdown table's row.
func cells(line string) []string {
	parts := strings.Split(strings.Trim(line, "|"), "|")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

func TestNobodyMayNothing(t *testing.T) {
	t.Parallel()
	for name, roles := range map[string][]Role{"no role": nil, "unknown role": {"ROOT"}, "lower case": {"admin"}, "empty name": {""}} {
		if ps := Grant(roles); ps != 0 {
			t.Errorf("%s grants %v", name, ps.List())
		}
	}
	var none PermissionSet
	all := SetOf(Permissions...)
	if none.HasAny(Permissions...) {
		t.Error("the empty set holds something")
	}
	if all.HasAny() {
		t.Error("a demand for none of the permissions is met")
	}
	if all.Has("NO_SUCH_PERMISSION") || all.Has("") {
		t.Error("the full set holds what is no permission")
	}
	if SetOf("NO_SUCH_PERMISSION") != 0 {
		t.Error("what is no permission made a set")
	}
}

func TestSeveralRolesAddUp(t *testing.T) {
	t.Parallel()
	got := Grant([]Role{Requester, Auditor, "UNKNOWN"})
	want := []Permission{ViewEnrollments, ViewSeats, ViewCertificates, ViewProfiles, ViewBusinessUnits, RequestEnrollments, ViewOwnEnrollments, ViewAuditLog}
	if !slices.Equal(got.List(), want) {
		t.Errorf("requester and auditor together: %v, not %v", got.List(), want)
	}
}
