package issuer

import (
	"crypto/x509"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"gatehouse/internal/refusal"
)

// hostName is a DNS name in the preferred syntax (RFC 1034 section 3.5, RFC 1123
// section 2.1), with a wildcard as its first label at most.
var hostName = regexp.MustCompile(`^(\*\.)?([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$`)

// maxHostName is RFC 1035 section 2.3.4 as text.
const maxHostName = 253

// maxMailbox is RFC 5321 section 4.5.3.1.3 without its angle brackets.
const maxMailbox = 254

// alternatives writes an order's alternative names into a template. All kinds are
// ASCII in a certificate (RFC 5280 section 4.2.1.6); an address with other
// characters would need the name form of RFC 8398, which few programs read. It
// refuses (NAME_NOT_ALLOWED) what has not the form of its kind.
func alternatives(o *Order, into *x509.Certificate) *refusal.Refusal {
	no := func(kind, name, like string) *refusal.Refusal {
		return refusal.New(refusal.NameNotAllowed, "The certificate cannot have the %s name %.100q; such a name is in ASCII and like %s. Change it, or leave it out.", kind, name, like)
	}
	for _, name := range o.DNSNames {
		if len(name) > maxHostName || !hostName.MatchString(name) {
			return no("DNS", name, "www.example.com")
		}
		into.DNSNames = append(into.DNSNames, name)
	}
	for _, name := range o.EmailAddresses {
		parsed, err := mail.ParseAddress(name)
		if err != nil || parsed.Address != name || len(name) > maxMailbox || strings.ContainsFunc(name, notVisibleASCII) {
			return no("EMAIL", name, "ada@example.com")
		}
		into.EmailAddresses = append(into.EmailAddresses, name)
	}
	for _, name := range o.IPAddresses {
		ip, err := netip.ParseAddr(name)
		if err != nil || ip.Zone() != "" {
			return no("IP", name, "192.0.2.7 or 2001:db8::7")
		}
		into.IPAddresses = append(into.IPAddresses, ip.Unmap().AsSlice())
	}
	for _, name := range o.URIs {
		u, err := url.Parse(name)
		if err != nil || u.Scheme == "" || u.Host == "" && u.Opaque == "" || strings.ContainsFunc(name, notVisibleASCII) || u.Host != "" && !isHost(u.Hostname()) {
			return no("URI", name, "https://www.example.com/ada")
		}
		into.URIs = append(into.URIs, u)
	}
	return nil
}

// isHost reports whether a URI's host is a name with a dot or an address, as RFC
// 5280 section 4.2.1.6 wants it.
func isHost(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return len(host) <= maxHostName && hostName.MatchString(host) && strings.Contains(host, ".") && !strings.HasPrefix(host, "*")
}

func notVisibleASCII(r rune) bool { return r <= ' ' || r >= 0x7f }
