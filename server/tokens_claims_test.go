package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

// defaultPaths are the claim paths that hold where nothing is set.
func defaultPaths(change func(*tokenSettings)) tokenSettings {
	s := tokenSettings{RolesClaim: "roles", BusinessUnitsClaim: "business_units", NameClaim: "name", EmailClaim: "email"}
	if change != nil {
		change(&s)
	}
	return s
}

// TestProviders reads claims as the identity providers write them.
func TestProviders(t *testing.T) {
	t.Parallel()
	roles := func(r ...lifecycle.Role) []lifecycle.Role { return append([]lifecycle.Role{}, r...) }
	for _, row := range []struct {
		name, claims string
		settings     tokenSettings
		roles        []lifecycle.Role
		units        viewer.Units
	}{
		{
			"Keycloak's realm roles", `{"realm_access":{"roles":["offline_access","APPROVER"]},"business_units":["berlin","paris"]}`,
			defaultPaths(func(s *tokenSettings) { s.RolesClaim = "realm_access.roles" }),
			roles(lifecycle.Approver), viewer.Units{Names: []string{"berlin", "paris"}},
		},
		{
			"Keycloak's roles of a client whose id has dots", `{"resource_access":{"pki.example.com":{"roles":["ADMIN"]}}}`,
			defaultPaths(func(s *tokenSettings) { s.RolesClaim = "resource_access.pki.example.com.roles" }),
			roles(lifecycle.Admin), viewer.Units{},
		},
		{
			"Auth0's namespaced claims", `{"https://example.com/roles":["SEAT_MANAGER"],"https://example.com/units":"*"}`,
			defaultPaths(func(s *tokenSettings) {
				s.RolesClaim, s.BusinessUnitsClaim = "https://example.com/roles", "https://example.com/units"
			}),
			roles(lifecycle.SeatManager), viewer.Units{All: true},
		},
		{
			"Okta's groups, mapped", `{"groups":["Everyone","PKI Approvers"],"business_units":["paris"]}`,
			defaultPaths(func(s *tokenSettings) {
				s.RolesClaim, s.RoleMap = "groups", map[string]string{"PKI Approvers": "APPROVER AUDITOR", "PKI Admins": "ADMIN"}
			}),
			roles(lifecycle.Approver, lifecycle.Auditor), viewer.Units{Names: []string{"paris"}},
		},
		{
			"Entra's app roles, mapped", `{"roles":["Gatehouse.Read"],"extn.businessUnits":["berlin"]}`,
			defaultPaths(func(s *tokenSettings) {
				s.RoleMap, s.BusinessUnitsClaim = map[string]string{"Gatehouse.Read": "VIEWER"}, "extn.businessUnits"
			}),
			roles(lifecycle.ViewOnly), viewer.Units{Names: []string{"berlin"}},
		},
		{
			"a scope-like string", `{"roles":"AUDITOR VIEWER","business_units":"berlin paris berlin"}`, defaultPaths(nil),
			roles(lifecycle.Auditor, lifecycle.ViewOnly), viewer.Units{Names: []string{"berlin", "paris"}},
		},
		{
			"an exact name before a path", `{"a.b":["ADMIN"],"a":{"b":["VIEWER"]}}`,
			defaultPaths(func(s *tokenSettings) { s.RolesClaim = "a.b" }), roles(lifecycle.Admin), viewer.Units{},
		},
		{"unknown roles", `{"roles":["ROOT","admin","VIEWER"]}`, defaultPaths(nil), roles(lifecycle.ViewOnly), viewer.Units{}},
		{"no roles and no business units", `{}`, defaultPaths(nil), roles(), viewer.Units{}},
		{"a role twice", `{"roles":["VIEWER","VIEWER"]}`, defaultPaths(nil), roles(lifecycle.ViewOnly), viewer.Units{}},
		{"our own name beside a map", `{"roles":["ADMIN"]}`, defaultPaths(func(s *tokenSettings) { s.RoleMap = map[string]string{"x": "VIEWER"} }), roles(), viewer.Units{}},
		{"a path through what is no object", `{"realm_access":["ADMIN"]}`, defaultPaths(func(s *tokenSettings) { s.RolesClaim = "realm_access.roles" }), roles(), viewer.Units{}},
		{"values of other types", `{"roles":{"ADMIN":true},"business_units":[1,true,null,{"*":1}]}`, defaultPaths(nil), roles(), viewer.Units{}},
		{"units that none can be called", `{"business_units":["paris","ber\u0000lin","\u001b","' ORDER BY 1"]}`, defaultPaths(nil), roles(), viewer.Units{Names: []string{"' ORDER BY 1", "paris"}}},
		{"a star among units", `{"business_units":["paris","*"]}`, defaultPaths(nil), roles(), viewer.Units{All: true}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			reading, err := row.settings.reading()
			if err != nil {
				t.Fatal(err)
			}
			who, err := reading.viewer(parseClaims(t, row.claims))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.roles, who.Roles); diff != "" {
				t.Errorf("roles (-want +got):\n%s", diff)
			}
			if row.units.All != who.Units.All || !slices.Equal(row.units.Names, who.Units.Names) {
				t.Errorf("business units: want %+v, got %+v", row.units, who.Units)
			}
			if who.Permissions != lifecycle.Grant(row.roles) {
				t.Errorf("permissions %v are not those of the roles", who.Permissions.List())
			}
		})
	}
}

func TestTextOfPeople(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, claims, wantName, wantEmail string }{
		{"as they are", `{"name":"Ada Lovelace","email":"ada@example.com"}`, "Ada Lovelace", "ada@example.com"},
		{"missing", `{}`, "", ""},
		{"of another type", `{"name":["Ada"],"email":7}`, "", ""},
		{"with control characters", `{"name":"Ada\u0000\u001b[31m\n","email":"ada@example.com\r\n"}`, "Ada[31m", "ada@example.com"},
		{"decomposed letters", `{"name":"Jose\u0301","email":"jose\u0301@example.com"}`, "José", "josé@example.com"},
		{"too long", `{"name":"` + strings.Repeat("é", 201) + `"}`, strings.Repeat("é", 200), ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			reading, err := defaultPaths(nil).reading()
			if err != nil {
				t.Fatal(err)
			}
			who, err := reading.viewer(parseClaims(t, row.claims))
			if err != nil {
				t.Fatal(err)
			}
			if who.Name != row.wantName || who.Email != row.wantEmail {
				t.Errorf("got %q and %q", who.Name, who.Email)
			}
		})
	}
}

func TestRoleMapWithUnknownRole(t *testing.T) {
	t.Parallel()
	_, err := defaultPaths(func(s *tokenSettings) { s.RoleMap = map[string]string{"pki": "ADMIN APROVER"} }).reading()
	if err == nil || !strings.Contains(err.Error(), `"APROVER"`) || !strings.Contains(err.Error(), "APPROVER") {
		t.Errorf("got %v, want a sentence that names the wrong role and the right ones", err)
	}
}

// parseClaims reads claims as a token's are, with an issuer and a subject added.
func parseClaims(t *testing.T, text string) jwt.MapClaims {
	t.Helper()
	claims := jwt.MapClaims{"iss": testIssuer, "sub": "ada"}
	if err := json.Unmarshal([]byte(text), &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}
