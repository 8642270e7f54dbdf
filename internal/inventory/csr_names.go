package inventory

import (
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// RequestedName is a subject alternative name that a request without a CSR asks for.
type RequestedName struct {
	Kind  lifecycle.SANKind
	Value string
}

// dnsName is a host name in the preferred syntax (RFC 1034 section 3.5, RFC 1123
// section 2.1), with a wildcard as its first label at most (RFC 6125 section 6.4.3).
var dnsName = regexp.MustCompile(`^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)

// maxName bounds one name, in bytes: a host name has no more (RFC 1035 section 2.3.4).
const maxName = 253

// examples are names that have the form of their kind.
var examples = map[lifecycle.SANKind]string{
	lifecycle.SANDNS: "www.example.com", lifecycle.SANEmail: "ada@example.com", lifecycle.SANIP: "192.0.2.7", lifecycle.SANURI: "https://www.example.com/",
}

// formed is a name in the form in which it is kept, and whether it has the form
// of its kind. All four kinds are ASCII in a certificate (RFC 5280 section
// 4.2.1.6), so that what an approver reads is what it says.
func formed(kind lifecycle.SANKind, value string) (string, bool) {
	value = strings.TrimSpace(value)
	if value == "" || len(value) > maxName || strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return value, false
	}
	switch kind {
	case lifecycle.SANDNS:
		value = strings.ToLower(value)
		return value, dnsName.MatchString(value) && net.ParseIP(value) == nil // an address is of the kind IP, which a profile may not allow
	case lifecycle.SANEmail:
		parsed, err := mail.ParseAddress(value)
		return value, err == nil && parsed.Address == value
	case lifecycle.SANIP:
		ip := net.ParseIP(value)
		return ip.String(), ip != nil
	case lifecycle.SANURI:
		u, err := url.Parse(value)
		return value, err == nil && (u.Scheme != "" && u.Host != "" || u.Scheme == "urn" && u.Opaque != "")
	}
	return value, false
}

// checkNames refuses kinds of names that the profile does not allow, and names
// that do not have the form of their kind.
func checkNames(n lifecycle.RequestNames, p lifecycle.Promise) *refusal.Refusal {
	if total := len(n.DNSNames) + len(n.EmailAddresses) + len(n.IPAddresses) + len(n.URIs); total > maxNames {
		return refusal.New(refusal.NameNotAllowed, "The request asks for %d subject alternative names; at most %d are taken. Leave some out.", total, maxNames)
	}
	for _, asked := range []struct {
		kind  lifecycle.SANKind
		names []string
	}{{lifecycle.SANDNS, n.DNSNames}, {lifecycle.SANEmail, n.EmailAddresses}, {lifecycle.SANIP, n.IPAddresses}, {lifecycle.SANURI, n.URIs}} {
		if len(asked.names) > 0 && !slices.Contains(p.AllowedSANs, string(asked.kind)) {
			allowed := "allows no alternative names"
			if len(p.AllowedSANs) > 0 {
				allowed = "allows names of these kinds: " + strings.Join(p.AllowedSANs, ", ")
			}
			return refusal.New(refusal.NameNotAllowed, "The request asks for the %s name %.100q, and the profile %s. Leave it out, or choose another profile.", asked.kind, asked.names[0], allowed)
		}
		for _, name := range asked.names {
			if kept, ok := formed(asked.kind, name); !ok || !strings.EqualFold(kept, name) { // a CSR's name is kept as it is, blanks around it too
				return refusal.New(refusal.NameNotAllowed, "The request asks for the %s name %.100q, which does not have the form of such a name, as %s has.", asked.kind, name, examples[asked.kind])
			}
		}
	}
	return nil
}

// typedNames checks the names of a request without a CSR.
func typedNames(given []*RequestedName, p lifecycle.Promise) (names lifecycle.RequestNames, no *refusal.Refusal) {
	into := map[lifecycle.SANKind]*[]string{
		lifecycle.SANDNS: &names.DNSNames, lifecycle.SANEmail: &names.EmailAddresses, lifecycle.SANIP: &names.IPAddresses, lifecycle.SANURI: &names.URIs,
	}
	for n, g := range given {
		value, ok := formed(g.Kind, g.Value)
		if !ok {
			return names, refusal.New(refusal.Invalid, "%.100q is no name of the kind %s; write one such as %s.", g.Value, g.Kind, examples[g.Kind]).At("names", fmt.Sprint(n), "value")
		}
		*into[g.Kind] = append(*into[g.Kind], value)
	}
	if no := checkNames(names, p); no != nil {
		return names, no.At("names")
	}
	return names, nil
}
