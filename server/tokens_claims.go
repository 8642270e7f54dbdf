package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/text/unicode/norm"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

// claimReading says which claims of a verified token hold what. Identity
// providers agree on sub, and on little else.
type claimReading struct {
	roles, businessUnits, name, email string
	// meaning is what the provider's names mean here; nil when the provider uses
	// our own. With a map, a name outside it means nothing, even one of ours: the
	// provider's ADMIN may be another application's.
	meaning map[string][]lifecycle.Role
}

// reading makes a claimReading of the settings. It refuses a map that names a
// role which does not exist, since whoever relies on it would be locked out.
func (t tokenSettings) reading() (claimReading, error) {
	r := claimReading{roles: t.RolesClaim, businessUnits: t.BusinessUnitsClaim, name: t.NameClaim, email: t.EmailClaim}
	if len(t.RoleMap) == 0 {
		return r, nil
	}
	r.meaning = make(map[string][]lifecycle.Role, len(t.RoleMap))
	for name, roles := range t.RoleMap {
		for _, role := range strings.Fields(roles) {
			if !slices.Contains(lifecycle.Roles, lifecycle.Role(role)) {
				return claimReading{}, fmt.Errorf("GATEHOUSE_JWT_ROLE_MAP gives %q the role %q, which does not exist; the roles are %s", name, role, roleNames())
			}
			r.meaning[name] = append(r.meaning[name], lifecycle.Role(role))
		}
	}
	return r, nil
}

// viewer reads who is asking. It refuses a token without a subject, because
// identity is (issuer, subject). Every other claim may be missing and then grants
// nothing: no roles, no permission; no business units, none.
func (c claimReading) viewer(claims jwt.MapClaims) (viewer.Viewer, error) {
	issuer, err := claims.GetIssuer()
	if err != nil {
		return viewer.Viewer{}, fmt.Errorf("the token's issuer cannot be read: %w", err)
	}
	subject, err := claims.GetSubject()
	if err != nil {
		return viewer.Viewer{}, fmt.Errorf("the token's subject cannot be read: %w", err)
	}
	if subject == "" || subject != printable(subject, 255) {
		return viewer.Viewer{}, errors.New("the token's subject (sub) is missing, longer than 255 characters, or has control characters")
	}
	return viewer.New(issuer, subject, shown(claims, c.name, 200), shown(claims, c.email, 254), c.rolesOf(claims), c.unitsOf(claims)), nil
}

// rolesOf are the known roles, each once, in the order of lifecycle.Roles.
func (c claimReading) rolesOf(claims jwt.MapClaims) []lifecycle.Role {
	held := map[lifecycle.Role]bool{}
	for _, name := range words(claim(claims, c.roles)) {
		if c.meaning == nil {
			held[lifecycle.Role(name)] = true
		}
		for _, role := range c.meaning[name] {
			held[role] = true
		}
	}
	roles := []lifecycle.Role{}
	for _, role := range lifecycle.Roles {
		if held[role] {
			roles = append(roles, role)
		}
	}
	return roles
}

// longestUnit is more than any key or id of a business unit has.
const longestUnit = 100

// unitsOf are the business units; "*" anywhere in the list means all.
func (c claimReading) unitsOf(claims jwt.MapClaims) viewer.Units {
	names := words(claim(claims, c.businessUnits))
	if slices.Contains(names, "*") {
		return viewer.Units{All: true}
	}
	// Neither a key nor an id has such a name, and the database takes no NUL.
	names = slices.DeleteFunc(names, func(name string) bool { return name != printable(name, longestUnit) })
	slices.Sort(names)
	return viewer.Units{Names: slices.Compact(names)}
}

// claim finds a claim by its exact name or else by a path of names separated by
// dots. At each level a name may itself have dots in it, as the client ids under
// Keycloak's resource_access do; the longest name that is there wins. It returns
// nil when nothing is there.
func claim(claims map[string]any, path string) any {
	if value, ok := claims[path]; ok {
		return value
	}
	for dot := strings.LastIndexByte(path, '.'); dot > 0; dot = strings.LastIndexByte(path[:dot], '.') {
		inner, ok := claims[path[:dot]].(map[string]any)
		if !ok {
			continue
		}
		if value := claim(inner, path[dot+1:]); value != nil {
			return value
		}
	}
	return nil
}

// words reads a list of names: an array of strings, whose elements may have
// spaces in them, or one string with spaces between the names, as scopes are
// written. Anything else holds no names.
func words(value any) []string {
	switch value := value.(type) {
	case string:
		return strings.Fields(value)
	case []any:
		names := []string{}
		for _, element := range value {
			if name, ok := element.(string); ok && name != "" {
				names = append(names, name)
			}
		}
		return names
	}
	return nil
}

// shown reads a claim that is shown to people, in the composed form (NFC) that
// addresses are kept in: whose address a request names must not hang on how a
// provider writes an é.
func shown(claims map[string]any, path string, longest int) string {
	s, _ := claim(claims, path).(string)
	return printable(norm.NFC.String(strings.TrimSpace(s)), longest)
}

// printable drops what cannot be stored or shown in one line (a database refuses
// NUL, a terminal obeys escapes) and cuts at a number of characters.
func printable(s string, longest int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if runes := []rune(s); len(runes) > longest {
		return string(runes[:longest])
	}
	return s
}

// roleNames lists the roles for a sentence.
func roleNames() string {
	names := make([]string, len(lifecycle.Roles))
	for i, role := range lifecycle.Roles {
		names[i] = string(role)
	}
	return strings.Join(names, ", ")
}
